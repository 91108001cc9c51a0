import { connect } from 'node:net';
import { isProblem } from 'genesys-auth-protocol';
import { type Ask, ask, asForm, fromHere } from '../testing/ask.ts';
import { KEY } from '../testing/config.ts';
import { type Setup, setUp } from '../testing/setup.ts';

const FORM = { 'content-type': 'application/x-www-form-urlencoded', 'x-genesys-auth': '1' };
const JSON_BODY = { 'content-type': 'application/json', 'x-genesys-auth': '1' };

describe('the wire of the relay', () => {
  let world: Setup;
  beforeAll(async () => {
    world = await setUp({ config: { cors: { origins: ['https://app.example.com'] }, limits: { bodyBytes: 1024 } } });
  });
  afterAll(() => world.close());
  const send = (path: string, sent: Ask) => ask(`${world.relay.url}${path}`, sent);

  const refusals: readonly [string, string, Ask, number, string][] = [
    ['3.5.3 4.1.4 GET /token', '/token', { method: 'GET' }, 405, 'method_not_allowed'],
    ['HEAD /token', '/token', { method: 'HEAD' }, 405, ''],
    [
      'PUT /token with a body of an unknown type',
      '/token',
      { method: 'PUT', body: 'x', headers: { 'content-type': 'a/b' } },
      405,
      'method_not_allowed'
    ],
    ['DELETE /token', '/token', { method: 'DELETE' }, 405, 'method_not_allowed'],
    ['PATCH /session', '/session', { method: 'PATCH' }, 405, 'method_not_allowed'],
    ['POST /session', '/session', { method: 'POST' }, 405, 'method_not_allowed'],
    ['4.1.4 13.4.4 TRACE /token', '/token', { method: 'TRACE' }, 405, 'method_not_allowed'],
    ['an unusual method', '/token', { method: 'PROPFIND' }, 405, 'method_not_allowed'],
    ['another path', '/nope', { method: 'GET' }, 404, 'not_found'],
    ['the root', '/', { method: 'GET' }, 404, 'not_found'],
    ['a path in another case', '/Token', {}, 404, 'not_found'],
    ['a path with a slash more', '/token/', {}, 404, 'not_found'],
    ['a path that climbs', '/x/../token', {}, 404, 'not_found'],
    ['the API, which proxy mode would serve', '/api/v2/routing/queues', { method: 'GET' }, 404, 'token_mode'],
    ['a path with a broken escape', '/%zz', { method: 'GET' }, 400, 'invalid_request'],
    [
      'text',
      '/token',
      { body: 'hi', headers: { 'content-type': 'text/plain', 'x-genesys-auth': '1' } },
      415,
      'unsupported_media_type'
    ],
    [
      'a multipart form',
      '/token',
      { body: 'hi', headers: { 'content-type': 'multipart/form-data; boundary=x' } },
      415,
      'unsupported_media_type'
    ],
    ['no content type', '/token', { body: 'hi', headers: { 'x-genesys-auth': '1' } }, 415, 'unsupported_media_type'],
    [
      'a content type that is none',
      '/token',
      { body: 'hi', headers: { 'content-type': ';;;' } },
      415,
      'unsupported_media_type'
    ],
    [
      'a compressed body',
      '/token',
      { body: 'hi', headers: { ...JSON_BODY, 'content-encoding': 'gzip' } },
      415,
      'unsupported_media_type'
    ],
    ['a body over the limit', '/token', { body: `"${'x'.repeat(1100)}"`, headers: JSON_BODY }, 413, 'body_too_large'],
    ['no JSON', '/token', { body: '{', headers: JSON_BODY }, 400, 'invalid_request'],
    ['no body where JSON is announced', '/token', { body: '', headers: JSON_BODY }, 400, 'invalid_request'],
    ['a JSON list', '/token', { body: '[]', headers: JSON_BODY }, 400, 'invalid_request'],
    ['JSON null', '/token', { body: 'null', headers: JSON_BODY }, 400, 'invalid_request'],
    ['scopes that are text', '/token', { body: '{"scopes":"analytics"}', headers: JSON_BODY }, 400, 'invalid_request'],
    ['scopes that hold a number', '/token', { body: '{"scopes":[1]}', headers: JSON_BODY }, 400, 'invalid_request'],
    [
      'the name of the form parameter in JSON',
      '/token',
      { body: '{"scope":"analytics"}', headers: JSON_BODY },
      400,
      'invalid_request'
    ],
    [
      'credentials in JSON',
      '/token',
      { body: '{"client_id":"a","client_secret":"b"}', headers: JSON_BODY },
      400,
      'invalid_request'
    ],
    [
      'bytes that are no UTF-8',
      '/token',
      { body: Buffer.from([0x22, 0xff, 0x22]), headers: JSON_BODY },
      400,
      'invalid_request'
    ],
    [
      'O4 a parameter twice',
      '/token',
      { body: 'grant_type=client_credentials&scope=analytics&scope=routing', headers: FORM },
      400,
      'invalid_request'
    ],
    [
      'O4 the grant type twice',
      '/token',
      { body: 'grant_type=client_credentials&grant_type=client_credentials', headers: FORM },
      400,
      'invalid_request'
    ],
    ['no grant type', '/token', { body: 'scope=analytics', headers: FORM }, 400, 'invalid_request'],
    ['an empty grant type', '/token', { body: 'grant_type=&scope=analytics', headers: FORM }, 400, 'invalid_request'],
    [
      'S8 the password grant',
      '/token',
      { body: 'grant_type=password&username=a&password=b', headers: FORM },
      400,
      'unsupported_grant_type'
    ],
    [
      'another grant in JSON',
      '/token',
      { body: '{"grant_type":"refresh_token"}', headers: JSON_BODY },
      400,
      'unsupported_grant_type'
    ],
    ['a malformed scope', '/token', fromHere({ scopes: ['a"b'] }), 400, 'malformed_scope'],
    ['an empty scope', '/token', fromHere({ scopes: [''] }), 400, 'malformed_scope'],
    ['two scopes in one', '/token', fromHere({ scopes: ['analytics routing'] }), 400, 'malformed_scope'],
    ['a malformed optional scope', '/token', fromHere({ optionalScopes: ['\u0000'] }), 400, 'malformed_scope']
  ];
  it.each(refusals)('P1 refuses %s', async (_what, path, sent, status, code) => {
    const answer = await send(path, sent);
    expect(answer.status).toBe(status);
    expect(answer.headers['content-type']).toBe('application/problem+json');
    if (code === '') return;
    expect(isProblem(answer.body)).toBe(true);
    expect(answer.body).toMatchObject({
      code,
      status,
      type: `urn:genesys-auth:problem:${code}`,
      title: expect.any(String)
    });
    expect(answer.body['instance']).toMatch(/^urn:uuid:[0-9a-f-]{36}$/);
    if (path === '/token')
      expect(answer.body).toMatchObject({ error: expect.any(String), error_description: answer.body['detail'] });
    else expect(answer.body).not.toHaveProperty('error');
  });

  it('answers 413 to a chunked body over the limit, and hangs up', async () => {
    const headers = { ...JSON_BODY, 'transfer-encoding': 'chunked' };
    const answer = await send('/token', { body: 'x'.repeat(200_000), headers });
    expect(answer).toMatchObject({ status: 413, body: { code: 'body_too_large' } });
    expect(answer.headers['connection']).toBe('close');
  });

  it('survives a caller that hangs up in the middle of its body', async () => {
    const socket = connect(Number(new URL(world.relay.url).port), '127.0.0.1');
    socket.write('POST /token HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 50\r\n\r\n{');
    await new Promise((resolve) => socket.once('connect', resolve));
    socket.destroy();
    expect((await send('/token', fromHere())).status).toBe(200);
  });

  it('names the methods it takes with 405', async () => {
    expect((await send('/token', { method: 'GET' })).headers['allow']).toBe('POST, OPTIONS');
    expect((await send('/session', { method: 'DELETE' })).headers['allow']).toBe('GET, OPTIONS');
  });

  it.each([
    '/token?client_id=a&client_secret=b&grant_type=client_credentials',
    '/token?client_secret=CANARY',
    '/token?CLIENT-SECRET=CANARY',
    '/token?x=1;client_secret=CANARY',
    '/token?client%5Fsecret=CANARY',
    '/token?client_secret[]=CANARY',
    '/token?auth%5Bclient_secret%5D=1&password%5B0%5D=CANARY',
    '/token?access_token=CANARY',
    '/session?access_token=CANARY',
    '/nope?access_token=CANARY',
    '/token?password=CANARY'
  ])('S5 14.2.1 refuses credentials in the query, and says why: %s', async (path) => {
    for (const method of ['POST', 'GET']) {
      const answer = await send(path, { ...asForm({ grant_type: 'client_credentials' }), method });
      expect(answer).toMatchObject({
        status: 400,
        body: { code: 'credentials_in_query', detail: expect.stringMatching(/query.*logs/) }
      });
      expect(answer.text).not.toContain('CANARY');
    }
  });

  it('refuses token parameters in the query, and lets others be', async () => {
    expect(await send('/token?grant_type=client_credentials', fromHere())).toMatchObject({
      body: { code: 'invalid_request' }
    });
    expect(await send('/token?scope=analytics', fromHere())).toMatchObject({ body: { code: 'invalid_request' } });
    expect((await send('/token?_=123', fromHere())).status).toBe(200);
  });

  it.each([
    [{ grant_type: 'client_credentials', scope: '' }],
    [{ grant_type: 'client_credentials', scope: '  analytics ' }],
    [{ grant_type: 'client_credentials', client_id: '', client_secret: '', other: 'ignored' }]
  ])('O4 takes a parameter without a value as left out: %j', async (fields) => {
    expect(await send('/token', asForm(fields, { 'x-genesys-auth': '1' }))).toMatchObject({
      status: 200,
      body: { scope: 'analytics' }
    });
  });

  it.each(['application/json; charset=utf-8', 'Application/JSON', ' application/json '])(
    'takes the content type %j',
    async (type) => {
      expect((await send('/token', { body: '{}', headers: { ...JSON_BODY, 'content-type': type } })).status).toBe(200);
    }
  );

  const hostile = [
    '<script>alert(1)</script>',
    '"><img src=x>',
    'a\r\nSet-Cookie: x=1',
    '\u2028\u202e\u0007',
    "'; --",
    '\\"',
    'é'.repeat(60)
  ];
  it.each(hostile)('16.4.1 16.5.1 repeats nothing harmful: %j', async (text) => {
    const answers = await Promise.all([
      send('/token', fromHere({ scopes: [text] })),
      send('/token', asForm({ grant_type: text }, { 'x-genesys-auth': '1' })),
      send('/token', { body: `${encodeURIComponent(text)}=1&${encodeURIComponent(text)}=2`, headers: FORM })
    ]);
    for (const { status, text: body, body: problem, headers } of answers) {
      expect(status).toBe(400);
      expect(headers['set-cookie']).toBeUndefined();
      expect(body).not.toMatch(/<script|<img|\u2028|\u202e/);
      // RFC 6749 section 5.2: what error_description may hold.
      expect(problem['error_description']).toMatch(/^[\x20\x21\x23-\x5B\x5D-\x7E]{1,250}$/);
      expect(problem['error']).toMatch(/^[\x20\x21\x23-\x5B\x5D-\x7E]+$/);
    }
  });

  it.each([
    ['200', '/token', fromHere()],
    ['200', '/session', { method: 'GET', headers: { 'x-genesys-auth': '1' } }],
    [
      '204',
      '/token',
      { method: 'OPTIONS', headers: { origin: 'https://app.example.com', 'access-control-request-method': 'POST' } }
    ],
    ['400', '/%zz', { method: 'GET' }],
    ['401', '/session', { method: 'GET', headers: { authorization: 'Bearer x' } }],
    ['403', '/token', {}],
    ['404', '/nope', {}],
    ['405', '/token', { method: 'GET' }],
    ['413', '/token', { body: 'x'.repeat(2000), headers: JSON_BODY }],
    ['415', '/token', { body: 'x', headers: { 'content-type': 'a/b' } }]
  ])(
    'O9 14.3.2 3.4.1 3.4.3 3.4.4 3.4.5 3.4.6 3.5.8 13.4.6 sends the security headers with %s %s',
    async (status, path, sent) => {
      const answer = await send(path, sent);
      expect(String(answer.status)).toBe(status);
      expect(answer.headers).toMatchObject({
        'cache-control': 'no-store',
        pragma: 'no-cache',
        vary: 'Origin, Authorization, Cookie',
        'strict-transport-security': expect.stringMatching(/^max-age=(?:3153|6307)\d{4,}/),
        'x-content-type-options': 'nosniff',
        'referrer-policy': 'no-referrer',
        'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
        'cross-origin-resource-policy': 'same-origin'
      });
      expect(answer.headers).not.toHaveProperty('server');
      expect(answer.headers).not.toHaveProperty('x-powered-by');
    }
  );

  it('4.2.1 4.2.4 refuses both Transfer-Encoding and Content-Length, and header lines that are none', async () => {
    for (const lines of ['Transfer-Encoding: chunked\r\nContent-Length: 5', 'X-A: b\rX-C: d', 'X A: b']) {
      const text = await new Promise<string>((resolve) => {
        const socket = connect(Number(new URL(world.relay.url).port), '127.0.0.1');
        let answer = '';
        socket.on('data', (chunk: Buffer) => (answer += chunk.toString()));
        socket.on('close', () => {
          resolve(answer);
        });
        socket.write(`POST /token HTTP/1.1\r\nHost: localhost\r\n${lines}\r\n\r\n0\r\n\r\n`);
      });
      expect(text).toMatch(/^HTTP\/1.1 400/);
      expect(text).toMatch(/application\/problem\+json/);
      expect(text).toMatch(/no-store/);
    }
  });

  describe('C1 S9 3.4.2 across origins', () => {
    const listed = 'https://app.example.com';
    const preflight = (origin: string): Ask => ({
      method: 'OPTIONS',
      headers: {
        origin,
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'authorization,content-type,x-genesys-auth'
      }
    });

    it('lets a page of a listed app see that the relay forwards no API calls', async () => {
      const path = '/api/v2/routing/queues';
      expect((await send(path, preflight(listed))).status).toBe(204);
      expect(await send(path, { method: 'POST', headers: { origin: listed } })).toMatchObject({
        status: 404,
        headers: { 'access-control-allow-origin': listed },
        body: { code: 'token_mode' }
      });
    });

    it('answers the preflight of a listed app', async () => {
      for (const [path, method] of [
        ['/token', 'POST'],
        ['/session', 'GET']
      ] as const) {
        const answer = await send(path, preflight(listed));
        expect(answer.status).toBe(204);
        expect(answer.headers).toMatchObject({
          'access-control-allow-origin': listed,
          'access-control-allow-methods': method,
          'access-control-allow-headers': 'X-Genesys-Auth, X-Genesys-Session, Authorization, Content-Type'
        });
      }
    });

    it('lets a listed app read answers and errors', async () => {
      for (const scopes of [['analytics'], ['nonsense']]) {
        const sent = fromHere({ scopes });
        const answer = await send('/token', { ...sent, headers: { ...sent.headers, origin: listed } });
        expect(answer.headers['access-control-allow-origin']).toBe(listed);
      }
    });

    it.each([
      'https://evil.example',
      'null',
      '*',
      'https://app.example.com.evil.example',
      'https://evilapp.example.com',
      'https://APP.example.com',
      'https://app.example.com/',
      'https://app.example.com:443',
      'https://app.example.com:8443',
      'http://app.example.com',
      'https://app.example.com, https://evil.example',
      'https://sub.app.example.com',
      ''
    ])('refuses %j, without naming any origin', async (origin) => {
      const sent = fromHere();
      const answers = [
        await send('/token', preflight(origin)),
        await send('/token', { ...sent, headers: { ...sent.headers, origin } })
      ];
      for (const answer of answers) {
        expect(answer).toMatchObject({ status: 403, body: { code: 'origin_not_allowed' } });
        expect(Object.keys(answer.headers).filter((name) => name.startsWith('access-control-allow'))).toEqual([]);
        expect(answer.headers['vary']).toContain('Origin');
      }
    });
  });

  it('P2 challenges with Bearer and no error code when nothing was sent', async () => {
    const strict = await setUp({
      config: { identities: [{ type: 'apiKey', keys: [{ id: 'reports', sha256: KEY.sha256, roles: ['developer'] }] }] }
    });
    const answer = await ask(`${strict.relay.url}/token`, { headers: { 'x-genesys-auth': '1' } });
    expect(answer).toMatchObject({ status: 401, body: { code: 'unauthenticated', error: 'invalid_client' } });
    expect(answer.headers['www-authenticate']).toBe('Bearer realm="genesys-auth-relay"');
    await strict.close();
  });
});

describe('the rate limit', () => {
  it('B16 P3 is one for each caller, with Retry-After, and unauthenticated callers do not use it up', async () => {
    const world = await setUp({ config: { limits: { requestsPerMinute: 3 } } });
    const session = (headers: Record<string, string>) => ask(`${world.relay.url}/session`, { method: 'GET', headers });
    const wrong = { authorization: 'Bearer wrong' };
    const statuses: number[] = [];
    for (let index = 0; index < 4; index++) statuses.push((await session(wrong)).status);
    expect(statuses).toEqual([401, 401, 401, 429]);
    for (let index = 0; index < 3; index++) expect((await session({ 'x-genesys-auth': '1' })).status).toBe(200);
    const limited = await session({ 'x-genesys-auth': '1' });
    expect(limited).toMatchObject({ status: 429, body: { code: 'rate_limited' } });
    expect(limited.headers['retry-after']).toBe('20');
    expect((await session({ authorization: `Bearer ${KEY.key}` })).status).toBe(200);
    world.clock.advance(20_000);
    expect((await session({ 'x-genesys-auth': '1' })).status).toBe(200);
    await world.close();
  });

  it.each([
    ['their address behind a trusted load balancer', ['127.0.0.1'], '198.51.100.2', 401],
    ['their network of 64 bits where they use IPv6', ['127.0.0.1'], '2001:db8:1:3::1', 401],
    ['the load balancer, unless it is trusted', [], '198.51.100.2', 429],
    ['what the load balancer adds, not what they write before it', ['127.0.0.1'], '198.51.100.2, 198.51.100.1', 429],
    ['one network of 64 bits', ['127.0.0.1'], '2001:db8:1:2::ffff', 429]
  ])('B16 limits callers without a valid credential by %s', async (_what, trustedProxies, other, status) => {
    const world = await setUp({ config: { limits: { requestsPerMinute: 3, trustedProxies } } });
    const first = other.startsWith('2001') ? '2001:db8:1:2::1' : '198.51.100.1';
    const paths = ['/session', '/token'] as const;
    const session = (address: string, path: (typeof paths)[number] = '/session') =>
      ask(`${world.relay.url}${path}`, {
        method: path === '/token' ? 'POST' : 'GET',
        headers: { authorization: 'Bearer wrong', 'x-forwarded-for': address }
      });
    const statuses: number[] = [];
    for (const path of [...paths, ...paths]) statuses.push((await session(first, path)).status);
    expect(statuses).toEqual([401, 401, 401, 429]);
    for (const path of paths) expect((await session(other, path)).status).toBe(status);
    await world.close();
  });
});
