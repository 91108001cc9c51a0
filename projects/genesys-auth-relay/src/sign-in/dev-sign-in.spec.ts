import { type Sandbox, SANDBOX_CLIENT, SANDBOX_SIGN_IN_CLIENT, createSandbox } from 'genesys-sandbox';
import { type RunningRelay, startRelay } from '../index.ts';
import { parseConfig } from '../config/parse.ts';
import { Secret } from '../config/secret.ts';
import { type Answer, ask } from '../testing/ask.ts';

const DEV_KEY = 'CANARY-dev-key';
const AT_4300 = { 'x-genesys-dev-key': DEV_KEY, 'x-forwarded-host': 'localhost:4300' };

/** The file of somebody whose app runs in production at another origin, with roles of another organization. */
const FILE = {
  listen: { host: '127.0.0.1', port: 0 },
  admin: false,
  genesys: { region: 'mypurecloud.de' },
  scopes: ['user-basic-info', 'routing:readonly'],
  signIn: {
    client: { id: 'production', secret: { env: 'NOT_SET' } },
    redirectUri: 'https://app.example.com/genesys/sign-in/callback',
    appUrl: 'https://app.example.com/',
    organizations: ['an-organization'],
    roles: { user: { groups: ['a-group'] } }
  },
  roles: { user: { scopes: ['user-basic-info', 'routing:readonly'] } },
  dev: { roles: ['user'], hosts: ['desk.app.github.dev'] },
  log: { level: 'silent' }
};

describe('sign-in for development, with the sandbox in place of the organization', () => {
  let sandbox: Sandbox;
  let relay: RunningRelay;
  beforeAll(async () => {
    sandbox = await createSandbox();
    relay = await start(FILE);
  });
  afterAll(async () => {
    await relay.close();
    await sandbox.close();
  });

  function start(file: object): Promise<RunningRelay> {
    const target = {
      endpoints: { tokenEndpoint: sandbox.tokenEndpoint, apiOrigin: sandbox.apiOrigin },
      authorizeEndpoint: sandbox.authorizeEndpoint,
      logoutEndpoint: `${sandbox.loginOrigin}/logout`,
      client: SANDBOX_CLIENT,
      signInClient: { id: SANDBOX_SIGN_IN_CLIENT.id, secret: SANDBOX_SIGN_IN_CLIENT.secret },
      organizationId: sandbox.users[0]?.organization.id ?? ''
    };
    const dev = { key: new Secret(DEV_KEY), sandbox: target };
    return startRelay(parseConfig(file, { env: {}, baseDir: '.', dev }));
  }

  const cookiesOf = ({ headers }: Answer): string =>
    [headers['set-cookie'] ?? []]
      .flat()
      .map((line) => line.split(';', 1)[0] ?? '')
      .join('; ');
  const get = (path: string, headers: Record<string, string> = {}, at = relay) =>
    ask(`${at.url}${path}`, { method: 'GET', headers: { ...AT_4300, ...headers } });
  const locationOf = ({ headers }: Answer) => new URL(String(headers['location']));

  async function signIn(at = relay): Promise<string> {
    const started = await get('/sign-in?return_to=/queues', { 'sec-fetch-dest': 'document' }, at);
    const page = locationOf(started);
    expect(page.searchParams.get('redirect_uri')).toBe('http://localhost:4300/genesys/sign-in/callback');
    const form = new URLSearchParams({ email: sandbox.users[0]?.email ?? '', password: 'any', action: 'sign-in' });
    const signedIn = await ask(page.href, {
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: form.toString()
    });
    const callback = locationOf(signedIn);
    expect(callback.origin).toBe('http://localhost:4300');
    const path = `${callback.pathname.replace('/genesys', '')}${callback.search}`;
    const finished = await get(path, { cookie: cookiesOf(started) }, at);
    expect(finished.status).toBe(303);
    expect(String(finished.headers['location'])).toMatch(/^http:\/\/localhost:4300\/queues\?/);
    return cookiesOf(finished);
  }

  it('returns to the origin that the browser used, and the session works there', async () => {
    const cookie = await signIn();
    const session = await get('/session', { cookie, 'x-genesys-auth': '1' });
    expect(session.body).toMatchObject({
      identity: 'session',
      roles: ['user'],
      region: 'mypurecloud.de',
      apiOrigin: 'https://api.mypurecloud.de',
      signInUrl: 'http://localhost:4300/genesys/sign-in'
    });
    const headers = { cookie, 'x-genesys-auth': '1', 'x-genesys-session': String(session.body['session']) };
    const me = await get('/api/v2/users/me', headers);
    expect(me).toMatchObject({ status: 200, body: { email: sandbox.users[0]?.email } });
    const origin = 'http://localhost:4300';
    const out = await ask(`${relay.url}/sign-out`, { headers: { ...AT_4300, ...headers, origin } });
    expect(out.status).toBe(200);
    expect(new URL(String(out.body['logoutUrl'])).searchParams.get('redirect_uri')).toBe('http://localhost:4300/');
  });

  it('asks a browser without a session to sign in, because the file has no client for other calls', async () => {
    expect(await get('/session', { 'x-genesys-auth': '1' })).toMatchObject({
      status: 401,
      body: { code: 'sign_in_required', signInUrl: 'http://localhost:4300/genesys/sign-in' }
    });
  });

  it('a session wins over the dev identity', async () => {
    const client = { id: 'service', secret: { env: 'NOT_SET' } };
    const both = await start({ ...FILE, genesys: { region: 'mypurecloud.de', client } });
    const send = (headers: Record<string, string>) => get('/session', { 'x-genesys-auth': '1', ...headers }, both);
    expect((await send({})).body).toMatchObject({ identity: 'dev', roles: ['user'] });
    expect((await send({ cookie: await signIn(both) })).body).toMatchObject({ identity: 'session', roles: ['user'] });
    await both.close();
  });

  it.each([
    ['localhost:4200', undefined, 'http://localhost:4200'],
    ['localhost:4200', 'https', 'https://localhost:4200'],
    ['desk.app.github.dev', undefined, 'https://desk.app.github.dev'],
    ['desk.app.github.dev', 'http', 'https://desk.app.github.dev'],
    ['desk.app.github.dev:8443', undefined, 'http://desk.app.github.dev:8443']
  ])('finds the origin for the host %s and the scheme %s', async (host, scheme, origin) => {
    const answer = await get('/sign-in', {
      'x-forwarded-host': host,
      ...(scheme !== undefined && { 'x-forwarded-proto': scheme })
    });
    expect(locationOf(answer).searchParams.get('redirect_uri')).toBe(`${origin}/genesys/sign-in/callback`);
  });

  it.each([
    ['a wrong key', { 'x-genesys-dev-key': 'wrong' }],
    ['a foreign host', { 'x-forwarded-host': 'evil.example' }]
  ])('does not start with %s', async (_what, headers) => {
    for (const path of ['/sign-in', '/sign-in/callback?code=a&state=b'])
      expect(await get(path, headers)).toMatchObject({ status: 403, body: { code: 'dev_refused' } });
  });

  it('has the configured origin for a request that does not come through the dev server', async () => {
    const answer = await ask(`${relay.url}/sign-in`, { method: 'GET' });
    expect(locationOf(answer).searchParams.get('redirect_uri')).toBe(FILE.signIn.redirectUri);
  });

  it('needs proxy mode, because the app would send the token of the sandbox to the region', () => {
    expect(() => start({ ...FILE, mode: 'token', signIn: undefined })).toThrow(/mode: is token.*\n.*--sandbox/);
  });
});
