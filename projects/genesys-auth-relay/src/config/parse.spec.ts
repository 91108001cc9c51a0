import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { GENESYS_REGIONS } from 'genesys-auth-protocol';
import { type ConfigIssue, RelayConfigError, loadRelayConfig, parseRelayConfig } from '../index.ts';

const SECRET = 'CANARY-secret-value';
const ENV = { GENESYS_CLIENT_SECRET: SECRET };
const HASH = 'ab'.repeat(16) + 'cd'.repeat(16);

/** A configuration with some members replaced by path, such as `genesys.region`; `undefined` removes. */
function config(changes: Record<string, unknown> = {}): unknown {
  const base = {
    mode: 'token',
    genesys: {
      region: 'mypurecloud.de',
      client: { id: 'client', secret: { env: 'GENESYS_CLIENT_SECRET' } }
    },
    scopes: ['analytics', 'routing', 'admin:platform'],
    identities: [{ type: 'loopback', roles: ['developer'] }],
    roles: { developer: { scopes: ['analytics', 'routing'], defaultScopes: ['analytics'] } }
  };
  const copy = structuredClone(base) as Record<string, unknown>;
  for (const [path, value] of Object.entries(changes)) {
    const parts = path.split('.');
    const last = parts.pop()!;
    const owner = parts.reduce<Record<string, unknown>>((at, part) => {
      at[part] ??= {};
      return at[part] as Record<string, unknown>;
    }, copy);
    if (value === undefined) Reflect.deleteProperty(owner, last);
    else owner[last] = value;
  }
  return copy;
}

function issuesOf(input: unknown, env: NodeJS.ProcessEnv = ENV): readonly ConfigIssue[] {
  try {
    parseRelayConfig(input, env);
  } catch (error) {
    expect(error).toBeInstanceOf(RelayConfigError);
    const { issues, message, code } = error as RelayConfigError;
    expect(code).toBe('config_invalid');
    for (const issue of issues) {
      expect(issue.fix).not.toBe('');
      for (const text of Object.values(issue)) expect(message).toContain(text);
    }
    expect(message).not.toContain(SECRET);
    return issues;
  }
  throw new Error('the configuration was taken');
}

describe('parseRelayConfig', () => {
  it('takes the smallest configuration and fills in the defaults', () => {
    expect(parseRelayConfig(config(), ENV)).toMatchObject({
      mode: 'token',
      listen: { host: '127.0.0.1', port: 8080 },
      admin: { host: '127.0.0.1', port: 9090 },
      genesys: {
        region: 'mypurecloud.de',
        tokenEndpoint: 'https://login.mypurecloud.de/oauth/token',
        apiOrigin: 'https://api.mypurecloud.de',
        timeoutMs: 5000,
        sendScope: true,
        clients: [{ name: 'client', id: 'client', auth: 'basic', scopes: ['analytics', 'routing'] }]
      },
      scopes: ['admin:platform', 'analytics', 'routing'],
      acceptSharedPrivileges: false,
      cors: { origins: [] },
      limits: { bodyBytes: 16_384, requestsPerMinute: 600 },
      log: { level: 'info', subject: 'hashed' },
      warnings: []
    });
  });

  it.each(
    GENESYS_REGIONS.flatMap(({ aws, domain }) => [
      [aws, domain],
      [domain, domain]
    ])
  )('S10 knows the region %s', (name, domain) => {
    const { genesys } = parseRelayConfig(config({ 'genesys.region': name }), ENV);
    expect(genesys).toMatchObject({
      region: domain,
      tokenEndpoint: `https://login.${domain}/oauth/token`,
      apiOrigin: `https://api.${domain}`
    });
  });

  it('takes explicit endpoints, over http on this machine', () => {
    for (const origin of [
      'https://auth.example.com',
      'http://localhost:4210',
      'http://127.0.0.1:4210',
      'http://[::1]:4210'
    ]) {
      const changes = {
        'genesys.region': undefined,
        'genesys.tokenEndpoint': `${origin}/oauth/token`,
        'genesys.apiOrigin': origin
      };
      expect(parseRelayConfig(config(changes), ENV).genesys).toMatchObject({ region: null, apiOrigin: origin });
    }
  });

  const mistakes: readonly [string, Record<string, unknown>, string, RegExp][] = [
    ['another mode', { mode: 'tokens' }, 'mode', /"tokens"/],
    ['B17 a switch for DPoP', { dpop: true }, 'dpop', /unknown key/],
    ['B17 a switch for DPoP of the client', { 'genesys.dpop': true }, 'genesys.dpop', /unknown key/],
    [
      'routes in token mode',
      { 'roles.developer.routes': [{ path: '/api/v2/users' }] },
      'roles.developer.routes',
      /token mode/
    ],
    [
      'a route that is not an API path',
      { mode: 'proxy', 'roles.developer.routes': [{ path: '/api/v2/../users' }] },
      'roles.developer.routes[0].path',
      /not a path of the API/
    ],
    [
      'a header that must not be forwarded',
      { mode: 'proxy', proxy: { forwardHeaders: ['Cookie'] } },
      'proxy.forwardHeaders[0]',
      /never forwarded/
    ],
    [
      'a header that is none',
      { mode: 'proxy', proxy: { forwardHeaders: ['X-Y: z'] } },
      'proxy.forwardHeaders[0]',
      /not a valid header name/
    ],
    [
      'a scope of an allowed operation that is not registered',
      { mode: 'proxy', proxy: { allow: [{ path: '/api/v2/new', scopes: ['users'] }] } },
      'proxy.allow[0].scopes[0]',
      /not in the list/
    ],
    ['an unknown key', { lisen: {} }, 'lisen', /unknown key.*"listen"/],
    ['an unknown key inside', { 'genesys.clientId': 'x' }, 'genesys.clientId', /unknown key/],
    ['an unknown key in the admin section', { admin: { prot: 1 } }, 'admin.prot', /unknown key.*"port"/],
    [
      'an unknown key in an identity',
      { identities: [{ type: 'loopback', roles: ['developer'], role: 'x' }] },
      'identities[0].role',
      /"roles"/
    ],
    [
      'an unknown key in a role',
      { 'roles.developer': { scopes: ['analytics'], default: [] } },
      'roles.developer.default',
      /defaultScopes/
    ],
    ['an unknown region', { 'genesys.region': 'mypurecloud.dee' }, 'genesys.region', /did you mean mypurecloud\.de\?/],
    [
      'a host in place of a region',
      { 'genesys.region': 'https://api.usw2.pure.cloud' },
      'genesys.region',
      /usw2\.pure\.cloud/
    ],
    ['no region', { 'genesys.region': undefined }, 'genesys.region', /missing/],
    [
      'a region and an endpoint',
      { 'genesys.tokenEndpoint': 'https://a.example/t' },
      'genesys.tokenEndpoint',
      /cannot be combined with region/
    ],
    [
      'half of the endpoints',
      { 'genesys.region': undefined, 'genesys.apiOrigin': 'https://a.example' },
      'genesys.tokenEndpoint',
      /missing/
    ],
    [
      'S4 an endpoint without TLS',
      {
        'genesys.region': undefined,
        'genesys.tokenEndpoint': 'http://a.example/t',
        'genesys.apiOrigin': 'https://a.example'
      },
      'genesys.tokenEndpoint',
      /not encrypted.*https/
    ],
    [
      'S4 an API without TLS',
      {
        'genesys.region': undefined,
        'genesys.tokenEndpoint': 'https://a.example/t',
        'genesys.apiOrigin': 'http://localhost.evil.example'
      },
      'genesys.apiOrigin',
      /not encrypted/
    ],
    [
      'an API with a path',
      {
        'genesys.region': undefined,
        'genesys.tokenEndpoint': 'https://a.example/t',
        'genesys.apiOrigin': 'https://a.example/api'
      },
      'genesys.apiOrigin',
      /write https:\/\/a\.example/
    ],
    [
      'an endpoint with a password',
      {
        'genesys.region': undefined,
        'genesys.tokenEndpoint': 'https://u:p@a.example/t',
        'genesys.apiOrigin': 'https://a.example'
      },
      'genesys.tokenEndpoint',
      /user name or password/
    ],
    [
      '13.3.1 a literal secret',
      { 'genesys.client.secret': SECRET },
      'genesys.client.secret',
      /plain text.*\{ env: NAME \}/
    ],
    ['B1 no secret', { 'genesys.client.secret': undefined }, 'genesys.client.secret', /missing/],
    [
      'a variable that is not set',
      { 'genesys.client.secret': { env: 'NOT_THERE' } },
      'genesys.client.secret',
      /NOT_THERE is not set/
    ],
    [
      'a file that is not there',
      { 'genesys.client.secret': { file: 'not-there.txt' } },
      'genesys.client.secret',
      /not-there\.txt.*ENOENT/
    ],
    [
      'a variable and a file',
      { 'genesys.client.secret': { env: 'A', file: 'b' } },
      'genesys.client.secret',
      /env: NAME/
    ],
    ['no client', { 'genesys.client': undefined }, 'genesys.client', /client/],
    ['no client id', { 'genesys.client.id': '' }, 'genesys.client.id', /client id|empty/],
    ['an unknown auth', { 'genesys.client.auth': 'digest' }, 'genesys.client.auth', /basic or post/],
    ['no scopes', { scopes: [] }, 'scopes', /empty list/],
    ['scopes missing', { scopes: undefined }, 'scopes', /missing/],
    ['scopes as text', { scopes: 'analytics' }, 'scopes', /"analytics" is not a list/],
    ['a malformed scope', { scopes: ['analytics', 'routing', 'a b'] }, 'scopes[2]', /./],
    ['no identities', { identities: [] }, 'identities', /empty list/],
    [
      'an unknown identity',
      { identities: [{ type: 'cookie' }] },
      'identities[0].type',
      /"cookie".*jwt, apiKey, proxyHeader, genesysToken or loopback/
    ],
    ['no roles', { roles: {} }, 'roles', /./],
    ['a role without scopes', { 'roles.developer': {} }, 'roles.developer.scopes', /missing/],
    [
      'a role with a misspelt scope',
      { 'roles.developer.scopes': ['analytics', 'rooting'] },
      'roles.developer.scopes[1]',
      /"rooting".*routing/
    ],
    [
      'a role with an unregistered scope',
      { 'roles.developer.scopes': ['analytics', 'users'] },
      'roles.developer.scopes[1]',
      /"users" is not in the list/
    ],
    [
      'a default scope the role does not have',
      { 'roles.developer.defaultScopes': ['admin:platform'] },
      'roles.developer.defaultScopes[0]',
      /not among/
    ],
    [
      'an identity with an unknown role',
      { identities: [{ type: 'loopback', roles: ['develper'] }] },
      'identities[0].roles[0]',
      /did you mean "developer"/
    ],
    [
      'a role named like a part of every object',
      { identities: [{ type: 'loopback', roles: ['constructor'] }] },
      'identities[0].roles[0]',
      /no role/
    ],
    [
      'two levels of privilege on one client',
      { 'roles.admin': { scopes: ['admin:platform'] } },
      'roles',
      /share one OAuth client.*acceptSharedPrivileges/
    ],
    [
      'a key that is no hash',
      { identities: [{ type: 'apiKey', keys: [{ id: 'a', sha256: 'my-key', roles: ['developer'] }] }] },
      'identities[0].keys[0].sha256',
      /hash-key/
    ],
    [
      'the hash of a word',
      {
        identities: [
          {
            type: 'apiKey',
            keys: [
              {
                id: 'a',
                sha256: '5e884898da28047151d0e56f8dc6292773603d0d6aabbdd62a11ef721d1542d8',
                roles: ['developer']
              }
            ]
          }
        ]
      },
      'identities[0].keys[0].sha256',
      /guessed/
    ],
    [
      'a placeholder for a hash',
      { identities: [{ type: 'apiKey', keys: [{ id: 'a', sha256: '0'.repeat(64), roles: ['developer'] }] }] },
      'identities[0].keys[0].sha256',
      /guessed/
    ],
    [
      'one key for two ids',
      {
        identities: [
          {
            type: 'apiKey',
            keys: [
              { id: 'a', sha256: HASH, roles: ['developer'] },
              { id: 'b', sha256: HASH.toUpperCase(), roles: ['developer'] }
            ]
          }
        ]
      },
      'identities[0].keys[1].sha256',
      /share this key/
    ],
    [
      'one id twice',
      {
        identities: [
          {
            type: 'apiKey',
            keys: [
              { id: 'a', sha256: HASH, roles: ['developer'] },
              { id: 'a', sha256: 'ef'.repeat(16) + '12'.repeat(16), roles: ['developer'] }
            ]
          }
        ]
      },
      'identities[0].keys[1].id',
      /twice/
    ],
    [
      '9.1.2 algorithm none',
      { identities: [{ type: 'jwt', issuer: 'https://idp.example', audience: 'relay', algorithms: ['none'] }] },
      'identities[0].algorithms[0]',
      /"none"/
    ],
    [
      '9.1.2 a symmetric algorithm',
      { identities: [{ type: 'jwt', issuer: 'https://idp.example', audience: 'relay', algorithms: ['HS256'] }] },
      'identities[0].algorithms[0]',
      /"HS256"/
    ],
    [
      'no algorithms',
      { identities: [{ type: 'jwt', issuer: 'https://idp.example', audience: 'relay', algorithms: [] }] },
      'identities[0].algorithms',
      /empty/
    ],
    [
      'keys without TLS',
      {
        identities: [
          { type: 'jwt', issuer: 'https://idp.example', audience: 'relay', jwksUri: 'http://idp.example/jwks' }
        ]
      },
      'identities[0].jwksUri',
      /not encrypted/
    ],
    [
      '10.3.1 no audience',
      { identities: [{ type: 'jwt', issuer: 'https://idp.example' }] },
      'identities[0].audience',
      /audience/
    ],
    [
      'a pointer that is none',
      { identities: [{ type: 'jwt', issuer: 'https://idp.example', audience: 'relay', rolesPointer: 'roles' }] },
      'identities[0].rolesPointer',
      /JSON pointer/
    ],
    ['F12 any origin', { cors: { origins: ['*'] } }, 'cors.origins[0]', /any page/],
    ['F12 the null origin', { cors: { origins: ['null'] } }, 'cors.origins[0]', /any page/],
    [
      'an origin with a slash',
      { cors: { origins: ['https://app.example.com/'] } },
      'cors.origins[0]',
      /write https:\/\/app\.example\.com$/
    ],
    ['an origin with a wildcard', { cors: { origins: ['https://*.example.com'] } }, 'cors.origins[0]', /no wildcards/],
    ['an origin without TLS', { cors: { origins: ['http://app.example.com'] } }, 'cors.origins[0]', /not encrypted/],
    ['a port out of range', { listen: { port: 70_000 } }, 'listen.port', /0 to 65535/],
    ['a port as text', { listen: { port: '8080' } }, 'listen.port', /"8080"/],
    ['one port for both listeners', { listen: { port: 9000 }, admin: { port: 9000 } }, 'admin.port', /public port/],
    ['true for the admin listener', { admin: true }, 'admin', /neither a section nor false/],
    ['a limit of nothing', { limits: { requestsPerMinute: 0 } }, 'limits.requestsPerMinute', /from 1 to/],
    ['an unknown log level', { log: { level: 'loud' } }, 'log.level', /"loud"/]
  ];
  it.each(mistakes)('stops at %s, and names the key and the fix', (_what, changes, key, text) => {
    const issue = issuesOf(config(changes)).find((candidate) => candidate.key === key);
    expect(issue).toBeDefined();
    expect(`${issue!.message} ${issue!.fix}`).toMatch(text);
  });

  it.each([[undefined], [null], ['text'], [5], [[]]])('stops at %j in place of a configuration', (input) => {
    expect(issuesOf(input)).toHaveLength(1);
  });

  it('13.3.2 shows no text that stands in place of a section: it may be the secret itself', () => {
    for (const input of ['CANARY', config({ genesys: 'CANARY' }), config({ 'genesys.client': 'CANARY' })]) {
      expect(JSON.stringify(issuesOf(input))).toMatch(/text in place of a section/);
      expect(JSON.stringify(issuesOf(input))).not.toContain('CANARY');
    }
  });

  it('13.3.2 shows nothing of a secret that stands in a place for something else', () => {
    const secret = 'gak_CANARYcanary0123456789-_abcdefghijklmnopq';
    const key = { id: 'reports', sha256: HASH, roles: ['developer'] };
    const identity = (more: object) => ({ identities: [{ type: 'apiKey', keys: [{ ...key, ...more }] }] });
    const proxy = { type: 'proxyHeader', trustedProxies: ['10.0.0.1'], subjectHeader: 'X-User', roles: ['developer'] };
    const places = [
      identity({ sha256: secret }),
      identity({ id: secret }),
      identity({ id: `${secret}!` }),
      { identities: [{ type: 'apiKey', keys: secret }] },
      { identities: [{ ...proxy, proof: { secret } }] },
      { identities: [{ ...proxy, proof: secret }] },
      { identities: [{ ...proxy, proof: { secret: { env: secret } } }] },
      { 'genesys.client.secret': secret },
      { 'genesys.client.secret': { env: secret } },
      { 'genesys.client.secret': { file: secret } },
      { 'genesys.client.secret': { value: secret } },
      { 'genesys.client.key': secret },
      { 'genesys.client.fallbacks': secret },
      { 'genesys.client.fallbacks': [{ secret }] },
      { 'genesys.clients': secret },
      { 'store.redis': { url: `http://x:${secret}@redis`, key: secret } },
      { 'genesys.region': undefined, 'genesys.tokenEndpoint': `https://id:${secret}@login.example/token` },
      { 'genesys.region': undefined, 'genesys.tokenEndpoint': `https://id:${secret}@no host/token` },
      { 'genesys.region': undefined, 'genesys.tokenEndpoint': `ftp://id:${secret}@login.example/token` },
      { 'genesys.region': undefined, 'genesys.apiOrigin': `https://api.example?client_secret=${secret}` }
    ];
    for (const changes of places) {
      const issues = issuesOf(config(changes));
      expect(issues).not.toEqual([]);
      expect(JSON.stringify(issues)).not.toMatch(/CANARY/i);
    }
  });

  it('lists every issue at once', () => {
    const keys = issuesOf(
      config({
        'genesys.region': 'nowhere',
        'genesys.client.secret': { env: 'NOT_THERE' },
        'roles.developer.scopes': ['x']
      })
    );
    expect(keys.map(({ key }) => key)).toEqual(
      expect.arrayContaining(['genesys.region', 'genesys.client.secret', 'roles.developer.scopes[0]'])
    );
  });

  it('takes two levels of privilege when they are accepted', () => {
    const changes = { 'roles.admin': { scopes: ['admin:platform'] }, acceptSharedPrivileges: true };
    expect(parseRelayConfig(config(changes), ENV).roles.size).toBe(2);
  });

  it.each(['production', 'Production ', 'prod'])('refuses the loopback identity in production: %j', (name) => {
    expect(issuesOf(config(), { ...ENV, NODE_ENV: name })).toEqual([
      expect.objectContaining({ key: 'identities[0]', message: expect.stringMatching(/production/) })
    ]);
  });

  it.each(['0.0.0.0', '::', '192.168.1.2', 'relay.example'])(
    'refuses the loopback identity on a listener that others reach: %s',
    (host) => {
      expect(issuesOf(config({ listen: { host } }))).toEqual([
        expect.objectContaining({ key: 'identities[0]', message: expect.stringContaining(host) })
      ]);
    }
  );

  it.each(['127.0.0.1', '::1', 'localhost'])('takes the loopback identity on %s', (host) => {
    expect(parseRelayConfig(config({ listen: { host } }), ENV).warnings).toEqual([]);
  });

  it('B18 is in proxy mode unless token mode is written out, and then roles may share a client', () => {
    const { mode, proxy } = parseRelayConfig(
      config({ mode: undefined, 'roles.admin': { scopes: ['admin:platform'] } }),
      ENV
    );
    expect(mode).toBe('proxy');
    expect(proxy).toEqual({
      requestsPerMinute: 300,
      queueLength: 200,
      queueWaitMs: 5000,
      timeoutMs: 30_000,
      bodyBytes: 512_000,
      replayBytes: 65_536,
      connections: 128,
      coalesce: false,
      forwardHeaders: [],
      allow: []
    });
  });

  it('warns of possible mistakes, and starts', () => {
    const { warnings } = parseRelayConfig(
      config({ scopes: ['analytics', 'routing', 'anaytics'], 'roles.unused': { scopes: ['routing', 'analytics'] } }),
      ENV
    );
    expect(warnings).toEqual([expect.stringMatching(/scopes\[2\].*analytics/), expect.stringMatching(/roles\.unused/)]);
  });

  it('13.3.2 shows no secret when it is printed', () => {
    const parsed = parseRelayConfig(config(), ENV);
    for (const text of [
      JSON.stringify(parsed),
      inspect(parsed, { depth: 9, showHidden: true }),
      String(parsed.genesys.clients[0]!.secret)
    ]) {
      expect(text).not.toContain(SECRET);
    }
    expect(parsed.genesys.clients[0]!.secret.reveal()).toBe(SECRET);
  });
});

describe('a secret in a file or variable', () => {
  const folder = mkdtempSync(join(tmpdir(), 'relay-config-'));
  afterAll(() => {
    rmSync(folder, { recursive: true });
  });
  const fromFile = (content: string) => {
    writeFileSync(join(folder, 'secret.txt'), content);
    return parseRelayConfig(config({ 'genesys.client.secret': { file: 'secret.txt' } }), {}, folder);
  };
  const fromEnv = (value: string) => parseRelayConfig(config(), { GENESYS_CLIENT_SECRET: value });

  it.each(['s3cret', 's3cret\n', 's3cret\r\n', '\uFEFFs3cret\n'])(
    'loses the line break an editor adds: %j',
    (content) => {
      const parsed = fromFile(content);
      expect(parsed.genesys.clients[0]!.secret.reveal()).toBe('s3cret');
      expect(parsed.warnings).toEqual([]);
    }
  );

  it.each([
    [' s3cret', /space/],
    ['s3cret ', /space/],
    ['"s3cret"', /quotes/],
    ["'s3cret'", /quotes/]
  ])('is kept as it is with a warning: %j', (value, warning) => {
    for (const parsed of [fromFile(value), fromEnv(value)]) {
      expect(parsed.genesys.clients[0]!.secret.reveal()).toBe(value);
      expect(parsed.warnings).toEqual([expect.stringMatching(warning)]);
      expect(parsed.warnings.join()).not.toContain('s3cret');
    }
  });

  it('loses a line break at the end of a variable, with a warning', () => {
    const parsed = fromEnv('s3cret\n');
    expect(parsed.genesys.clients[0]!.secret.reveal()).toBe('s3cret');
    expect(parsed.warnings).toEqual([expect.stringMatching(/line break/)]);
  });

  it.each(['', ' ', '\n', 'two\nlines', 'a\u0000b'])('is refused: %j', (value) => {
    expect(() => fromFile(value)).toThrow(RelayConfigError);
    expect(() => fromEnv(value)).toThrow(RelayConfigError);
  });
});

describe('loadRelayConfig', () => {
  const folder = mkdtempSync(join(tmpdir(), 'relay-load-'));
  afterAll(() => {
    rmSync(folder, { recursive: true });
  });
  const load = (content: string, name = 'relay.yaml') => {
    writeFileSync(join(folder, name), content);
    return loadRelayConfig(join(folder, name), ENV);
  };

  it('reads YAML and JSON, with files relative to its folder', async () => {
    writeFileSync(join(folder, 'secret.txt'), 'from a file\n');
    const text = JSON.stringify(config({ 'genesys.client.secret': { file: 'secret.txt' } }));
    const parsed = await load(text, 'relay.json');
    expect(parsed.genesys.clients[0]!.secret.reveal()).toBe('from a file');
    expect((await load(`# YAML\n${text}`)).scopes).toHaveLength(3);
  });

  it.each([
    ['a file that is not there', undefined, /ENOENT/],
    ['an empty file', '', /empty/],
    ['a comment alone', '# nothing', /empty/],
    ['broken YAML', 'mode: token\n  secret: [CANARY-secret-value', /line/],
    ['a key twice', 'mode: token\nmode: token\n', /DUPLICATE_KEY/]
  ])('stops at %s', async (_what, content, text) => {
    const loading = content === undefined ? loadRelayConfig(join(folder, 'no.yaml'), ENV) : load(content);
    const error: unknown = await loading.catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(RelayConfigError);
    expect((error as Error).message).toMatch(text);
    expect((error as Error).message).not.toContain(SECRET);
  });
});
