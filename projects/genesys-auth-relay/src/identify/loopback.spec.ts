import { connect } from 'node:net';
import { createOriginGuard } from '../guard/origin.ts';
import { ask } from '../testing/ask.ts';
import { type Setup, setUp } from '../testing/setup.ts';
import { identifyLoopback } from './loopback.ts';

describe('the loopback identity', () => {
  let world: Setup;
  let port: string;
  beforeAll(async () => {
    world = await setUp({
      config: {
        identities: [{ type: 'loopback', roles: ['developer'] }],
        cors: { origins: ['http://localhost:4200'] }
      }
    });
    port = new URL(world.relay.url).port;
  });
  afterAll(() => world.close());

  const session = (headers: Record<string, string | string[]>, host = `http://127.0.0.1:${port}`) =>
    ask(`${host}/session`, { method: 'GET', headers: { 'x-genesys-auth': '1', ...headers } });

  it.each(['localhost', '127.0.0.1', '[::1]'])('takes Host %s with the right port', async (name) => {
    expect((await session({ host: `${name}:${port}` })).status).toBe(200);
  });

  it.each([
    ['another name (DNS rebinding)', 'evil.example'],
    ['a name that starts like localhost', 'localhost.evil.example'],
    ['a name that ends like localhost', 'evil.localhost'],
    ['a trailing dot', 'localhost.'],
    ['upper case', 'LOCALHOST'],
    ['another loopback address', '127.0.0.2'],
    ['a short address', '127.1'],
    ['a decimal address', '2130706433'],
    ['any address', '0.0.0.0'],
    ['userinfo', 'user@localhost']
  ])('refuses Host with %s', async (_what, name) => {
    expect(await session({ host: `${name}:${port}` })).toMatchObject({
      status: 403,
      body: { code: 'loopback_refused' }
    });
  });

  it.each(['localhost', 'localhost:1', 'localhost:', '127.0.0.1:80'])(
    'refuses Host %s, whose port is wrong',
    async (host) => {
      expect(await session({ host })).toMatchObject({ status: 403, body: { code: 'loopback_refused' } });
    }
  );

  it.each([
    'Forwarded',
    'X-Forwarded-For',
    'X-Forwarded-Host',
    'X-Forwarded-Proto',
    'X_Forwarded_For',
    'Via',
    'X-Real-IP',
    'X-Original-Host',
    'X-Client-IP',
    'X-Cluster-Client-IP',
    'X-Envoy-External-Address',
    'Client-IP',
    'Fastly-Client-IP',
    'True-Client-IP',
    'CF-Connecting-IP'
  ])('S7 refuses a request with %s, which a proxy sends', async (header) => {
    expect(await session({ [header]: '127.0.0.1' })).toMatchObject({ status: 403, body: { code: 'loopback_refused' } });
  });

  it('takes a request with headers that only look alike', async () => {
    expect((await session({ 'x-subscription-key': '1', 'x-description': 'a' })).status).toBe(200);
  });

  const from = (peer: string) => () =>
    identifyLoopback(
      { type: 'loopback', roles: ['developer'] },
      {
        headers: { host: 'localhost:8080', 'x-genesys-auth': '1' },
        count: (name) => (name === 'host' ? 1 : 0),
        peer,
        port: 8080,
        encrypted: false
      },
      createOriginGuard([])
    );

  it.each(['127.0.0.1', '127.8.9.10', '::1', '::ffff:127.0.0.1'])('takes the peer %s', (peer) => {
    expect(from(peer)()).toMatchObject({ identity: 'loopback', roles: ['developer'] });
  });

  it.each(['10.0.0.7', '192.168.1.4', '203.0.113.5', '::ffff:10.0.0.7', 'fe80::1', '128.0.0.1', '127.0.0.1.evil', ''])(
    'refuses the peer %p: another machine',
    (peer) => {
      expect(from(peer)).toThrow('does not come from this machine');
    }
  );

  it.each([undefined, '', '0', 'true', '1, 1'])('B8 B9 refuses X-Genesys-Auth %j', async (value) => {
    const headers = value === undefined ? {} : { 'x-genesys-auth': value };
    for (const [path, method] of [
      ['/token', 'POST'],
      ['/session', 'GET']
    ] as const) {
      const answer = await ask(`${world.relay.url}${path}`, { method, headers });
      expect(answer).toMatchObject({ status: 403, body: { code: 'missing_auth_header' } });
    }
  });

  it.each([
    ['another origin', { origin: 'https://evil.example' }],
    ['the null origin', { origin: 'null' }],
    ['another port', { origin: 'http://localhost:4201' }],
    ['another scheme', { origin: 'https://localhost:4200' }],
    ['two origins', { origin: ['http://localhost:4200', 'http://localhost:4200'] }],
    ['a listed origin with a slash', { origin: 'http://localhost:4200/' }],
    ['another site', { 'sec-fetch-site': 'cross-site' }],
    ['a sibling site', { 'sec-fetch-site': 'same-site' }],
    ['another origin that claims to be the same', { origin: 'https://evil.example', 'sec-fetch-site': 'same-origin' }]
  ])('B10 refuses %s', async (_what, headers) => {
    const answer = await session(headers);
    expect(answer).toMatchObject({ status: 403, body: { code: 'origin_not_allowed' } });
    expect(answer.headers['access-control-allow-origin']).toBeUndefined();
  });

  it('takes its own origin, a listed one, and no origin at all', async () => {
    const own = `http://localhost:${port}`;
    expect((await session({ host: `localhost:${port}`, origin: own, 'sec-fetch-site': 'same-origin' })).status).toBe(
      200
    );
    expect((await session({ origin: 'http://localhost:4200', 'sec-fetch-site': 'same-site' })).status).toBe(200);
    expect((await session({ 'sec-fetch-site': 'none' })).status).toBe(200);
  });

  it.each(['production', 'Prod'])(
    'refuses everything in production, even when that is found out late: %s',
    async (name) => {
      const before = process.env['NODE_ENV'];
      process.env['NODE_ENV'] = name;
      try {
        expect(await session({})).toMatchObject({ status: 403, body: { code: 'loopback_refused' } });
      } finally {
        process.env['NODE_ENV'] = before;
      }
    }
  );

  it('refuses a request with two Host headers', async () => {
    const text = await new Promise<string>((resolve) => {
      const socket = connect(Number(port), '127.0.0.1');
      let answer = '';
      socket.on('data', (chunk: Buffer) => (answer += chunk.toString()));
      socket.on('end', () => {
        resolve(answer);
      });
      socket.end(
        `GET /session HTTP/1.1\r\nHost: localhost:${port}\r\nHost: evil.example\r\nX-Genesys-Auth: 1\r\nConnection: close\r\n\r\n`
      );
    });
    expect(text).toMatch(/^HTTP\/1.1 40[03]/);
  });
});
