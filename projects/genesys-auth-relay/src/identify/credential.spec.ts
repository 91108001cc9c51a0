import type { RequestHead } from '../guard/request-head.ts';
import { EMPTY_BODY } from '../guard/token-request-body.ts';
import { readCredential } from './credential.ts';

const read = (authorization: string) =>
  readCredential({ headers: { authorization }, count: () => 1 } as unknown as RequestHead, EMPTY_BODY);

describe('the Authorization header', () => {
  it.each([
    ['Bearer abc', { kind: 'bearer', token: 'abc' }],
    ['bEaReR    abc', { kind: 'bearer', token: 'abc' }],
    ['  Bearer abc \t', { kind: 'bearer', token: 'abc' }],
    [`Basic ${Buffer.from('id:a:b').toString('base64')}`, { kind: 'basic', id: 'id', key: 'a:b' }]
  ])('of %j is a credential', (header, credential) => {
    expect(read(header)).toEqual(credential);
  });

  it.each(['', ' ', 'Bearer', 'Bearer \tabc', 'Bearer\tabc', 'Bearer a b', 'Basic a b', 'Bearerabc', ',Bearer abc'])(
    'of %j is unreadable',
    (header) => {
      expect(read(header)).toMatchObject({ kind: 'unreadable' });
    }
  );

  // A quadratic reader needs minutes for one of these and exceeds the time limit of every test.
  const long = 200_000;
  it.each([
    ['spaces in a Bearer credential', `Bearer a${' '.repeat(long)}b`],
    ['tabs in a Bearer credential', `Bearer a${'\t'.repeat(long)}b`],
    ['spaces in a Basic credential', `Basic a${' '.repeat(long)}b`],
    ['spaces before and after it', `${' '.repeat(long)}Bearer a b${' '.repeat(long)}`],
    ['spaces after an unknown scheme', `Digest${' '.repeat(long)}\t`],
    ['a long scheme', `${'a-'.repeat(long)}\t`],
    ['base64 with a wrong end', `Basic ${'='.repeat(long)}a`],
    ['dots', `Bearer ${'a.'.repeat(long)} `.concat('x')]
  ])('is read in linear time with %s', (_what, header) => {
    expect(read(header)).toMatchObject({ kind: 'unreadable' });
  });
});
