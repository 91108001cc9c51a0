import { operationIndex } from '../operations/index.ts';
import { type Judgement, auditSources } from './index.ts';
import { sdkMethods } from './sdk.ts';

const index = operationIndex();

function audit(files: Record<string, string>, scopes?: readonly string[]): Judgement {
  const sources = Object.entries(files).map(([path, text]) => ({ path, text }));
  return auditSources(sources, { index, ...(scopes && { scopes }) });
}

/** The operations that a piece of code calls, each with its line. */
function callsIn(code: string, more: Record<string, string> = {}): string[] {
  const { calls } = audit({ 'app.ts': code, ...more });
  return calls.map(({ operation, place }) => `${operation.method} ${operation.path} ${place.file}:${place.line}`);
}

const QUEUES = 'GET /api/v2/routing/queues app.ts:1';
const QUEUE = 'GET /api/v2/routing/queues/{queueId} app.ts:1';

describe('the audit finds', () => {
  it.each([
    ['a literal', `http.get('/api/v2/routing/queues')`, QUEUES],
    [
      'an absolute URL with a query',
      `this.http.get<Page>('https://api.mypurecloud.de/api/v2/routing/queues?x=/y#z')`,
      QUEUES
    ],
    ['a template', 'http.get(`${origin}/api/v2/routing/queues/${id}?a=${b}`)', QUEUE],
    ['a word with a query behind it', 'http.get(`/api/v2/routing/queues${query}`)', QUEUES],
    ['a parameter put together', 'http.get(`/api/v2/routing/queues/q-${id}`)', QUEUE],
    ['a sum', `http.get(origin + '/api/v2' + '/routing/queues/' + id)`, QUEUE],
    ['a choice', `http.get(all ? '/api/v2/routing/queues' : '/api/v2/routing/queues/1')`, [QUEUES, QUEUE]],
    ['a default', `http.get(given ?? '/api/v2/routing/queues')`, QUEUES],
    ['a list joined', `http.get([origin, 'api/v2', 'routing', 'queues'].join('/'))`, QUEUES],
    ['a list joined from the root', `http.get(['', 'api', 'v2', 'routing', 'queues'].join('/'))`, QUEUES],
    ['a template filled by replace', `http.get('/api/v2/routing/queues/{queueId}'.replace('{queueId}', id))`, QUEUE],
    ['a URL object', `fetch(new URL('/api/v2/routing/queues', origin))`, QUEUES],
    ['a URL object on a base', `fetch(new URL('routing/queues', 'https://api.mypurecloud.de/api/v2/').href)`, QUEUES],
    ['fetch', `await fetch('/api/v2/routing/queues')`, QUEUES],
    [
      'fetch with a method',
      `fetch('/api/v2/routing/queues', { method: 'post', body })`,
      'POST /api/v2/routing/queues app.ts:1'
    ],
    [
      'a Request',
      `new Request('/api/v2/routing/queues/1', { method: 'DELETE' })`,
      'DELETE /api/v2/routing/queues/{queueId} app.ts:1'
    ],
    [
      'an HttpRequest',
      `new HttpRequest('PATCH', '/api/v2/users/' + id, body)`,
      'PATCH /api/v2/users/{userId} app.ts:1'
    ],
    [
      'request',
      `http.request('PUT', '/api/v2/routing/queues/1', { body })`,
      'PUT /api/v2/routing/queues/{queueId} app.ts:1'
    ],
    [
      'axios with options',
      `axios({ url: '/api/v2/routing/queues', method: 'POST' })`,
      'POST /api/v2/routing/queues app.ts:1'
    ],
    ['a resource', 'httpResource(() => `${base}/api/v2/routing/queues`)', QUEUES],
    [
      'a resource with a request',
      `httpResource(() => ({ url: '/api/v2/analytics/queues/observations/query', method: 'POST' }))`,
      'POST /api/v2/analytics/queues/observations/query app.ts:1'
    ],
    [
      'a helper named after its method',
      `postJson('/api/v2/routing/queues', body)`,
      'POST /api/v2/routing/queues app.ts:1'
    ],
    [
      'the only method a path has',
      `send('/api/v2/analytics/queues/observations/query', body)`,
      'POST /api/v2/analytics/queues/observations/query app.ts:1'
    ],
    ['a string alone', `const link = { href: '/api/v2/routing/queues' };`, QUEUES],
    ['method and path in one string', `call('POST /api/v2/routing/queues')`, 'POST /api/v2/routing/queues app.ts:1'],
    [
      'a path with one possible meaning',
      'http.get(`/api/v2/routing/${kind}/divisionviews/all`)',
      'GET /api/v2/routing/queues/divisionviews/all app.ts:1'
    ]
  ])('%s', (_name, code, expected) => {
    expect(callsIn(code)).toEqual([expected].flat());
  });

  it.each([
    ['a comparison', `if (url === '/api/v2/routing/queues' || url.startsWith('/api/v2/users')) {}`],
    ['a comment', `// http.get('/api/v2/routing/queues')`],
    ['another API', `http.get('/api/v1/routing/queues'); http.get('/routing/queues')`],
    ['a log line', `console.log('GET /api/v2/routing/queues')`],
    ['a base alone', 'const base = `${origin}/api/v2`;'],
    ['a type', `type Path = '/api/v2/routing/queues';`],
    ['code that does not parse', `http.get('/api/v2 (((`]
  ])('nothing in %s', (_name, code) => {
    const { calls, findings } = audit({ 'app.ts': code });
    expect([calls, findings]).toEqual([[], []]);
  });

  it('constants, fields and getters, in other files, too', () => {
    const code = `
import { API, PATHS, Path, queueUrl as one } from './urls';
import { USERS } from '@app/shared/users';
class Service {
  readonly #base = API + '/routing';
  get all() { return this.#base + '/queues'; }
  load() {
    this.http.get(this.all);
    this.http.get(PATHS.groups);
    this.http.get(Path.Stations);
    this.http.delete(one('17'));
    this.http.get(USERS);
  }
}`;
    const urls = `
export const API = 'https://api.mypurecloud.de/api/v2';
export const PATHS = { groups: \`\${API}/groups\` } as const;
export enum Path { Stations = '/api/v2/stations' }
export const queueUrl = (id: string) => \`\${API}/routing/queues/\${id}\`;`;
    const users = `export const USERS = '/api/v2/users';`;
    expect(callsIn(code, { 'urls.ts': urls, 'src/shared/users.ts': users })).toEqual([
      'GET /api/v2/routing/queues app.ts:8',
      'GET /api/v2/groups app.ts:9',
      'GET /api/v2/stations app.ts:10',
      'DELETE /api/v2/routing/queues/{queueId} app.ts:11',
      'GET /api/v2/users app.ts:12'
    ]);
  });

  it('what callers pass to wrappers, where the callers are', () => {
    const code = `
import { Api } from './api';
class Board {
  #api = inject(Api);
  constructor(private readonly other: Api) {}
  load() {
    this.#api.read('/routing/queues');
    this.other.write('/analytics/queues/observations/query', {});
    this.other.send('DELETE', '/routing/queues/1');
    this.other.send('GET', '/users/1');
  }
}`;
    const api = `
export class Api {
  readonly base = environment.origin + '/api/v2';
  read(path: string) { return this.#http.get(this.base + path); }
  write(path: string, body: object) { return this.again(path, body); }
  send(method: string, path: string) { return this.http.request(method, \`\${this.base}\${path}\`); }
  private again(path: string, body: object) { const url = this.base + path; return this.#http.post(url, body); }
}`;
    expect(callsIn(code, { 'api.ts': api })).toEqual([
      'GET /api/v2/routing/queues app.ts:7',
      'DELETE /api/v2/routing/queues/{queueId} app.ts:9',
      'GET /api/v2/users/{userId} app.ts:10',
      'POST /api/v2/analytics/queues/observations/query app.ts:8'
    ]);
  });

  it('inline scripts and links of a page, at their lines', () => {
    const page = `<!doctype html>
<script>
  fetch('/api/v2/routing/queues');
</script>
<p *genesysScopes="'quality:readonly'">x</p>`;
    const { calls, minimal } = audit({ 'page.html': page });
    expect(calls.map(({ operation, place }) => [operation.path, place])).toEqual([
      ['/api/v2/routing/queues', { file: 'page.html', line: 3, column: 9 }]
    ]);
    expect(minimal).toEqual(['quality:readonly', 'routing:readonly']);
  });

  it('methods of the official SDK', () => {
    const code = `import platformClient from 'purecloud-platform-client-v2';
const api = new platformClient.RoutingApi();
class A { private users: platformClient.UsersApi; load() { return this.users.getUsersMe(); } }
api.getRoutingQueues({ pageSize: 25 });
new platformClient.AnalyticsApi().postAnalyticsQueuesObservationsQuery(body);
given.getGroups();`;
    expect(callsIn(code)).toEqual([
      'GET /api/v2/users/me app.ts:3',
      'GET /api/v2/routing/queues app.ts:4',
      'POST /api/v2/analytics/queues/observations/query app.ts:5',
      'GET /api/v2/groups app.ts:6'
    ]);
  });

  it('methods of the SDK handed around in other files', () => {
    const files = {
      'sdk.ts': `import p from 'purecloud-platform-client-v2'; export const api = make(p);`,
      'app.ts': `import { api } from './sdk';
api.routing.getRoutingQueues(); api.groups.getGroups();`
    };
    expect(audit(files).calls.map(({ operation }) => operation.path)).toEqual(['/api/v2/routing/queues']);
  });

  it("no SDK in a project's own methods of the same name", () => {
    const own = `class Service { getUsers() { return []; } } new Service().getUsers(); other.getGroups();
import 'purecloud-platform-client-v2'; class Mine { getGroups() {} } const mine = new Mine(); mine.getGroups();`;
    expect(callsIn(`other.getUsers(); class Service { getGroups() {} } new Service().getGroups();`)).toEqual([]);
    expect(audit({ 'app.ts': own }).calls.map(({ operation, place }) => [operation.path, place.line])).toEqual([
      ['/api/v2/groups', 1]
    ]);
  });

  it('survives functions that call each other and names that mean themselves', () => {
    const code = `
const a = b + '/api/v2/x'; const b = a + '/api/v2/y';
function f(path) { return g('/api/v2' + path); } function g(path) { return f(path) + http.get(path); }
class A { b = inject(B); x() { this.b.a.b.a.y('/api/v2/users'); } } class B { a = inject(A); }
const self = { self }; self.self(self.self); f('/users'); http.get(a);`;
    expect(() => audit({ 'app.ts': code })).not.toThrow();
    const doubling = Array.from({ length: 40 }, (_, i) => `const v${i + 1} = v${i} + v${i};`).join('\n');
    const long = Array.from({ length: 3000 }, () => `'x'`).join(' + ');
    const callers = Array.from({ length: 3000 }, (_, i) => `f('/users/' + ${i});`).join('\n');
    const doubled = audit({
      'a.ts': `const v0 = v40 + '/api/v2/'; ${doubling} http.get(v40 + '/api/v2/users');`,
      'b.ts': `http.get(${long});`
    });
    const many = audit({
      'a.ts': `function f(p) { return g(p); } function g(p) { http.get('/api/v2' + p); g(p); f(p); }\n${callers}`
    });
    // If the work doubled with each name, this would not end.
    expect(doubled.calls).toHaveLength(1);
    expect(many.calls).toHaveLength(3000);
  });
});

describe('the audit of sources in several folders', () => {
  const files = {
    '../lib/scopes.ts': `export const SCOPES = ['routing'];`,
    'src/app.ts': `import { SCOPES } from '../../lib/scopes';
provideGenesysAuth({ relay: '/genesys', scopes: SCOPES }); http.get('/api/v2/users/me');`,
    '/other/page.html': `<script>fetch('/api/v2/groups')</script>`
  };
  const sources = Object.entries(files).map(([path, text]) => ({ path, text }));

  it('follows imports between them, and reports the paths as they were given', () => {
    const { calls, findings } = auditSources(sources, { index, folder: '/home/ann/app' });
    expect(calls.map(({ operation, place }) => [operation.path, place.file])).toEqual([
      ['/api/v2/users/me', 'src/app.ts'],
      ['/api/v2/groups', '/other/page.html']
    ]);
    expect(findings.map(({ rule, scope, place }) => [rule, scope, place?.file])).toEqual([
      ['missing_scope', 'groups:readonly', '/other/page.html'],
      ['missing_scope', 'user-basic-info', 'src/app.ts'],
      ['unused_scope', 'routing', '../lib/scopes.ts']
    ]);
  });

  it('says nothing at all if the compiler does not read a file', () => {
    expect(() => auditSources([...sources, { path: 'notes.txt', text: '' }], { index })).toThrow(
      'TypeScript did not read 1 of the sources: notes.txt.'
    );
  });
});

describe('the audit judges', () => {
  const config = (scopes: string, more = ''): string => `
provideGenesysAuth({
  relay: '/genesys',
  scopes: ${scopes}${more}
});
http.get('/api/v2/routing/queues');
http.post('/api/v2/routing/queues', body);
http.get('/api/v2/users/1');
`;
  const findingsIn = (code: string, scopes?: readonly string[]) =>
    audit({ 'app.ts': code }, scopes).findings.map(({ rule, level, scope, place }) => [
      level,
      rule,
      scope,
      place?.line
    ]);

  it('nothing wrong where all is right', () => {
    expect(findingsIn(config(`['routing', 'users:readonly', 'admin:platform']`))).toEqual([]);
  });

  it('a call without its scope, at the call', () => {
    expect(findingsIn(config(`['routing']`))).toEqual([['error', 'missing_scope', 'users:readonly', 8]]);
    expect(findingsIn(config(`['routing:readonly', 'users:readonly']`))).toEqual([
      ['error', 'missing_scope', 'routing', 7]
    ]);
  });

  it('scopes that no call needs, and those that allow more than needed', () => {
    expect(findingsIn(config(`['routing', 'users', 'quality']`, `, optionalScopes: ['fax']`))).toEqual([
      ['warning', 'unused_scope', 'quality', 4],
      ['note', 'broad_scope', 'users', 4],
      ['note', 'unused_scope', 'fax', 4]
    ]);
  });

  it('names that are wrong, with what to write instead', () => {
    const { findings } = audit({
      'app.ts': config(`['routing', 'users:readonly', 'anaytics', 'analytics:reporting:read', 'a b']`)
    });
    expect(findings.map(({ rule, scope }) => [rule, scope])).toEqual([
      ['near_miss', 'anaytics'],
      ['unknown_in_area', 'analytics:reporting:read'],
      ['malformed', 'a b']
    ]);
    expect(findings[0]?.fix).toContain('"analytics"');
    expect(findings[1]?.fix).toContain('"analytics:readonly"');
  });

  it('the slip of an own scope that the app configures, in the sources or on the command line', () => {
    const demand = `http.get('/x', { context: genesysScopes('admin:platfrom') });`;
    const code = config(`['routing', 'users:readonly']`, `, optionalScopes: ['admin:platform']`) + demand;
    expect(findingsIn(code)).toEqual([['error', 'near_miss', 'admin:platfrom', 9]]);
    expect(findingsIn(demand, ['admin:platform'])).toEqual([['error', 'near_miss', 'admin:platfrom', 1]]);
    const { findings, minimal } = audit({ 'app.ts': code });
    expect(findings[0]?.fix).toContain('Write "admin:platform"');
    expect(minimal).toEqual(['routing', 'users:readonly']);
  });

  it('a wrong name in the configuration, also where the code demands the same wrong name', () => {
    const code = config(`['routing', 'users:readonly', 'anaytics']`) + `const guard = requireScopes('anaytics');`;
    expect(findingsIn(code).map(([, rule, scope]) => [rule, scope])).toEqual([
      ['near_miss', 'anaytics'],
      ['near_miss', 'anaytics']
    ]);
  });

  it('names against the registered ones, if there are any', () => {
    const code = config(`['routing', 'users:readonly', 'admin:other']`, `, registeredScopes: ['routing', 'users']`);
    expect(findingsIn(code)).toEqual([['error', 'not_registered', 'admin:other', 4]]);
  });

  it('scopes from constants, other files and the module door', () => {
    const code = `import { SCOPES } from './scopes'; import { more } from './scopes';
@NgModule({ imports: [GenesysAuthModule.forRoot({ region, relay, scopes: [...SCOPES, more.extra] })] }) class App {}
http.get('/api/v2/groups');`;
    const scopes = `export const SCOPES = ['groups:readonly'] as const; export const more = { extra: 'fax' };`;
    const { configured, findings } = audit({ 'app.ts': code, 'scopes.ts': scopes });
    expect(configured).toEqual(['fax', 'groups:readonly']);
    expect(findings.map(({ rule, place }) => [rule, place?.file])).toEqual([['unused_scope', 'scopes.ts']]);
  });

  it('what the code demands', () => {
    const code = `${config(`['routing', 'users:readonly', 'quality']`)}
const routes = [{ canActivate: [requireScopes('quality')] }];
http.get('/x', { context: genesysScopes('fax', 'admin:platform') });
class A { auth = inject(GenesysAuthService); load() { return this.auth.token('anaytics'); } }`;
    expect(findingsIn(code)).toEqual([
      ['error', 'missing_scope', 'fax', 11],
      ['error', 'missing_scope', 'admin:platform', 11],
      ['error', 'near_miss', 'anaytics', 12]
    ]);
  });

  it.each([
    ['a constant', `const FAX = 'fax'; genesysScopes(FAX);`],
    ['a list', `const FAX = ['fax'] as const; genesysScopes(...FAX);`],
    ['a list in a list', `const FAX = ['fax']; const ALL = [...FAX, 'routing']; requireScopes(...ALL);`],
    ['a property', `const NEEDS = { fax: ['fax'] }; genesysScopes(...NEEDS.fax);`],
    ['an enum', `enum Scope { Fax = 'fax' } genesysScopes(Scope.Fax);`],
    ['a parameter', `const needs = (scope: string) => genesysScopes(scope); needs('routing'); needs('fax');`],
    ['a default', `const needs = (scope = 'fax') => genesysScopes(scope); needs();`],
    [
      'rest parameters',
      `function needs(...scopes: string[]) { return genesysScopes(...scopes); } needs('routing', 'fax');`
    ],
    [
      'a method',
      `class A { auth = inject(GenesysAuthService); x = ['fax']; go() { return this.auth.ensureScopes(...this.x); } }`
    ]
  ])('what the code demands by %s', (_name, code) => {
    expect(findingsIn(code, ['routing']).filter(([, , scope]) => scope !== 'routing')).toEqual([
      ['error', 'missing_scope', 'fax', 1]
    ]);
  });

  it.each([
    ['a parameter that nobody passes', 'const needs = (scope: string) => genesysScopes(scope);'],
    ['a call', 'genesysScopes(scopeOf(queue));'],
    ['a spread of what a server says', 'requireScopes(...config.scopes);'],
    ['a parameter that a caller passes on', 'const a = (s) => genesysScopes(s); const b = (s) => a(s);']
  ])('that it cannot read the demand of %s', (_name, code) => {
    expect(findingsIn(code)).toContainEqual(['note', 'open_demand', undefined, 1]);
    expect(findingsIn(code)).toHaveLength(1);
  });

  it('that it cannot read the demand of a template', () => {
    const { findings } = audit({ 'page.html': `<p *genesysScopes="needed()">x</p><p *genesysScopes="'fax'">y</p>` });
    expect(findings.map(({ rule, place }) => [rule, place?.line])).toEqual([['open_demand', 1]]);
  });

  it('the demand of a parameter also after another demand was too deep to follow', () => {
    const chain = Array.from(
      { length: 12 },
      (_, n) => `const f${n + 1} = (s) => { f${n}(s); ${n === 5 ? 'genesysScopes(s);' : ''} };`
    );
    const code = `const f0 = (s) => { genesysScopes(s); };\n${chain.join(' ')} f12('fax');`;
    expect(findingsIn(code, ['routing']).filter(([, , scope]) => scope !== 'routing')).toEqual([
      ['error', 'missing_scope', 'fax', 2],
      ['note', 'open_demand', undefined, 1]
    ]);
  });

  it('what functions that call each other demand, once', () => {
    const calls = Array.from({ length: 20 }, () => 'a(s); b(s);').join(' ');
    const code = `function a(s) { ${calls} genesysScopes(s); genesysScopes(s); } function b(s) { ${calls} } a('fax');`;
    expect(findingsIn(code, ['routing']).filter(([, , scope]) => scope !== 'routing')).toEqual([
      ['error', 'missing_scope', 'fax', 1]
    ]);
  });

  it('nothing about the options of a guard', () => {
    const code = `const options = { redirectTo: '/denied' };
requireScopes('routing', options); requireScopes('routing', { redirectTo: () => go() }); genesysScopes();`;
    expect(findingsIn(code)).toEqual([]);
  });

  it('the command line as one more configuration', () => {
    const code = `http.get('/api/v2/groups');`;
    expect(findingsIn(code)).toEqual([]);
    expect(findingsIn(code, ['groups:readonly'])).toEqual([]);
    expect(findingsIn(code, ['fax'])).toEqual([
      ['error', 'missing_scope', 'groups:readonly', 1],
      ['warning', 'unused_scope', 'fax', 1]
    ]);
  });

  it('nothing about missing scopes where the configuration is only known at run time', () => {
    expect(findingsIn(config('config.scopes'))).toEqual([['note', 'open_scopes', undefined, 4]]);
  });

  it("a relay's scopes as the list of those that exist", () => {
    const relay = `const relay = { mode: 'token', genesys: {}, identities: [], roles: {}, scopes: ['routing', 'users'] };`;
    expect(findingsIn(relay + config(`['routing', 'users:readonly']`))).toEqual([]);
    expect(findingsIn(relay + config(`['routing', 'users:readonly', 'own:thing']`))).toEqual([
      ['error', 'not_registered', 'own:thing', 4]
    ]);
  });

  it('calls that the API does not have, and those it cannot tell', () => {
    expect(
      findingsIn(`http.get('/api/v2/nonsense'); http.get('/api/v2/' + path); http.put('/api/v2/users/me', x);`)
    ).toEqual([
      ['warning', 'unknown_operation', undefined, 1],
      ['warning', 'unknown_operation', undefined, 1],
      ['note', 'open_call', undefined, 1]
    ]);
  });
});

describe('the map of SDK methods', () => {
  it('names each operation once, and nearly all that the index has', () => {
    const methods = [...sdkMethods()];
    expect(methods.length).toBeGreaterThan(3000);
    expect(sdkMethods().get('getRoutingQueues')).toEqual({ method: 'GET', url: '/api/v2/routing/queues' });
    const known = methods.filter(([, { method, url }]) => index.find(method, url)?.path === url);
    expect(known.length).toBeGreaterThan(3100);
  });
});
