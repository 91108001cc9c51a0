import { randomBytes } from 'node:crypto';
import { createSeal } from './seal.ts';

const KEY = randomBytes(32);

describe('the seal of stored tokens', () => {
  const seal = createSeal('token store', [KEY]);

  it('14.2.2 opens what it sealed, and shows nothing of it', () => {
    const sealed = seal.seal('here', 'a-token-of-the-api');
    expect(seal.open('here', sealed)).toBe('a-token-of-the-api');
    expect(sealed.toString('latin1')).not.toContain('a-token-of-the-api');
    expect(seal.seal('here', 'a-token-of-the-api').equals(sealed)).toBe(false);
  });

  it('F4 opens nothing that was moved to another place', () => {
    expect(seal.open('there', seal.seal('here', 'text'))).toBeUndefined();
  });

  it('F4 opens nothing with a single bit changed, and nothing cut short or made longer', () => {
    const sealed = seal.seal('here', 'text');
    for (let byte = 0; byte < sealed.length; byte++) {
      const changed = Buffer.from(sealed);
      changed[byte] = (changed[byte] ?? 0) ^ 1;
      expect(seal.open('here', changed)).toBeUndefined();
      expect(seal.open('here', sealed.subarray(0, byte))).toBeUndefined();
    }
    expect(seal.open('here', Buffer.concat([sealed, Buffer.from([0])]))).toBeUndefined();
    expect(seal.open('here', Buffer.alloc(0))).toBeUndefined();
  });

  it('14.2.2 opens nothing that was sealed for another purpose with the same key', () => {
    const messages = createSeal('hub messages', [KEY]);
    const tickets = createSeal('hub tickets', [KEY]);
    expect(messages.open('here', messages.seal('here', 'text'))).toBe('text');
    for (const other of [seal, tickets]) expect(other.open('here', messages.seal('here', 'text'))).toBeUndefined();
    expect(messages.open('here', seal.seal('here', 'text'))).toBeUndefined();
  });

  it('opens what the previous key sealed, and seals with the new one', () => {
    const fresh = randomBytes(32);
    const both = createSeal('token store', [fresh, KEY]);
    expect(both.open('here', seal.seal('here', 'old'))).toBe('old');
    expect(createSeal('token store', [fresh]).open('here', both.seal('here', 'new'))).toBe('new');
    expect(seal.open('here', both.seal('here', 'new'))).toBeUndefined();
  });
});
