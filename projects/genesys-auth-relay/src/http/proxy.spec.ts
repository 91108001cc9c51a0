import { type Ask, ask, basic } from '../testing/ask.ts';
import { KEY, SECRET_ENV, newKey } from '../testing/config.ts';
import { type ProxySetup, setUpProxy } from '../testing/proxy-setup.ts';

const CALLER = { 'x-genesys-auth': '1' };
const get = (headers: Ask['headers'] = {}): Ask => ({ method: 'GET', headers: { ...CALLER, ...headers } });
const QUEUES = '/api/v2/routing/queues';

describe('proxy mode', () => {
  let world: ProxySetup;
  afterEach(() => world.close());

  it('passes a call on with a token that the caller never sees (10.1.1)', async () => {
    world = await setUpProxy();
    world.api.answerWith((_call, response) => {
      response
        .writeHead(200, {
          'content-type': 'application/json',
          'ININ-Correlation-Id': 'c-1',
          etag: '"7"',
          'cache-control': 'public, max-age=60'
        })
        .end('{"entities":[]}');
    });
    const answer = await ask(world.at(`${QUEUES}?pageSize=25&name=a%2Fb&sortBy=name`), get());
    expect(answer).toMatchObject({ status: 200, text: '{"entities":[]}' });
    expect(answer.headers).toMatchObject({
      'content-type': 'application/json',
      'inin-correlation-id': 'c-1',
      etag: '"7"',
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      vary: 'Origin, Authorization, Cookie'
    });
    expect(world.api.calls).toHaveLength(1);
    expect(world.api.calls[0]).toMatchObject({
      method: 'GET',
      url: `${QUEUES}?pageSize=25&name=a%2Fb&sortBy=name`,
      headers: { authorization: `Bearer ${world.api.tokens[0]!}` }
    });
    expect(JSON.stringify(answer)).not.toContain('CANARY');
  });

  it('sends the body of any method as it came, in any size the API takes', async () => {
    world = await setUpProxy({ config: { roles: { developer: { scopes: ['analytics', 'routing'] } } } });
    for (const [method, path, size] of [
      ['POST', '/api/v2/analytics/queues/observations/query', 10],
      ['POST', '/api/v2/analytics/queues/observations/query', 65_537],
      ['PUT', '/api/v2/routing/queues/q1', 512_000],
      ['PATCH', '/api/v2/routing/queues/q1/members', 70_000],
      ['POST', '/api/v2/routing/queues', 0]
    ] as const) {
      const body = Buffer.alloc(size, 'ü');
      for (const headers of [{}, { 'transfer-encoding': 'chunked' }]) {
        const answer = await ask(world.at(path), {
          method,
          headers: { ...CALLER, 'content-type': 'application/json', ...headers },
          body
        });
        expect(answer.status).toBe(200);
        const received = world.api.calls.at(-1)!;
        expect(received.method).toBe(method);
        expect(received.headers['content-type']).toBe('application/json');
        expect(received.body.equals(body)).toBe(true);
      }
    }
  });

  it('refuses a body the API would not take, whether its length is stated or not', async () => {
    world = await setUpProxy();
    for (const headers of [{}, { 'transfer-encoding': 'chunked' }]) {
      const answer = await ask(world.at('/api/v2/analytics/queues/observations/query'), {
        method: 'POST',
        headers: { ...CALLER, ...headers },
        body: Buffer.alloc(512_001)
      });
      expect(answer).toMatchObject({ status: 413, body: { code: 'body_too_large' } });
    }
    expect(world.api.calls).toHaveLength(0);
  });

  it('forwards HEAD, 204, 304 and answers of any size', async () => {
    world = await setUpProxy();
    const big = Buffer.alloc(3_000_000, 'x');
    world.api.answerWith(({ method, url, headers }, response) => {
      if (method === 'HEAD') response.writeHead(200, { 'content-length': '42' }).end();
      else if (headers['if-none-match'] === '"1"') response.writeHead(304, { etag: '"1"' }).end();
      else if (url.endsWith('?empty')) response.writeHead(204).end();
      else response.writeHead(200, { 'content-type': 'text/plain' }).end(big);
    });
    const head = await ask(world.at(QUEUES), { method: 'HEAD', headers: CALLER });
    expect(head).toMatchObject({ status: 200, text: '', headers: { 'content-length': '42' } });
    expect(await ask(world.at(QUEUES), get({ 'if-none-match': '"1"' }))).toMatchObject({ status: 304, text: '' });
    expect(await ask(world.at(`${QUEUES}?empty`), get())).toMatchObject({ status: 204, text: '' });
    expect((await ask(world.at(QUEUES), get())).text).toHaveLength(big.length);
  });

  it('returns a redirect of the API and does not follow it (S6)', async () => {
    world = await setUpProxy();
    world.api.answerWith((_call, response) => {
      response.writeHead(302, { location: 'https://evil.example/' }).end();
    });
    expect(await ask(world.at(QUEUES), get())).toMatchObject({
      status: 302,
      headers: { location: 'https://evil.example/' }
    });
    expect(world.api.calls).toHaveLength(1);
  });

  it('forwards errors of the API with their code, correlation id and Retry-After', async () => {
    world = await setUpProxy();
    const body = { message: 'x', code: 'missing.any.permissions', status: 403, contextId: 'c' };
    world.api.answerWith((_call, response) => {
      response
        .writeHead(403, { 'content-type': 'application/json', 'inin-correlation-id': 'c' })
        .end(JSON.stringify(body));
    });
    expect(await ask(world.at(QUEUES), get())).toMatchObject({
      status: 403,
      body,
      headers: { 'inin-correlation-id': 'c' }
    });
  });

  it('issues no token and says so; the session names the mode', async () => {
    world = await setUpProxy();
    expect(await ask(world.at('/token'), { headers: CALLER })).toMatchObject({
      status: 403,
      body: { code: 'proxy_mode', error: 'unauthorized_client' }
    });
    expect((await ask(world.at('/session'), get())).body).toMatchObject({
      mode: 'proxy',
      scopes: ['analytics', 'routing']
    });
    expect(world.api.tokens).toHaveLength(0);
  });

  it('B12 forwards no cookie, credential, hop-by-hop header or header of a proxy', async () => {
    world = await setUpProxy({ proxy: { forwardHeaders: ['X-Company-Trace'] } });
    const sent = await ask(world.at(QUEUES), {
      method: 'GET',
      headers: {
        accept: 'application/json',
        'accept-language': 'de',
        authorization: basic('reports', KEY.key),
        cookie: 'session=CANARY',
        'x-genesys-auth': '1',
        connection: 'x-hop, close',
        'x-hop': '1',
        te: 'trailers',
        'proxy-authorization': 'Basic CANARY',
        'x-forwarded-for': '10.0.0.1',
        forwarded: 'for=10.0.0.1',
        via: '1.1 a',
        'x-anything': '1',
        'x-company-trace': 'abc',
        traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
        tracestate: 'a=b'
      }
    });
    expect(sent.status).toBe(200);
    expect(world.api.calls).toHaveLength(1);
    expect(Object.keys(world.api.calls[0]!.headers).sort()).toEqual([
      'accept',
      'accept-language',
      'authorization',
      'connection',
      'host',
      'traceparent',
      'tracestate',
      'user-agent',
      'x-company-trace'
    ]);
    expect(world.api.calls[0]!.headers.authorization).toBe(`Bearer ${world.api.tokens[0]!}`);
    expect(world.api.calls[0]!.headers.connection).toBe('keep-alive');
    expect(world.api.calls[0]!.headers.host).toBe(new URL(world.api.apiOrigin).host);
  });

  it('B12 drops cookies, challenges and connection headers of the API', async () => {
    world = await setUpProxy({ config: { cors: { origins: ['https://app.example'] } } });
    world.api.answerWith((_call, response) => {
      response
        .writeHead(200, {
          'set-cookie': ['a=1', 'b=2'],
          'www-authenticate': 'Basic',
          server: 'api',
          'x-powered-by': 'api',
          'access-control-allow-origin': '*',
          'access-control-allow-credentials': 'false',
          'clear-site-data': '"*"',
          'alt-svc': 'h3=":1"',
          connection: 'x-private,\tX-Other',
          'x-private': '1',
          'x-other': '1',
          vary: 'Accept-Encoding',
          link: ['<a>', '<b>'],
          'retry-after': '7'
        })
        .end('{}');
    });
    const { headers } = await ask(world.at(QUEUES), get({ origin: 'https://app.example' }));
    for (const name of [
      'set-cookie',
      'www-authenticate',
      'server',
      'x-powered-by',
      'clear-site-data',
      'alt-svc',
      'x-private',
      'x-other'
    ]) {
      expect(headers[name]).toBeUndefined();
    }
    expect(headers).toMatchObject({
      'access-control-allow-origin': 'https://app.example',
      'access-control-allow-credentials': 'true',
      'access-control-expose-headers': 'Retry-After, ININ-Correlation-Id, ETag, Location, Content-Disposition',
      vary: 'Origin, Authorization, Cookie, Accept-Encoding',
      'retry-after': '7'
    });
  });

  it('B8 B9 B10 C1 wants the header from ambient callers and a listed origin from pages', async () => {
    world = await setUpProxy({ config: { cors: { origins: ['https://app.example'] } } });
    expect(await ask(world.at(QUEUES), { method: 'GET' })).toMatchObject({
      status: 403,
      body: { code: 'missing_auth_header' }
    });
    expect(await ask(world.at(QUEUES), get({ origin: 'https://evil.example' }))).toMatchObject({
      status: 403,
      body: { code: 'origin_not_allowed' }
    });
    const preflight = (origin: string) =>
      ask(world.at(QUEUES), {
        method: 'OPTIONS',
        headers: {
          origin,
          'access-control-request-method': 'DELETE',
          'access-control-request-headers': 'x-genesys-auth'
        }
      });
    expect(await preflight('https://evil.example')).toMatchObject({ status: 403 });
    const allowed = await preflight('https://app.example');
    expect(allowed).toMatchObject({ status: 204, headers: { 'access-control-allow-origin': 'https://app.example' } });
    expect(allowed.headers['access-control-allow-methods']).toBe('GET, HEAD, POST, PUT, PATCH, DELETE');
    expect(allowed.headers['access-control-allow-headers']).toMatch(/X-Genesys-Auth.*if-none-match/);
    expect(world.api.calls).toHaveLength(0);
  });

  it('S5 takes queries as the API has them, but no token in them', async () => {
    world = await setUpProxy();
    for (const query of ['code=1&key=2&username=a&scope=x', 'q=access_token', 'expand=token', 'name=50%25', '']) {
      expect((await ask(world.at(`${QUEUES}?${query}`), get())).status).toBe(200);
      expect(world.api.calls.at(-1)!.url).toBe(`${QUEUES}?${query}`);
    }
    const before = world.api.calls.length;
    for (const query of [
      'access_token=x',
      'a=b&Access-Token=x',
      'a=b;access_token=x',
      'access%5Ftoken=x',
      'client_secret[]=x'
    ]) {
      expect(await ask(world.at(`${QUEUES}?${query}`), get())).toMatchObject({
        status: 400,
        body: { code: 'credentials_in_query' }
      });
    }
    expect(world.api.calls).toHaveLength(before);
  });

  it('B16 counts the calls of each caller', async () => {
    const other = newKey();
    world = await setUpProxy({
      config: {
        limits: { requestsPerMinute: 2 },
        identities: [
          { type: 'apiKey', keys: [{ id: 'reports', sha256: KEY.sha256, roles: ['developer'] }] },
          { type: 'apiKey', keys: [{ id: 'other', sha256: other.sha256, roles: ['developer'] }] }
        ]
      }
    });
    const as = (id: string, key: string) =>
      ask(world.at(QUEUES), { method: 'GET', headers: { authorization: basic(id, key) } });
    expect((await as('reports', KEY.key)).status).toBe(200);
    expect((await as('reports', KEY.key)).status).toBe(200);
    expect(await as('reports', KEY.key)).toMatchObject({ status: 429, body: { code: 'rate_limited' } });
    expect((await as('other', other.key)).status).toBe(200);
  });

  it('B16 counts by the most that a role of the caller allows', async () => {
    const keys = { batch: newKey(), both: newKey(), other: newKey() };
    const roles = { batch: ['slow'], both: ['slow', 'fast', 'unknown'], other: ['usual'] };
    const scopes = ['routing'];
    world = await setUpProxy({
      config: {
        limits: { requestsPerMinute: 2 },
        roles: {
          slow: { scopes, requestsPerMinute: 1 },
          fast: { scopes, requestsPerMinute: 4 },
          usual: { scopes },
          unknown: { scopes: ['users'] }
        },
        identities: Object.entries(keys).map(([id, { sha256 }]) => ({
          type: 'apiKey' as const,
          keys: [{ id, sha256, roles: roles[id as keyof typeof keys] }]
        }))
      }
    });
    const allowed = async (id: keyof typeof keys) => {
      const headers = { authorization: basic(id, keys[id].key) };
      for (let sent = 0; ; sent++) {
        const { status, body } = await ask(world.at(QUEUES), { method: 'GET', headers });
        if (status === 200) continue;
        expect(body['code']).toBe('rate_limited');
        return sent;
      }
    };
    expect([await allowed('batch'), await allowed('both'), await allowed('other')]).toEqual([1, 4, 2]);
    world.clock.advance(30_000);
    // A bucket fills at its own rate: half of it in half a minute.
    expect([await allowed('batch'), await allowed('both'), await allowed('other')]).toEqual([0, 2, 1]);
  });

  it('B16 spreads the callers over the tokens of a pool, each with a separate budget', async () => {
    const keys = Array.from({ length: 30 }, (_, index) => ({ id: `caller-${index}`, ...newKey() }));
    world = await setUpProxy({
      genesys: { client: { id: 'relay-client', secret: { env: SECRET_ENV }, pool: 3 } },
      proxy: { requestsPerMinute: 2, queueLength: 0 },
      config: {
        identities: [{ type: 'apiKey', keys: keys.map(({ id, sha256 }) => ({ id, sha256, roles: ['developer'] })) }]
      }
    });
    const statuses = [];
    for (const { id, key } of [...keys, ...keys]) {
      const { status } = await ask(world.at(QUEUES), { method: 'GET', headers: { authorization: basic(id, key) } });
      statuses.push(status);
    }
    const used = world.api.calls.map(({ headers }) => headers.authorization);
    expect(new Set(used)).toEqual(new Set(world.api.tokens.map((token) => `Bearer ${token}`)));
    expect(world.api.tokens).toHaveLength(3);
    for (const token of new Set(used)) expect(used.filter((other) => other === token)).toHaveLength(2);
    expect(statuses.filter((status) => status === 429)).toHaveLength(54);
  });
});
