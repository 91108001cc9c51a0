import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Wallboard, type WallboardOptions, startWallboard } from './index.ts';

const FREE = { port: 0, loginPort: 0, apiPort: 0 } as const;
const HEADERS = { 'X-Genesys-Auth': '1' };

interface Session {
  user?: { id: string; name: string } | null;
  session?: string;
  roles: string[];
  scopes: string[];
  signInUrl?: string;
}

async function json<T>(answer: Response): Promise<T> {
  return JSON.parse(await answer.text()) as T;
}

const cookiesOf = (answer: Response) =>
  answer.headers
    .getSetCookie()
    .map((line) => line.split(';')[0])
    .join('; ');

describe('the users of the wallboard', () => {
  let browserDir: string;
  let wallboard: Wallboard;

  beforeAll(async () => {
    browserDir = await mkdtemp(join(tmpdir(), 'wallboard-'));
    await writeFile(join(browserDir, 'index.html'), '<wb-root ngCspNonce="CSP_NONCE"></wb-root>');
    wallboard = await startWallboard({ ...FREE, browserDir });
  });

  afterAll(async () => {
    await wallboard.close();
    await rm(browserDir, { recursive: true });
  });

  const sessionOf = async (headers: Record<string, string> = {}, { url } = wallboard) =>
    json<Session>(await fetch(`${url}/genesys/session`, { headers: { ...HEADERS, ...headers } }));

  /** Signs in as a browser does, without one. Returns the cookie of the session. */
  async function signIn(email: string): Promise<string> {
    const start = await fetch(`${wallboard.url}/genesys/sign-in?return_to=/me`, { redirect: 'manual' });
    const form = new URLSearchParams({ email, password: 'any' });
    const login = await fetch(start.headers.get('location') ?? '', { method: 'POST', body: form, redirect: 'manual' });
    const callback = await fetch(login.headers.get('location') ?? '', {
      headers: { cookie: cookiesOf(start) },
      redirect: 'manual'
    });
    expect(callback.headers.get('location')).toBe(`${wallboard.url}/me?genesys_sign_in=ok`);
    return cookiesOf(callback);
  }

  it('are not needed to see the board: a visitor has the role of a wall display, which writes nothing', async () => {
    const session = await sessionOf();
    expect(session).toMatchObject({ user: null, roles: ['developer'], signInUrl: `${wallboard.url}/genesys/sign-in` });
    expect(session.scopes).toEqual([
      'analytics:readonly',
      'notifications',
      'organization:readonly',
      'routing:readonly'
    ]);
    const queues = await fetch(`${wallboard.url}/genesys/api/v2/routing/queues`, { headers: HEADERS });
    expect(queues.status).toBe(200);
    const userId = wallboard.sandbox?.users[0]?.id ?? '';
    const write = await fetch(`${wallboard.url}/genesys/api/v2/users/${userId}/presences/purecloud`, {
      method: 'PATCH',
      headers: { ...HEADERS, 'Content-Type': 'application/json' },
      body: '{}'
    });
    expect(write.status).toBe(403);
  });

  it('sign in with an account of the sandbox, and change their own presence', async () => {
    expect(wallboard.users).toEqual(['ann@sandbox.example', 'ben@sandbox.example']);
    const cookie = await signIn('ann@sandbox.example');
    const { user, session = '', scopes } = await sessionOf({ cookie });
    expect(user).toMatchObject({ name: 'Ann Archer' });
    expect(scopes).toEqual(expect.arrayContaining(['conversations:readonly', 'presence', 'user-basic-info']));

    const headers = { ...HEADERS, cookie, 'X-Genesys-Session': session };
    const call = (path: string, init: RequestInit = {}) =>
      fetch(`${wallboard.url}/genesys/api/v2${path}`, {
        ...init,
        headers: { ...headers, Origin: wallboard.url, 'Content-Type': 'application/json' }
      });
    const { entities } = await json<{ entities: { id: string; systemPresence: string }[] }>(
      await call('/presence/definitions')
    );
    const id = entities.find(({ systemPresence }) => systemPresence === 'MEAL')?.id;
    const changed = await call(`/users/${user?.id ?? ''}/presences/purecloud`, {
      method: 'PATCH',
      body: JSON.stringify({ presenceDefinition: { id } })
    });
    expect(await json(changed)).toMatchObject({ presenceDefinition: { systemPresence: 'MEAL' } });
    expect((await call('/routing/queues/me')).status).toBe(200);
    expect((await call('/conversations')).status).toBe(200);
    // Genesys Cloud lets them see what the board shows.
    const body = JSON.stringify({
      filter: { type: 'or', predicates: [{ dimension: 'queueId', value: 'x' }] },
      metrics: ['oWaiting']
    });
    expect((await call('/analytics/queues/observations/query', { method: 'POST', body })).status).toBe(200);
  });

  it('get the events of the hub as visitors do', async () => {
    const cookie = await signIn('ben@sandbox.example');
    const { session = '' } = await sessionOf({ cookie });
    const ticket = (headers: Record<string, string>) =>
      fetch(`${wallboard.url}/genesys/notifications/ticket`, {
        method: 'POST',
        headers: { ...HEADERS, Origin: wallboard.url, ...headers }
      });
    expect((await ticket({})).status).toBe(200);
    expect((await ticket({ cookie, 'X-Genesys-Session': session })).status).toBe(200);
  });

  it('have a page, and the configuration says that they can sign in', async () => {
    const config = await (await fetch(`${wallboard.url}/config.json`)).json();
    expect(config).toMatchObject({
      mode: 'proxy',
      genesysSignIn: true,
      optionalScopes: ['users:readonly', 'conversations:readonly', 'presence', 'user-basic-info']
    });
    expect((await fetch(`${wallboard.url}/me`)).status).toBe(200);
  });

  it('come to the one host that their cookie is for', async () => {
    const { port } = new URL(wallboard.url);
    const path = '/queues/1?from=mail';
    const answer = await fetch(`http://127.0.0.1:${port}${path}`, { redirect: 'manual' });
    expect([answer.status, answer.headers.get('location')]).toEqual([302, wallboard.url + path]);
    expect((await fetch(wallboard.url + path, { redirect: 'manual' })).status).toBe(200);
  });

  it('have secrets that are made at each start, and that no variable holds', async () => {
    const other = await startWallboard({ ...FREE, browserDir });
    const secrets = [wallboard, other].flatMap(
      ({ sandbox }) => sandbox?.clients.map(({ secret = '' }) => secret) ?? []
    );
    await other.close();
    expect(new Set(secrets).size).toBe(4);
    expect(Object.values(process.env).filter((value) => secrets.includes(value ?? ''))).toEqual([]);
  });

  it.each<[string, WallboardOptions]>([
    ['in token mode', { relay: { mode: 'token' } }],
    [
      'with the sign-in of the company',
      {
        relay: {
          identities: [{ type: 'jwt', issuer: 'http://127.0.0.1:1/idp', audience: 'urn:relay', rolesPointer: '/roles' }]
        },
        signIn: { authority: 'http://127.0.0.1:1/idp', clientId: 'board' }
      }
    ]
  ])('do not exist %s', async (_how, options) => {
    const other = await startWallboard({ ...FREE, browserDir, ...options });
    const config: { genesysSignIn?: boolean } = await json(await fetch(`${other.url}/config.json`));
    const page = await fetch(`${other.url}/genesys/sign-in?return_to=/`, { redirect: 'manual' });
    await other.close();
    expect([other.users, config.genesysSignIn, page.status]).toEqual([[], undefined, 404]);
  });

  it('sign in where the roles of the wall display are other than the demo’s, too', async () => {
    const other = await startWallboard({
      ...FREE,
      browserDir,
      relay: { roles: { developer: { scopes: ['routing:readonly'] } } }
    });
    const { scopes, signInUrl } = await sessionOf({}, other);
    await other.close();
    expect([scopes, signInUrl]).toEqual([['routing:readonly'], `${other.url}/genesys/sign-in`]);
  });
});
