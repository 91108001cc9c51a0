import fc from 'fast-check';
import { GENESYS_SCOPES, covers, isCovered, missingScopes } from './index.ts';

const name = fc.oneof(
  fc.constantFrom(...GENESYS_SCOPES),
  fc.constantFrom('a', 'a:readonly', 'a:readonly:readonly', ':readonly', ':readonly:readonly', ''),
  fc.string()
);

describe('covers', () => {
  it.each([
    ['analytics', 'analytics', true],
    ['analytics', 'analytics:readonly', true],
    ['analytics:readonly', 'analytics', false],
    ['analytics', 'analytics:readonly:readonly', false],
    ['analytics:readonly', 'analytics:readonly:readonly', false],
    ['messaging', 'messaging-platform:readonly', false],
    ['admin', 'admin:platform', false],
    ['Analytics', 'analytics:readonly', false],
    ['', ':readonly', false]
  ])('%p, %p: %p', (granted, needed, answer) => {
    expect(covers(granted, needed)).toBe(answer);
  });

  it('is reflexive', () => {
    fc.assert(
      fc.property(name, (scope) => {
        expect(covers(scope, scope)).toBe(true);
      })
    );
  });

  it('is transitive', () => {
    const family = name.chain((base) => fc.constantFrom(base, `${base}:readonly`, `${base}:readonly:readonly`));
    const three = fc.oneof(
      fc.tuple(name, name, name),
      name.chain((base) => {
        const kin = fc.constantFrom(base, `${base}:readonly`, `${base}:readonly:readonly`);
        return fc.tuple(kin, kin, kin);
      }),
      fc.tuple(family, family, family)
    );
    fc.assert(
      fc.property(three, ([a, b, c]) => {
        fc.pre(covers(a, b) && covers(b, c));
        expect(covers(a, c)).toBe(true);
      }),
      { numRuns: 2000, maxSkipsPerRun: 1000 }
    );
  });
});

describe('missingScopes', () => {
  it('names what nothing covers, sorted, once, and reads each iterable once', () => {
    expect(missingScopes(['routing', 'users:readonly', 'quality', 'quality'], new Set(['users']).values())).toEqual([
      'quality',
      'routing'
    ]);
    expect(missingScopes([], [])).toEqual([]);
  });

  it('is empty exactly when everything is covered', () => {
    fc.assert(
      fc.property(fc.array(name), fc.array(name), (needed, granted) => {
        expect(missingScopes(needed, granted).length === 0).toBe(needed.every((scope) => isCovered(scope, granted)));
      })
    );
  });
});
