import { execFile } from 'node:child_process';
import { type Server, createServer } from 'node:http';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { operationIndex } from '../src/operations/index.ts';
import { main } from '../src/cli/main.ts';
import { VERSION } from '../src/cli/version.ts';
import { PLANTED_APP } from './planted-app.ts';

const here = __dirname;
let cwd = '';

beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'genesys-scopes-'));
  await mkdir(join(cwd, 'planted/app/node_modules/x'), { recursive: true });
  for (const [name, text] of Object.entries(PLANTED_APP)) await writeFile(join(cwd, 'planted/app', name), text);
  // None of these is read.
  for (const name of ['app.spec.ts', 'types.d.ts', 'node_modules/x/index.js', 'notes.md']) {
    await writeFile(join(cwd, 'planted/app', name), `http.get('/api/v2/fax/documents');`);
  }
});
afterAll(async () => {
  await rm(cwd, { recursive: true });
});

async function run(args: readonly string[], folder = cwd): Promise<{ code: number; out: string; err: string }> {
  let out = '';
  let err = '';
  const code = await main(args, {
    cwd: folder,
    out: (text) => {
      out += `${text}\n`;
    },
    err: (text) => {
      err += `${text}\n`;
    },
    fetch
  });
  return { code, out, err };
}

const description = {
  swagger: '2.0',
  basePath: '/',
  securityDefinitions: { 'PureCloud OAuth': { type: 'oauth2' }, 'Guest Chat JWT': { type: 'apiKey' } },
  paths: {
    '/api/v2/routing/queues': {
      get: {
        security: [{ 'PureCloud OAuth': ['routing', 'routing:readonly'] }],
        'x-inin-requires-permissions': { type: 'ANY', permissions: ['routing:queue:view'] }
      },
      post: { security: [{ 'PureCloud OAuth': ['routing:special'] }], deprecated: true },
      parameters: []
    },
    '/api/v2/date': { get: { security: [{ 'PureCloud OAuth': [] }] } },
    '/api/v2/guests': { get: { security: [{ 'Guest Chat JWT': [] }] } },
    '/api/v2/open': { get: {} },
    '/api/v2/brand/new/{newId}': { patch: { security: [{ 'PureCloud OAuth': ['new:area'] }] } },
    '/api/v3/other': { get: {} }
  }
};

describe('genesys-scopes', () => {
  it('has the version of the package', async () => {
    const { version } = JSON.parse(await readFile(join(here, '../package.json'), 'utf8')) as { version: string };
    expect(VERSION).toBe(version);
    expect(await run(['--version'])).toEqual({ code: 0, out: `${version}\n`, err: '' });
  });

  it('shows help', async () => {
    expect(await run(['--help'])).toMatchObject({ code: 0, out: expect.stringContaining('Exit codes'), err: '' });
  });

  it.each([
    [[]],
    [['frobnicate']],
    [['list', '--nonsense']],
    [['list', '--from', 'x']],
    [['list', 'x']],
    [['list', '--format', 'sarif']],
    [['list', '--area', 'nonsense']],
    [['explain']],
    [['explain', 'routing', '--index', 'missing.json']],
    [['audit']],
    [['audit', 'missing-folder']],
    [['audit', 'planted/app/node_modules/../types.d.ts', '--format', 'xml']],
    [['audit', 'planted', '--scopes', 'a"b']],
    [['update']],
    [['update', '--from', 'missing.json']],
    [['update', '--from', 'http://api.example.com/swagger']],
    [['update', '--from', 'https://']]
  ])('%j is not understood: exit code 2 and one message', async (args) => {
    const { code, out, err } = await run(args);
    expect([code, out]).toEqual([2, '']);
    expect(err).toMatch(/^.+\nHelp: npx --no-install genesys-scopes --help\n$/);
  });
});

// The other tests run the sources; this one runs what is published. Build first.
describe('the built genesys-scopes', () => {
  const built = join(here, '../dist/cli/cli.js');
  const start = (...args: string[]) => promisify(execFile)(process.execPath, [built, ...args], { cwd });

  it('answers, and exits with its codes', async () => {
    expect((await start('explain', 'fax')).stdout).toContain('Opens 8 operations');
    await expect(start('audit', 'planted/app')).rejects.toMatchObject({
      code: 1,
      stdout: expect.stringContaining('2 errors')
    });
    await expect(start('audit')).rejects.toMatchObject({ code: 2, stderr: expect.stringContaining('--help') });
  });
});

describe('genesys-scopes list', () => {
  it('lists scopes for people and for programs', async () => {
    const { code, out } = await run(['list']);
    expect([code, out.trim().split('\n').length]).toEqual([0, 135]);
    const { out: json } = await run(['list', '--area', 'routing', '--format', 'json']);
    expect(JSON.parse(json)).toMatchObject([{ name: 'routing' }, { name: 'routing:readonly', readonly: true }]);
  });
});

describe('genesys-scopes explain', () => {
  it('explains operations', async () => {
    const { code, out } = await run(['explain', 'get', '/api/v2/users/me?x=1']);
    expect(code).toBe(0);
    expect(out).toContain('GET /api/v2/users/me\nScope:\n  user-basic-info');
    expect((await run(['explain', 'GET /api/v2/date'])).out).toContain('any valid token');
    expect((await run(['explain', 'POST /api/v2/documentation/search'])).out).toContain('no token at all');
    expect((await run(['explain', 'GET /api/v2/webmessaging/messages'])).out).toContain('Webmessaging JWT');
  });

  it('explains scopes', async () => {
    const { out } = await run(['explain', 'fax']);
    expect(out).toContain('Opens 8 operations, 3 of them not open to fax:readonly.');
    const { out: json } = await run(['explain', 'fax:readonly', '--format', 'json']);
    expect(JSON.parse(json)).toMatchObject({ kind: 'scope', area: 'fax', readonly: true });
  });

  it.each([
    ['anaytics', '"analytics"'],
    ['analytics:reporting:read', 'permission'],
    ['admin:platform', 'one that your organization defines'],
    ['GET /api/v2/nonsense', 'No operation']
  ])('says what it can about %p and exits with 1', async (what, message) => {
    const { code, err } = await run(['explain', what]);
    expect(code).toBe(1);
    expect(err).toContain(message);
  });
});

describe('genesys-scopes update', () => {
  it('makes an index from an API description that explain and audit use', async () => {
    await writeFile(join(cwd, 'swagger.json'), JSON.stringify(description));
    const { code, out, err } = await run([
      'update',
      '--from',
      'swagger.json',
      '--out',
      'mine.json',
      '--format',
      'json'
    ]);
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({
      operations: 6,
      skipped: 1,
      added: ['PATCH /api/v2/brand/new/{newId}', 'GET /api/v2/guests', 'GET /api/v2/open'],
      changed: ['POST /api/v2/routing/queues']
    });
    expect(err).toBe('left out GET /api/v3/other: not under /api/v2/\n');

    const explained = await run(['explain', 'GET /api/v2/routing/queues', '--index', 'mine.json', '--format', 'json']);
    expect(JSON.parse(explained.out)).toMatchObject({
      permissions: ['routing:queue:view'],
      rule: 'ANY',
      deprecated: false
    });
    const others = await Promise.all(
      ['POST /api/v2/routing/queues', 'GET /api/v2/guests', 'GET /api/v2/open', 'GET /api/v2/date'].map((what) =>
        run(['explain', what, '--index', 'mine.json', '--format', 'json'])
      )
    );
    expect(others.map(({ out: text }): unknown => JSON.parse(text))).toMatchObject([
      { scopes: ['routing:special'], deprecated: true },
      { auth: 'Guest Chat JWT' },
      { auth: 'none' },
      { auth: 'oauth', scopes: [] }
    ]);

    await writeFile(join(cwd, 'app.ts'), `http.patch('/api/v2/brand/new/1', body);`);
    expect((await run(['audit', 'app.ts', '--index', 'mine.json'])).out).toContain('new:area');
    expect((await run(['audit', 'app.ts'])).code).toBe(1);
  });

  it('gives back the table that the package is made of', async () => {
    const table = join(here, '../generator/operations.tsv');
    const { code, out } = await run(['update', '--from', table, '--out', 'same.json', '--format', 'json']);
    expect([code, JSON.parse(out)]).toMatchObject([
      0,
      { operations: operationIndex().operations.length, added: [], removed: [], changed: [] }
    ]);
  });

  it('reads OpenAPI 3 with a server and a default for security', async () => {
    const openapi = {
      openapi: '3.0.3',
      servers: [{ url: 'https://api.mypurecloud.de/api/v2/' }],
      security: [{ oauth: ['x:one'] }],
      components: { securitySchemes: { oauth: { type: 'oauth2' } } },
      paths: { '/things/{id}': { get: {}, delete: { security: [] } } }
    };
    await writeFile(join(cwd, 'openapi.json'), JSON.stringify(openapi));
    const { out } = await run(['update', '--from', 'openapi.json', '--out', 'three.json', '--format', 'json']);
    expect(JSON.parse(out)).toMatchObject({ added: ['DELETE /api/v2/things/{id}', 'GET /api/v2/things/{id}'] });
    const { out: text } = await run(['explain', 'GET /api/v2/things/1', '--index', 'three.json']);
    expect(text).toContain('x:one');
  });

  it.each([
    ['nothing', ''],
    ['no JSON', 'swagger: "2.0"'],
    ['another JSON', '{"swagger": 2, "paths": {}}'],
    ['null', 'null'],
    ['no operations', '{"swagger": "2.0", "paths": {"/api/v2/x": null}}'],
    ['no path of the API', '{"swagger": "2.0", "paths": {"/x": {"get": {}}}}'],
    ['a broken table', 'method\tpath\tscopes_any_of\tpermissions_rule\tpermissions\tdeprecated\nGET\tnonsense']
  ])('refuses %s', async (_name, text) => {
    await writeFile(join(cwd, 'bad.json'), text);
    const { code, err } = await run(['update', '--from', 'bad.json', '--out', 'never.json']);
    expect([code, err]).toEqual([2, expect.stringContaining('bad.json')]);
    await expect(readFile(join(cwd, 'never.json'))).rejects.toThrow('ENOENT');
  });

  it('keeps odd names out of the compact form', async () => {
    const odd = {
      swagger: '2.0',
      paths: {
        '/api/v2/d': { get: {} },
        '/api/v2/a': { get: { security: [{ o: ['a|b', 'c;d', 'x y', '__proto__'] }] } },
        '/api/v2/b': { get: { security: [{ 'we|rd;': [] }] }, __proto__: { get: {} } },
        '/api/v2/c': {
          get: {
            security: [{ o: ['fine'] }],
            'x-inin-requires-permissions': { permissions: ['a|b', '~c', '=d', '&e'] }
          }
        }
      },
      securityDefinitions: { 'we|rd;': { type: 'apiKey' } }
    };
    await writeFile(join(cwd, 'odd.json'), JSON.stringify(odd));
    const { code, err } = await run(['update', '--from', 'odd.json', '--out', 'odd-index.json']);
    expect(code).toBe(0);
    expect(err.split('\n').filter((line) => line.startsWith('left out'))).toHaveLength(3);
  });

  it('fetches from a server, and says what the server answered', async () => {
    const server: Server = createServer((request, response) => {
      response.statusCode = request.url === '/swagger' ? 200 : 503;
      response.end(JSON.stringify(description));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const good = await run(['update', '--from', `http://127.0.0.1:${port}/swagger`, '--out', 'fetched.json']);
    const bad = await run(['update', '--from', `http://127.0.0.1:${port}/`, '--out', 'fetched.json']);
    await new Promise((resolve) => server.close(resolve));
    expect([good.code, good.out]).toEqual([0, expect.stringContaining('fetched.json: 6 operations')]);
    expect([bad.code, bad.err]).toEqual([2, expect.stringContaining('503')]);
  });
});

describe('genesys-scopes audit', () => {
  it('reports exactly what is wrong with an app, with file, line and fix', async () => {
    const { code, out, err } = await run(['audit', 'planted/app', '--format', 'json']);
    expect([code, err]).toEqual([1, '']);
    const report = JSON.parse(out) as { calls: Record<string, unknown>[]; findings: Record<string, unknown>[] };
    expect(report).toMatchObject({
      files: 4,
      minimal: ['analytics:readonly', 'routing:readonly', 'users:readonly'],
      configured: [
        'admin:platform',
        'analytics:reporting:read',
        'quality:readonly',
        'routing:readonly',
        'users:readonly'
      ]
    });
    expect(report.calls.map(({ method, path, via, file, line }) => [method, path, via, file, line])).toEqual([
      ['GET', '/api/v2/routing/queues', 'call', 'planted/app/queues.ts', 10],
      ['POST', '/api/v2/analytics/queues/observations/query', 'call', 'planted/app/queues.ts', 15],
      ['GET', '/api/v2/users', 'sdk', 'planted/app/users.js', 5]
    ]);
    expect(report.findings.map(({ level, rule, scope, place, fix }) => [level, rule, scope, place, fix])).toEqual([
      [
        'error',
        'missing_scope',
        'analytics:readonly',
        { file: 'planted/app/queues.ts', line: 15, column: 28 },
        'Add "analytics:readonly" to scopes.'
      ],
      [
        'error',
        'unknown_in_area',
        'analytics:reporting:read',
        { file: 'planted/app/scopes.ts', line: 6, column: 3 },
        expect.stringContaining('"analytics:readonly"')
      ],
      [
        'warning',
        'unused_scope',
        'quality:readonly',
        { file: 'planted/app/scopes.ts', line: 5, column: 3 },
        'Remove "quality:readonly" from scopes.'
      ]
    ]);
  });

  it.each([
    ['beside the current folder', '../planted/app', '../planted/app'],
    ['above the current folder', '..', '../planted/app'],
    ['by an absolute path', '', '../planted/app']
  ])('finds the same in sources %s', async (_where, path, reported) => {
    const elsewhere = join(cwd, 'elsewhere');
    await mkdir(elsewhere, { recursive: true });
    const { code, out } = await run(['audit', path || join(cwd, 'planted/app'), '--format', 'json'], elsewhere);
    const { calls, findings } = JSON.parse(out) as {
      calls: { file: string }[];
      findings: { rule: string; place: { file: string } }[];
    };
    expect(code).toBe(1);
    expect(calls.filter(({ file }) => file.startsWith(reported))).toHaveLength(3);
    expect(
      findings.filter(({ place }) => place.file.startsWith(reported)).map(({ rule, place }) => [rule, place.file])
    ).toEqual([
      ['missing_scope', `${reported}/queues.ts`],
      ['unknown_in_area', `${reported}/scopes.ts`],
      ['unused_scope', `${reported}/scopes.ts`]
    ]);
  });

  it('fails with exit code 3 for a file that TypeScript does not read', async () => {
    await writeFile(join(cwd, 'notes.txt'), `http.get('/api/v2/groups');`);
    expect(await run(['audit', 'planted/app', 'notes.txt'])).toEqual({
      code: 3,
      out: '',
      err: 'Failed: TypeScript did not read 1 of the sources: notes.txt. Nothing was judged.\n'
    });
  });

  it('tells people', async () => {
    const { out } = await run(['audit', 'planted/app']);
    expect(out).toContain('3 calls of 3 operations in 4 files\n');
    expect(out).toContain(
      'planted/app/scopes.ts:5:3 warning unused_scope: No call needs the scope "quality:readonly".\n  fix: '
    );
    expect(out).toMatch(/2 errors, 1 warning, 0 notes\n$/);
  });

  it('writes SARIF', async () => {
    const { code, out } = await run(['audit', 'planted/app', '--format', 'sarif']);
    const { version, runs } = JSON.parse(out);
    expect([code, version, runs.length]).toEqual([1, '2.1.0', 1]);
    const [{ tool, results }] = runs;
    expect(tool.driver).toMatchObject({ name: 'genesys-scopes', version: VERSION });
    for (const { ruleId, ruleIndex, level, message, locations } of results) {
      expect(tool.driver.rules[ruleIndex].id).toBe(ruleId);
      expect(['error', 'warning', 'note']).toContain(level);
      expect(message.text).not.toBe('');
      expect(locations[0].physicalLocation).toMatchObject({
        artifactLocation: { uri: expect.stringMatching(/^planted\/app\/\w+\.\w+$/) },
        region: { startLine: expect.any(Number), startColumn: expect.any(Number) }
      });
    }
    expect(results).toHaveLength(3);
  });

  it.each(['utf-16le', 'utf-16be'])('reads a source in %s, as TypeScript does', async (encoding) => {
    const bytes = Buffer.from(`\ufeffhttp.get('/api/v2/groups');`, 'utf16le');
    await writeFile(join(cwd, 'utf-16.ts'), encoding === 'utf-16le' ? bytes : bytes.swap16());
    const { code, out } = await run(['audit', 'utf-16.ts', '--scopes', 'routing']);
    expect(out).toMatch(/^1 calls? of 1 operations?/);
    expect(code).toBe(1);
  });

  it('is clean where nothing is wrong', async () => {
    await writeFile(join(cwd, 'clean.ts'), `http.get('/api/v2/groups');`);
    expect(await run(['audit', 'clean.ts', '--scopes', 'groups:readonly', '--format', 'sarif'])).toMatchObject({
      code: 0,
      err: ''
    });
  });
});
