import fc from 'fast-check';
import { encodeOperations } from '../facts/encode.ts';
import { covers } from '../index.ts';
import { UnknownOperationError, createOperationIndex, minimalScopes, operationIndex } from './index.ts';

describe('minimalScopes', () => {
  it.each([
    [[], []],
    [['GET /api/v2/routing/queues'], ['routing:readonly']],
    [['GET /api/v2/routing/queues', 'POST /api/v2/routing/queues'], ['routing']],
    [['GET /api/v2/date', 'POST /api/v2/documentation/search'], []],
    [
      ['GET /api/v2/routing/queues/17', 'POST /api/v2/analytics/queues/observations/query', 'GET /api/v2/users/me'],
      ['analytics:readonly', 'routing:readonly', 'user-basic-info']
    ],
    // Either of two areas is enough: the one that is needed anyway is taken.
    [['GET /api/v2/users/development/activities/me', 'GET /api/v2/learning/modules'], ['learning:readonly']],
    [['GET /api/v2/users/development/activities/me', 'POST /api/v2/coaching/appointments'], ['coaching']]
  ])('%p: %p', (operations, scopes) => {
    expect(minimalScopes(operations)).toEqual(scopes);
  });

  it('takes methods and URLs apart, and URL objects', () => {
    const url = new URL('https://api.mypurecloud.de/api/v2/groups?pageSize=1');
    expect(minimalScopes([{ method: 'get', url }])).toEqual(['groups:readonly']);
  });

  it.each(['GET /api/v2/nonsense', 'GET', '', '/api/v2/users/me', 'LINK /api/v2/users/me'])(
    'throws for %p',
    (operation) => {
      expect(() => minimalScopes([operation])).toThrow(UnknownOperationError);
    }
  );

  it('covers all operations of the API with one scope an area', () => {
    const all = operationIndex().operations.map(({ method, path }) => ({ method, url: path }));
    const scopes = minimalScopes(all);
    for (const { scopes: anyOf } of operationIndex().operations) {
      expect(anyOf.length === 0 || anyOf.some((need) => scopes.some((scope) => covers(scope, need)))).toBe(true);
    }
    expect(scopes.filter((scope) => scopes.includes(`${scope}:readonly`))).toEqual([]);
  });

  it('is as small as any set, and among the small ones as read-only as any', () => {
    const names = ['a', 'a:readonly', 'b', 'b:readonly', 'c', 'c:readonly'];
    const subsets = Array.from({ length: 2 ** names.length }, (_, bits) => names.filter((_name, i) => bits & (1 << i)));
    const needs = fc.array(fc.subarray(names, { minLength: 1 }), { minLength: 1, maxLength: 7 });
    fc.assert(
      fc.property(needs, (list) => {
        const facts = list.map((scopes, i) => ({
          method: 'GET',
          path: `/api/v2/x${i}`,
          scopes,
          permissions: [],
          deprecated: false
        }));
        const index = createOperationIndex(encodeOperations(facts).data);
        const answer = index.minimalScopes(facts.map(({ path }) => `GET ${path}`));
        const meets = (set: readonly string[]): boolean =>
          list.every((need) => need.some((name) => set.some((scope) => covers(scope, name))));
        const cost = (set: readonly string[]): number =>
          set.length * 100 + set.filter((name) => !name.includes(':')).length;
        expect(meets(answer)).toBe(true);
        expect(cost(answer)).toBe(Math.min(...subsets.filter(meets).map(cost)));
      }),
      { numRuns: 1000 }
    );
  });
});
