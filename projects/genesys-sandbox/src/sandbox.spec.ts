import { connect, createServer } from 'node:net';
import { ApiClient, askToken, basic, closeAll, send, start, tokenOf } from '../test/harness.ts';
import { SANDBOX_CLIENT, SANDBOX_PUBLIC_CLIENT, SANDBOX_SIGN_IN_CLIENT, createSandbox } from './index.ts';

afterEach(closeAll);

const form = { grant_type: 'client_credentials' };
const headers = { authorization: basic(SANDBOX_CLIENT.id, SANDBOX_CLIENT.secret) };

it('starts in one line, on free ports of the loopback address', async () => {
  const sandbox = await createSandbox();
  expect(sandbox.loginOrigin).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
  expect(sandbox.apiOrigin).not.toBe(sandbox.loginOrigin);
  expect(sandbox.tokenEndpoint).toBe(`${sandbox.loginOrigin}/oauth/token`);
  expect(sandbox.clients).toEqual([SANDBOX_CLIENT, SANDBOX_SIGN_IN_CLIENT, SANDBOX_PUBLIC_CLIENT]);
  await sandbox.close();
  await sandbox.close();
  await expect(fetch(sandbox.apiOrigin)).rejects.toThrow();
});

it('loses its login host and gets it back on the same port, while live tokens keep working', async () => {
  const { sandbox } = await start();
  const api = await ApiClient.of(sandbox);
  for (let round = 0; round < 3; round++) {
    await sandbox.stopLogin();
    await sandbox.stopLogin();
    await expect(askToken(sandbox.tokenEndpoint, form, headers)).rejects.toThrow();
    expect((await api.get('/api/v2/date')).status).toBe(200);
    await sandbox.startLogin();
    await sandbox.startLogin();
    expect((await askToken(sandbox.tokenEndpoint, form, headers)).status).toBe(200);
  }
  await Promise.all([sandbox.stopLogin(), sandbox.startLogin()]);
  expect((await askToken(sandbox.tokenEndpoint, form, headers)).status).toBe(200);
});

it('closes at once although connections are kept alive', async () => {
  const { sandbox } = await start();
  await Promise.all(Array.from({ length: 20 }, () => send(sandbox.apiOrigin)));
  await sandbox.close();
  await expect(send(sandbox.apiOrigin)).rejects.toThrow();
});

it('says which port is taken, and leaves nothing behind', async () => {
  const blocker = createServer();
  await new Promise<void>((resolve) => blocker.listen(0, '127.0.0.1', resolve));
  const address = blocker.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  await expect(createSandbox({ loginPort: port })).rejects.toMatchObject({ code: 'EADDRINUSE', port });
  await expect(createSandbox({ apiPort: port })).rejects.toMatchObject({ code: 'EADDRINUSE', port });
  await new Promise((resolve) => blocker.close(resolve));
});

it.each([
  [{ seed: 1.5 }, 'seed'],
  [{ speed: 0 }, 'speed'],
  [{ loginPort: 70_000 }, 'loginPort'],
  [{ rateLimit: { requestsPerMinute: 0 } }, 'rateLimit.requestsPerMinute'],
  [{ clients: [{ id: '', secret: 's' }] }, 'clients[0].id'],
  [{ clients: [{ id: 'a', secret: '' }] }, 'clients[0].secret'],
  [{ clients: [SANDBOX_CLIENT, SANDBOX_CLIENT] }, 'clients[1].id'],
  [{ clients: [{ id: 'a', secret: 's', grant: 'CODE' }] }, 'clients[0].grant is not an option'],
  [{ clients: [SANDBOX_CLIENT, { id: 'a', secret: 's', tokenSeconds: 300 }] }, 'clients[1].tokenSeconds'],
  [{ clients: [{ id: 'a', secret: 's', accessTokenValiditySeconds: 60 }] }, 'accessTokenValiditySeconds'],
  [{ clients: [{ id: 'a' }] }, 'clients[0].secret is missing'],
  [{ clients: [{ id: 'a', grantType: 'CODE' as const, redirectUris: ['/callback'] }] }, 'clients[0].redirectUris[0]'],
  [{ clients: [{ id: 'a', grantType: 'CODE' as const, redirectUris: ['javascript:alert(1)'] }] }, 'redirectUris[0]'],
  [{ clients: [{ id: 'a', grantType: 'CODE' as const, redirectUris: ['https://a.example/#b'] }] }, 'redirectUris[0]'],
  [{ clients: [{ id: 'a', grantType: 'CODE' as const, redirectUris: ['https://a:b@c.example/'] }] }, 'redirectUris[0]'],
  [{ clients: [{ id: 'a', grantType: 'CODE' as const, redirectUris: ['https://ä.example/'] }] }, 'redirectUris[0]'],
  [{ users: [{ email: 'nobody', name: 'N' }] }, 'users[0].email'],
  [{ users: [{ email: 'a@b.example', name: '' }] }, 'users[0].name'],
  [{ users: [{ email: 'a@b.example', name: 'A', role: 'x' }] }, 'users[0].role is not an option'],
  [{ users: [1, 2].map(() => ({ email: 'A@b.example', name: 'A' })) }, 'users[1].email'],
  [
    { users: Array.from({ length: 500 }, (_, n) => ({ email: `u${n}@b.example`, name: 'U' })) },
    'users can have at most'
  ],
  [{ signIn: { codeSeconds: 0 } }, 'signIn.codeSeconds'],
  [{ signIn: { inactivityTimeoutSeconds: 299 } }, 'signIn.inactivityTimeoutSeconds'],
  [{ signIn: { refreshTokenSeconds: 1.5 } }, 'signIn.refreshTokenSeconds'],
  [{ signIn: { codeSeconds: 60, rotate: true } }, 'signIn.rotate is not an option']
])('refuses %j and names the option', async (options, name) => {
  await expect(createSandbox(options)).rejects.toThrow(name);
});

it('notes callers that hang up in the middle, and whole URLs as targets, without harm', async () => {
  const { sandbox } = await start();
  const token = await tokenOf(sandbox);
  const speak = (lines: string[], body: string): Promise<void> =>
    new Promise((resolve, reject) => {
      const socket = connect(Number(new URL(sandbox.apiOrigin).port), '127.0.0.1', () => {
        socket.end([...lines, `Authorization: Bearer ${token}`, 'Host: x', '', body].join('\r\n'));
      });
      socket.resume().on('error', reject);
      socket.on('close', () => {
        resolve();
      });
    });
  await speak(['GET http://user:password@evil.example/api/v2/date?x=1 HTTP/1.1', 'Connection: close'], '');
  const form_ = 'Content-Type: application/x-www-form-urlencoded';
  await speak(['POST /oauth/token HTTP/1.1', form_, 'Content-Length: 500'], 'grant_type=');
  const json = 'Content-Type: application/json';
  await speak(['POST /api/v2/analytics/queues/observations/query HTTP/1.1', json, 'Content-Length: 500'], '{');
  expect(sandbox.requests.slice(1).map(({ path, status }) => `${path} ${status}`)).toEqual([
    '/api/v2/date 200',
    '/oauth/token 400',
    '/api/v2/analytics/queues/observations/query 400'
  ]);
  expect((await new ApiClient(sandbox.apiOrigin, token).get('/api/v2/date')).status).toBe(200);
});

it('remembers what was asked, never secrets, tokens or query strings', async () => {
  const { sandbox, clock } = await start();
  const token = await tokenOf(sandbox);
  const api = new ApiClient(sandbox.apiOrigin, token);
  await api.get('/api/v2/routing/queues?name=private');
  await api.get(`/api/v2/${token}`);
  await api.get('/api/v2/%zz');
  await askToken(`${sandbox.tokenEndpoint}?client_secret=${SANDBOX_CLIENT.secret}`, form);
  expect(sandbox.requests).toMatchObject([
    { host: 'login', method: 'POST', path: '/oauth/token', status: 200, authorization: 'basic', at: clock.now() },
    { host: 'api', method: 'GET', path: '/api/v2/routing/queues', status: 200, authorization: 'bearer' },
    { host: 'api', path: '/api/v2/…', status: 404 },
    { host: 'api', path: '/api/v2/%zz', status: 400 },
    { host: 'login', path: '/oauth/token', status: 400, authorization: 'none' }
  ]);
  const text = JSON.stringify(sandbox.requests);
  for (const secret of [token, SANDBOX_CLIENT.secret, 'private']) expect(text).not.toContain(secret);
});
