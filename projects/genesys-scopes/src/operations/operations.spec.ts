import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { encodeOperations } from '../facts/encode.ts';
import { parseTable } from '../facts/table.ts';
import { GENESYS_SCOPES } from '../index.ts';
import { createOperationIndex, findOperation, operationIndex, requiredScopes } from './index.ts';
import { openOperationIndex } from './operation-index.ts';
import { OPERATION_DATA } from './operations.data.ts';
import { PERMISSION_DATA } from './permissions.data.ts';

const table = parseTable(readFileSync(join(__dirname, '../../generator/operations.tsv'), 'utf8'));
const rowsOf = new Map<string, (typeof table)[number]>(table.map((row) => [`${row.method} ${row.path}`, row]));

/** Repeatable random numbers. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}
const random = randomFrom(7);
const anyOf = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)]!;
const hex = (length: number): string => Array.from({ length }, () => Math.floor(random() * 16).toString(16)).join('');
const randomId = (): string =>
  anyOf([
    () => [8, 4, 4, 4, 12].map(hex).join('-'),
    () => String(Math.floor(random() * 1e9)),
    () => `ann.${hex(4)}@example.com`,
    () => `%2B49${Math.floor(random() * 1e9)}`,
    () => `N${hex(6)}%20%C3%BC`,
    () => `a%2Fb${hex(3)}`
  ])();
const filled = (path: string): string => path.replace(/\{[^}]+\}/g, randomId);

// An oracle that shares nothing with the index: every template as a regular expression.
const oracle = table.map(({ method, path }) => ({
  method,
  pattern: new RegExp(`^${path.replace(/\{[^}]+\}/g, '[^/]+')}$`)
}));
const isOperation = (method: string, path: string): boolean =>
  oracle.some((entry) => entry.method === method && entry.pattern.test(path));

describe('the operation index', () => {
  it('is what the generator makes of the table', () => {
    const { data, skipped } = encodeOperations(table);
    expect(skipped).toEqual([]);
    expect(OPERATION_DATA).toEqual({ format: 1, scopeSets: data.scopeSets, operations: data.operations });
    expect(PERMISSION_DATA).toEqual({ permissions: data.permissions });
  });

  it('has each of the 3,180 operations once, with the scopes of the table', () => {
    const { operations } = operationIndex();
    expect(operations).toHaveLength(3180);
    expect(table).toHaveLength(3180);
    expect(new Set(operations.map(({ method, path }) => `${method} ${path}`)).size).toBe(3180);
    for (const { method, path, scopes, auth } of operations) {
      const row = rowsOf.get(`${method} ${path}`);
      expect({ scopes, auth }).toEqual({ scopes: row?.scopes, auth: row?.otherAuth ?? 'oauth' });
    }
  });

  it('finds each operation by a URL with random ids', () => {
    for (const { method, path, scopes } of table) {
      const url = `https://api.mypurecloud.de${filled(path)}?expand=a/b&x=%2F#/api/v2/users/me`;
      expect([url, findOperation(method, url)?.path, requiredScopes(method, url)]).toEqual([url, path, scopes]);
    }
  });

  it('names only scopes that Genesys Cloud has', () => {
    const named = new Set(operationIndex().operations.flatMap(({ scopes }) => scopes));
    expect([...named].filter((scope) => !GENESYS_SCOPES.includes(scope))).toEqual([]);
    expect(GENESYS_SCOPES.filter((scope) => !named.has(scope))).toEqual(['streaming-events:readonly']);
  });

  it('finds nothing for 10,000 URLs that are no operation', () => {
    const changes: ((segments: string[]) => string[])[] = [
      (segments) => [...segments, anyOf(['x', 'me', randomId()])],
      (segments) => segments.slice(0, -1),
      (segments) => segments.with(Math.floor(random() * segments.length), 'nonsense'),
      (segments) => segments.toSpliced(Math.floor(random() * segments.length), 0, 'extra'),
      (segments) => segments.toReversed(),
      (segments) => segments.with(segments.length - 1, `${segments.at(-1)!}s`),
      (segments) => segments.with(-1, ''),
      (segments) => segments
    ];
    let tried = 0;
    const wrong: string[] = [];
    while (tried < 10_000) {
      const row = anyOf(table);
      const segments = filled(row.path).slice('/api/v2/'.length).split('/');
      const path = `/api/v2/${anyOf(changes)(segments).join('/')}`;
      const method = anyOf(['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS', 'QUERY']);
      // One trailing slash and case are tolerated on purpose.
      if (isOperation(method, path.replace(/\/$/, '')) || isOperation(method, path.toLowerCase())) continue;
      tried++;
      if (requiredScopes(method, path) !== undefined) wrong.push(`${method} ${path}`);
    }
    expect(wrong).toEqual([]);
  });

  it('agrees with the templates on any method and path made of their words', () => {
    const words = [...new Set(table.flatMap(({ path }) => path.slice(8).split('/')))].filter(
      (word) => !word.startsWith('{')
    );
    const path = fc.array(fc.oneof(fc.constantFrom(...words), fc.uuid()), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(fc.constantFrom('GET', 'POST', 'PUT', 'DELETE'), path, (method, segments) => {
        const url = `/api/v2/${segments.join('/')}`;
        return (findOperation(method, url) !== undefined) === isOperation(method, url);
      }),
      { numRuns: 500 }
    );
  });
});

describe('requiredScopes', () => {
  it.each([
    ['GET', '/api/v2/routing/queues', ['routing', 'routing:readonly']],
    ['get', 'https://api.mypurecloud.de/api/v2/routing/queues', ['routing', 'routing:readonly']],
    ['GET', 'HTTPS://API.mypurecloud.de:443/API/V2/Routing/Queues/?a=/x#y', ['routing', 'routing:readonly']],
    ['GET', '//api.mypurecloud.de/api/v2/routing/queues', ['routing', 'routing:readonly']],
    ['GET', 'http://127.0.0.1:4211/api/v2/routing/queues#?', ['routing', 'routing:readonly']],
    ['GET', '/api/v2/x/../routing/./queues', ['routing', 'routing:readonly']],
    ['GET', '/api/v2/%72outing/queues', ['routing', 'routing:readonly']],
    ['GET', '\\api\\v2\\routing\\queues', ['routing', 'routing:readonly']],
    ['DELETE', '/api/v2/routing/queues/17', ['routing']],
    ['GET', '/api/v2/users/me', ['user-basic-info']],
    ['GET', '/api/v2/users/ME', ['user-basic-info']],
    ['GET', '/api/v2/users/mel', ['users', 'users:readonly']],
    ['GET', '/api/v2/users/{userId}', ['users', 'users:readonly']],
    ['GET', '/api/v2/date', []],
    ['POST', '/api/v2/webchat/guest/conversations', []],
    ['POST', '/api/v2/audits/query', ['audits:readonly']],
    ['HEAD', '/api/v2/tokens/me', ['user-basic-info']]
  ])('%s %s: %p', (method, url, scopes) => {
    expect(requiredScopes(method, url)).toEqual(scopes);
  });

  it('takes a URL object', () => {
    expect(requiredScopes('GET', new URL('https://api.mypurecloud.ie/api/v2/groups?x'))).toEqual([
      'groups',
      'groups:readonly'
    ]);
  });

  it.each([
    ['GET', ''],
    ['GET', '/'],
    ['GET', '/api/v2'],
    ['GET', '/api/v2/'],
    ['GET', '/api/v2//routing/queues'],
    ['GET', '/api/v2/routing/queues//'],
    ['GET', '/api/v1/routing/queues'],
    ['GET', '/x/api/v2/routing/queues'],
    ['GET', 'https://api.mypurecloud.de'],
    ['GET', 'https://evil.example?/api/v2/routing/queues'],
    ['GET', 'mailto:/api/v2/routing/queues'],
    ['GET', '/api/v2/routing%2Fqueues'],
    ['GET', '/api/v2/routing/queues/../..'],
    ['GET', '/api/v2/routing/queues;x=1'],
    ['GET', '/api/v2/__proto__'],
    ['constructor', '/api/v2/routing/queues'],
    ['', '/api/v2/routing/queues'],
    ['GET', 'http://'],
    ['GET', '/api/v2/%zz/queues'],
    ['PATCH', '/api/v2/routing/queues']
  ])('%p %p is no operation', (method, url) => {
    expect(requiredScopes(method, url)).toBeUndefined();
  });

  it('tells an operation that takes no OAuth token from one that takes any', () => {
    expect(findOperation('GET', '/api/v2/date')?.auth).toBe('oauth');
    expect(findOperation('POST', '/api/v2/documentation/search')?.auth).toBe('none');
    expect(findOperation('GET', '/api/v2/webmessaging/messages')?.auth).toBe('Webmessaging JWT');
  });

  it('never throws', () => {
    fc.assert(
      fc.property(
        fc.string(),
        fc.oneof(
          fc.webUrl(),
          fc.string({ unit: 'binary' }).map((text) => `/api/v2/${text}`)
        ),
        (method, url) => {
          requiredScopes(method, url);
        }
      )
    );
    expect(requiredScopes('GET', `/api/v2/${'users/'.repeat(2_000_000)}`)).toBeUndefined();
  });
});

describe('the size of the operation index', () => {
  it('is at most 25 kB gzip, permissions included', () => {
    expect(gzipSync(JSON.stringify([OPERATION_DATA, PERMISSION_DATA]), { level: 9 }).length).toBeLessThan(25_000);
  });
});

describe('createOperationIndex and openOperationIndex', () => {
  const facts = { scopes: ['a', 'a:readonly'], permissions: [], deprecated: false };

  it('reads what the encoder writes', () => {
    const words = fc.constantFrom('x', 'y', 'zz', '{id}', '{other}', 'Word');
    const operations = fc.uniqueArray(
      fc.record({
        method: fc.constantFrom('GET', 'POST', 'TRACE', 'OPTIONS'),
        path: fc.array(words, { minLength: 1, maxLength: 4 }).map((parts) => `/api/v2/${parts.join('/')}`),
        scopes: fc.constantFrom(['a'], ['a', 'a:readonly'], ['a:readonly', 'b'], [], ['b'])
      }),
      { selector: ({ method, path }) => `${method} ${path}` }
    );
    fc.assert(
      fc.property(operations, (list) => {
        const { data } = encodeOperations(list.map((operation) => ({ ...facts, ...operation })));
        const back = createOperationIndex(data).operations.map(({ method, path, scopes }) => [method, path, scopes]);
        const sortable = (rows: unknown[][]): string[] => rows.map((row) => JSON.stringify(row)).sort();
        expect(sortable(back)).toEqual(sortable(list.map(({ method, path, scopes }) => [method, path, scopes])));
        // Read area by area, in the order of the requests, it finds the same.
        const whole = createOperationIndex(data);
        const opened = openOperationIndex(data);
        for (const { method, path } of [...list].reverse()) {
          expect(opened.find(method, path)).toEqual(whole.find(method, path));
        }
        expect(opened.operations).toEqual(whole.operations);
      })
    );
  });

  it('prefers words to parameters, and comes back if they lead nowhere', () => {
    const paths = ['/api/v2/a/me/x', '/api/v2/a/{id}/y', '/api/v2/a/{id}'];
    const index = createOperationIndex(encodeOperations(paths.map((path) => ({ ...facts, method: 'GET', path }))).data);
    expect(index.find('GET', '/api/v2/a/me/x')?.path).toBe(paths[0]);
    expect(index.find('GET', '/api/v2/a/me/y')?.path).toBe(paths[1]);
    expect(index.find('GET', '/api/v2/a/me')?.path).toBe(paths[2]);
    expect(index.find('GET', '/api/v2/a')).toBeUndefined();
  });

  it('is empty for no operations, and says so when the data is damaged', () => {
    expect(createOperationIndex(encodeOperations([]).data).operations).toEqual([]);
    expect(() => createOperationIndex({ format: 1, scopeSets: 'a', operations: 'ax G7' })).toThrow('damaged');
  });

  it('leaves out what it cannot express, with the reason', () => {
    const odd = ['/api/v1/x', '/api/v2/x/{id}.json', '/api/v2//x', '/api/v2/x y'].map((path) => ({
      ...facts,
      method: 'GET',
      path
    }));
    const { data, skipped } = encodeOperations([...odd, { ...facts, method: 'LINK', path: '/api/v2/x' }]);
    expect(skipped).toHaveLength(5);
    expect(data.operations).toBe('');
  });
});
