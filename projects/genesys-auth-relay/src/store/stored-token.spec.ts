import { ageOf, readEntry, writeEntry } from './stored-token.ts';

const TOKEN = { token: 'abc', scopes: ['analytics'], lifetimeSeconds: 300, start: 5 };

describe('an entry of the store', () => {
  it('comes back as it was written', () => {
    expect(readEntry(writeEntry(TOKEN, 1000.9))).toEqual({ ...TOKEN, start: 1000 });
  });

  it.each([
    ['text', 'abc'],
    ['a list', []],
    ['no token', { ...TOKEN, token: undefined }],
    ['a token that would split a header', { ...TOKEN, token: 'a\r\nb: c' }],
    ['scopes that are text', { ...TOKEN, scopes: 'analytics' }],
    ['an invalid scope', { ...TOKEN, scopes: ['a b'] }],
    ['a life of nothing', { ...TOKEN, lifetimeSeconds: 0 }],
    ['a life longer than any', { ...TOKEN, lifetimeSeconds: 172_801 }],
    ['a life that is text', { ...TOKEN, lifetimeSeconds: '300' }],
    ['no start', { ...TOKEN, start: null }],
    ['a start beyond all clocks', { ...TOKEN, start: 1e300 }]
  ])('F4 is not used when it is %s', (_what, entry) => {
    expect(readEntry(JSON.stringify(entry))).toBeUndefined();
  });

  it('F5 has an age by the clock of the store, and none when it begins more than a minute from now', () => {
    expect(ageOf(TOKEN, 105)).toBe(100);
    expect(ageOf({ ...TOKEN, start: 60_000 }, 0)).toBe(0);
    expect(ageOf({ ...TOKEN, start: 60_001 }, 0)).toBeUndefined();
  });
});
