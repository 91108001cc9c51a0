import { once } from 'node:events';
import { createServer } from 'node:http';
import { NOTIFICATIONS_PROTOCOL, TICKET_PROTOCOL_PREFIX } from 'genesys-auth-protocol';
import type { Sandbox } from 'genesys-sandbox';
import { createRelayMetrics, parseRelayConfig, startRelay } from '../index.ts';
import { type Ask, ask } from '../testing/ask.ts';
import { openHub } from '../testing/hub-client.ts';
import {
  ANN,
  APP_URL,
  BOB,
  type Browser,
  RELAY_URL,
  SIGN_IN_CLIENT,
  TIMEOUT_MS,
  type SignInChange,
  type SignInSetup,
  createBrowser,
  setUpSignIn,
  signInConfig,
  startSandbox,
  withService
} from '../../test/sign-in-setup.ts';
import { RelayProblem } from '../reply/problem.ts';
import type { RelayClock } from '../runtime/clock.ts';
import { createPending } from '../runtime/pending.ts';
import { runtimeOf } from '../runtime/runtime.ts';
import { testClock } from '../testing/clock.ts';
import { type Genesys, GenesysFailure, type TokenState } from './genesys.ts';
import { createLiveSessions } from './live.ts';
import type { Session } from './session.ts';
import { createMemorySessions } from './session-store.ts';
import { createSessions } from './sessions.ts';

const MINUTE = 60_000;
const QUEUES = '/api/v2/routing/queues';
const SIGN_IN_URL = `${RELAY_URL}/sign-in`;

/** A session that starts now. */
const sessionAt = (clock: RelayClock): Session => ({
  user: { id: 'ann', name: 'Ann', email: ANN, organization: { id: 'org', name: 'Org' } },
  clientId: 'client',
  homeOrganizationId: 'org',
  facts: { roleIds: [], groupIds: [], divisionId: undefined },
  scopes: [],
  accessToken: 'CANARY-access-token',
  refreshToken: undefined,
  tokenStart: clock.now(),
  tokenEnd: clock.now() + 720 * MINUTE,
  start: clock.now(),
  readAt: clock.now()
});

/** A setup with one signed-in user. */
async function signedIn(...setup: Parameters<typeof setUpSignIn>) {
  const world = await setUpSignIn(...setup);
  const browser = world.browser();
  await browser.signIn();
  await browser.session();
  return { world, browser };
}

/** Opens a socket of the notification hub, as the page of the app does. */
async function openSocket({ relay }: SignInSetup, browser: Browser) {
  const { body } = await browser.send('/notifications/ticket', { method: 'POST' });
  return openHub(relay.url, {
    protocols: [NOTIFICATIONS_PROTOCOL, `${TICKET_PROTOCOL_PREFIX}${String(body['ticket'])}`],
    headers: { origin: new URL(APP_URL).origin }
  });
}

describe('a signed-in user', () => {
  let world: SignInSetup;
  afterEach(() => world.close());

  it('calls the API with their own token', async () => {
    const { world: own, browser } = await signedIn();
    world = own;
    expect((await browser.send(QUEUES)).status).toBe(200);
    const me = await browser.send('/api/v2/users/me');
    expect(me.body).toMatchObject({ email: ANN });
    expect(world.calls()).toEqual([`GET ${QUEUES}`]);
  });

  it('calls the API with the token of the relay where actAs is service', async () => {
    const { world: own, browser } = await signedIn((sandbox) => ({
      signIn: { actAs: 'service' },
      config: { genesys: withService(sandbox) }
    }));
    world = own;
    expect((await browser.session()).body['scopes']).toContain('analytics');
    expect((await browser.send(QUEUES)).status).toBe(200);
    // A token of client credentials is nobody's.
    expect((await browser.send('/api/v2/users/me')).status).toBe(400);
  });

  it('gets the name of a scope that the token lacks, before the API is called', async () => {
    const { world: own, browser } = await signedIn();
    world = own;
    const answer = await browser.send('/api/v2/analytics/queues/observations/query', { method: 'POST', body: '{}' });
    expect(answer).toMatchObject({
      status: 403,
      body: { code: 'insufficient_scope', scopes: expect.arrayContaining(['analytics:readonly']) }
    });
    expect(world.calls()).toEqual([]);
  });

  it('gets the name of a scope that the role lacks, even if the token has it', async () => {
    const { world: own, browser } = await signedIn({ signIn: { roles: { wall: { everyone: true } } } });
    world = own;
    const path = `/api/v2/users/${world.sandbox.users[0]?.id ?? ''}/presences/purecloud`;
    const answer = await browser.send(path);
    expect(answer).toMatchObject({ status: 403, body: { code: 'insufficient_scope' } });
    expect(world.calls()).toEqual([]);
  });

  it.each([
    ['me', 'it ends the token of the caller while the relay still uses it', 'POST /sign-out'],
    ['17', 'it ends all tokens of a user, and its scope does not say who may do that', 'without the relay']
  ])('may not send DELETE /api/v2/tokens/%s, and gets the reason', async (id, why, hint) => {
    const { world: own, browser } = await signedIn();
    world = own;
    const answer = await browser.send(`/api/v2/tokens/${id}`, { method: 'DELETE' });
    expect(answer).toMatchObject({
      status: 403,
      body: {
        code: 'operation_refused',
        detail: expect.stringContaining(why),
        hint: expect.stringContaining(hint)
      }
    });
    expect((await browser.send(QUEUES)).status).toBe(200);
  });

  it.each([
    ['Genesys Cloud does not name the scopes', {}, { listScopes: false }],
    ['scopeCheck is off', { scopeCheck: 'off' as const }, {}]
  ])('may try every scope of the role when %s', async (_what, signIn, settings) => {
    const { world: own, browser } = await signedIn({ signIn }, { sandbox: { signIn: settings } });
    world = own;
    expect((await browser.session()).body['scopes']).toContain('analytics');
    await browser.send('/api/v2/analytics/queues/observations/query', { method: 'POST', body: '{}' });
    expect(world.calls()).toHaveLength(1);
  });

  it.each<[string, object]>([
    ['a role id', { roles: ['ROLE'] }],
    ['a group id', { groups: ['group-1'] }],
    ['a division id', { divisions: ['division-1'] }]
  ])('has the roles that %s is mapped to', async (_what, who) => {
    const role = { id: 'ROLE', name: 'Role', permissions: 'all' as const };
    const user = {
      email: ANN,
      name: 'Ann',
      roles: [role],
      groups: ['group-1'],
      division: { id: 'division-1', name: 'D' }
    };
    const { world: own, browser } = await signedIn(
      { signIn: { roles: { agent: who, wall: { groups: ['other'] } } } },
      { sandbox: { users: [user] } }
    );
    world = own;
    expect((await browser.session()).body['roles']).toEqual(['agent']);
  });

  it('writes an audit line for each write', async () => {
    const { world: own, browser } = await signedIn();
    world = own;
    const path = `/api/v2/users/${world.sandbox.users[0]?.id ?? ''}/presences/purecloud`;
    await browser.send(path, { method: 'PATCH', headers: { 'content-type': 'application/json' }, body: '{}' });
    await browser.send(QUEUES);
    expect(world.lines.filter((line) => Reflect.get(line, 'event') === 'write')).toEqual([
      {
        event: 'write',
        requestId: expect.any(String),
        subject: expect.stringMatching(/^[0-9a-f]{16}$/),
        operation: 'PATCH /api/v2/users/{userId}/presences/purecloud',
        status: 400
      }
    ]);
  });

  it('is known by Authorization if the request has it', async () => {
    const { world: own, browser } = await signedIn();
    world = own;
    const answer = await browser.send('/session', { headers: { authorization: 'Bearer wrong' } });
    expect(answer).toMatchObject({ status: 401, body: { code: 'invalid_credentials' } });
  });
});

describe('a signed-in user without a role', () => {
  let world: SignInSetup;
  let browser: Browser;
  beforeEach(async () => {
    ({ world, browser } = await signedIn());
    await world.reload({ signIn: { roles: { agent: { groups: ['another-group'] } } } });
    browser.tag = undefined;
  });
  afterEach(() => world.close());

  it('is shown by the session, without rights', async () => {
    expect(await browser.session()).toMatchObject({
      status: 200,
      body: {
        user: { email: ANN },
        session: expect.stringMatching(/^[\w-]{43}$/),
        roles: [],
        scopes: [],
        defaultScopes: [],
        signInUrl: SIGN_IN_URL
      }
    });
  });

  it('may not call the API, and learns why', async () => {
    await browser.session();
    expect(await browser.send(QUEUES)).toMatchObject({
      status: 403,
      body: { code: 'policy_denied', detail: expect.stringContaining('mapped to a role') }
    });
    expect(world.calls()).toEqual([]);
  });

  it('can sign out', async () => {
    await browser.session();
    expect((await browser.send('/sign-out', { method: 'POST' })).status).toBe(200);
    expect(browser.cookies.size).toBe(0);
    await vi.waitFor(() => {
      expect(world.sandbox.liveTokenCount()).toBe(0);
    });
  });
});

describe('a browser without a signed-in user', () => {
  let world: SignInSetup;
  afterEach(() => world.close());

  it('gets the URL to sign in', async () => {
    world = await setUpSignIn();
    const browser = world.browser();
    expect(await browser.send('/session')).toMatchObject({
      status: 401,
      body: { code: 'sign_in_required', signInUrl: SIGN_IN_URL }
    });
    expect(await browser.send(QUEUES)).toMatchObject({ status: 401, body: { code: 'sign_in_required' } });
  });

  it('has the roles of signedOutRoles', async () => {
    world = await setUpSignIn((sandbox) => ({
      signIn: { signedOutRoles: ['wall'] },
      config: { genesys: withService(sandbox) }
    }));
    const browser = world.browser();
    expect(await browser.session()).toMatchObject({
      status: 200,
      body: { user: null, session: 'signed-out', roles: ['wall'], scopes: ['routing:readonly'], signInUrl: SIGN_IN_URL }
    });
    expect((await browser.send(QUEUES)).status).toBe(200);
    browser.tag = 'somebody';
    expect(await browser.send(QUEUES)).toMatchObject({ status: 401, body: { code: 'session_ended' } });
    browser.tag = undefined;
    expect(await browser.send(QUEUES, { headers: { 'x-genesys-auth': '0' } })).toMatchObject({
      body: { code: 'missing_auth_header' }
    });
    expect(await browser.send(QUEUES, { headers: { origin: 'https://evil.example' } })).toMatchObject({
      body: { code: 'origin_not_allowed' }
    });
  });
});

describe('the end of a session', () => {
  let world: SignInSetup;
  afterEach(() => world.close());

  it('comes with sign-out, which ends the token at Genesys Cloud', async () => {
    const { world: own, browser } = await signedIn();
    world = own;
    const answer = await browser.send('/sign-out', { method: 'POST' });
    expect(answer.status).toBe(200);
    const logout = new URL(String(answer.body['logoutUrl']));
    expect(logout.origin + logout.pathname).toBe(`${world.sandbox.loginOrigin}/logout`);
    expect(Object.fromEntries(logout.searchParams)).toEqual({ client_id: 'sign-in-client', redirect_uri: APP_URL });
    expect(browser.cookies.size).toBe(0);
    await vi.waitFor(() => {
      expect(world.sandbox.liveTokenCount()).toBe(0);
    });
    expect(await browser.send(QUEUES)).toMatchObject({
      status: 401,
      body: { code: 'session_ended', signInUrl: SIGN_IN_URL }
    });
    expect((await browser.send('/sign-out', { method: 'POST' })).status).toBe(200);
  });

  it('comes after 60 minutes without a call of the API; /session does not count', async () => {
    const { world: own, browser } = await signedIn({}, { client: { accessTokenValiditySeconds: 86_400 } });
    world = own;
    for (let step = 0; step < 3; step++) {
      world.clock.advance(50 * MINUTE);
      expect((await browser.send(QUEUES)).status).toBe(200);
    }
    world.clock.advance(50 * MINUTE);
    expect((await browser.session()).status).toBe(200);
    world.clock.advance(10 * MINUTE);
    expect(await browser.send(QUEUES)).toMatchObject({ status: 401, body: { code: 'session_ended' } });
  });

  it('comes with the idle limit even if the browser is closed: the token ends, and sockets close', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    onTestFinished(() => {
      vi.useRealTimers();
    });
    const { world: own, browser } = await signedIn((sandbox) => ({
      // Within the time in which the hub expects a sign of life of the socket.
      signIn: { hubIgnoresDivisions: true, session: { idleSeconds: 60 } },
      config: {
        genesys: withService(sandbox),
        notifications: {},
        scopes: ['notifications', 'presence'],
        roles: { agent: { scopes: ['notifications', 'presence'] } }
      }
    }));
    world = own;
    const socket = await openSocket(world, browser);
    world.clock.advance(MINUTE - 1);
    vi.advanceTimersByTime(MINUTE);
    const before = world.sandbox.liveTokenCount();
    world.clock.advance(1);
    vi.advanceTimersByTime(MINUTE);
    await vi.waitFor(() => {
      expect(world.sandbox.liveTokenCount()).toBe(before - 1);
    });
    expect(await socket.closed).toBe(4401);
  });

  it.each<[string, SignInChange]>([
    ['the organization of the user', { signIn: { organizations: ['another-organization'] } }],
    ['the OAuth client of the session', { signIn: { client: { id: 'another', secret: { env: 'SIGN_IN_SECRET' } } } }]
  ])('comes with the next request after a reload that no longer allows %s', async (_what, change) => {
    const metrics = createRelayMetrics();
    const { world: own, browser } = await signedIn({ runtime: { observer: metrics.observer } });
    world = own;
    await world.reload(change);
    expect(await browser.send(QUEUES)).toMatchObject({ status: 401, body: { code: 'session_ended' } });
    expect(world.calls()).toEqual([]);
    await vi.waitFor(() => {
      expect(world.sandbox.liveTokenCount()).toBe(0);
    });
    expect(await metrics.text()).toContain('sessions_ended_total{why="not_allowed"} 1');
  });

  it('comes after 12 hours, however much it is used', async () => {
    const { world: own, browser } = await signedIn({}, { client: { accessTokenValiditySeconds: 86_400 } });
    world = own;
    for (let step = 0; step < 14; step++) {
      expect((await browser.send(QUEUES)).status).toBe(200);
      world.clock.advance(50 * MINUTE);
    }
    expect((await browser.send(QUEUES)).status).toBe(200);
    world.clock.advance(20 * MINUTE);
    expect(await browser.send(QUEUES)).toMatchObject({ status: 401, body: { code: 'session_ended' } });
  });
});

describe('the token of a user', () => {
  let world: SignInSetup;
  afterEach(() => world.close());
  const refreshes = () => world.sandbox.tokenRequestCount() - 1;

  it('is refreshed once for 200 calls when it expires, and none fails', async () => {
    const { world: own, browser } = await signedIn({
      config: { proxy: { requestsPerMinute: 1000, queueLength: 1000 } }
    });
    world = own;
    world.clock.advance(59 * MINUTE);
    const answers = await Promise.all(Array.from({ length: 200 }, () => browser.send('/api/v2/users/me')));
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
    expect(refreshes()).toBe(1);
  });

  it('is refreshed and the call sent again when the API refuses it early', async () => {
    const { world: own, browser } = await signedIn();
    world = own;
    world.sandbox.revokeTokens();
    expect((await browser.send(QUEUES)).status).toBe(200);
    expect(refreshes()).toBe(1);
    expect(world.calls()).toHaveLength(2);
  });

  it('ends the session when Genesys Cloud refuses the refresh token as well', async () => {
    const { world: own, browser } = await signedIn();
    world = own;
    world.sandbox.faults.add({ type: 'revokeTokens', email: ANN, refreshTokens: true });
    expect(await browser.send(QUEUES)).toMatchObject({
      status: 401,
      body: { code: 'session_ended', signInUrl: SIGN_IN_URL }
    });
    expect(await browser.send('/session', { headers: { 'x-genesys-session': 'signed-out' } })).toMatchObject({
      status: 401,
      body: { code: 'sign_in_required' }
    });
    // The same user signs in again and keeps the tag.
    const { tag } = browser;
    await browser.signIn();
    await browser.session();
    expect(browser.tag).toBe(tag);
  });

  it('ends the session after the inactivity timeout of Genesys Cloud, with which there is no refresh token', async () => {
    const { world: own, browser } = await signedIn({}, { sandbox: { signIn: { inactivityTimeoutSeconds: 300 } } });
    world = own;
    world.clock.advance(4 * MINUTE);
    expect((await browser.send(QUEUES)).status).toBe(200);
    world.clock.advance(6 * MINUTE);
    expect(await browser.send(QUEUES)).toMatchObject({ status: 401, body: { code: 'session_ended' } });
    expect(refreshes()).toBe(0);
  });

  describe('when the API answers 401', () => {
    const organization = { id: 'org', name: 'Org' };
    const user = {
      id: 'user',
      OAuthClient: { id: SIGN_IN_CLIENT.id },
      organization,
      homeOrganization: organization,
      authorizedScope: ['routing']
    };
    /** Status of the API's answer. */
    let statusOf: (url: string) => number;
    const asked: string[] = [];
    /** The first answers about queues wait until so many calls have come. */
    let holdUntil = 0;
    const held: (() => void)[] = [];
    const api = createServer(({ url = '' }, response) => {
      asked.push(url);
      const answer = () => {
        const status = statusOf(url);
        response.writeHead(status, { 'content-type': 'application/json' });
        response.end(JSON.stringify(status === 200 ? user : { status, code: 'bad.credentials' }));
      };
      if (url !== QUEUES || holdUntil === 0) {
        answer();
        return;
      }
      held.push(answer);
      if (held.length < holdUntil) return;
      holdUntil = 0;
      for (const one of held.splice(0)) one();
    });
    const verifications = () => asked.filter((url) => url.startsWith('/api/v2/tokens/me')).length;
    const refused = (code: string) => ({
      status: 502,
      body: { code: 'api_refused', detail: expect.stringContaining(code) as string }
    });

    async function signInWith(beside: SignInChange = {}, simultaneous = 0) {
      if (!api.listening) await once(api.listen(0, '127.0.0.1'), 'listening');
      const apiOrigin = `http://127.0.0.1:${String(Reflect.get(Object(api.address()), 'port'))}`;
      statusOf = () => 200;
      const { world: own, browser } = await signedIn(
        ({ tokenEndpoint }) => ({
          signIn: { organizations: ['org'] },
          config: {
            genesys: { tokenEndpoint, apiOrigin, timeoutMs: TIMEOUT_MS },
            ...(simultaneous > 0 && { proxy: { requestsPerMinute: 10_000, connections: simultaneous + 1 } })
          }
        }),
        beside
      );
      world = own;
      asked.length = 0;
      return browser;
    }
    afterAll(() => {
      api.close();
    });

    it.each([
      ['with a refresh token', {}],
      ['without a refresh token', { sandbox: { signIn: { inactivityTimeoutSeconds: 300 } } }]
    ])('keeps the session and its token if the token is live, %s', async (_what, beside) => {
      const browser = await signInWith(beside);
      statusOf = (url) => (url === QUEUES ? 401 : 200);
      const details = [];
      for (let call = 0; call < 15; call += 1) {
        const answer = await browser.send(QUEUES);
        expect(answer).toMatchObject(refused('bad.credentials'));
        details.push(String(answer.body['detail']));
      }
      // After the limit of verifications the relay does not claim that the token is live.
      expect(details.map((detail) => detail.includes('but not the token'))).toEqual([
        ...Array<boolean>(10).fill(true),
        ...Array<boolean>(5).fill(false)
      ]);
      expect(refreshes()).toBe(0);
      // The callers of an operation that always answers 401 must not use up the requests of the user's token.
      expect(verifications()).toBe(10);
      expect((await browser.send('/api/v2/routing/skills')).status).toBe(200);
      expect((await browser.session()).status).toBe(200);
    });

    it('keeps the session while Genesys Cloud cannot say whether the token is live', async () => {
      const browser = await signInWith();
      statusOf = (url) => (url === QUEUES ? 401 : 503);
      expect(await browser.send(QUEUES)).toMatchObject(refused('bad.credentials'));
      statusOf = () => 200;
      expect((await browser.send(QUEUES)).status).toBe(200);
      expect(refreshes()).toBe(0);
    });

    it.each([12, 200])(
      'tells %i simultaneous calls that the session has ended if both tokens are dead',
      async (count) => {
        const browser = await signInWith({}, count);
        const attacker = world.browser();
        await attacker.signIn(BOB);
        await attacker.session();
        statusOf = (url) => (url === '/api/v2/routing/skills' ? 401 : 200);
        for (let call = 0; call < 12; call += 1) await attacker.send('/api/v2/routing/skills');
        const before = { verifications: verifications(), refreshes: refreshes() };
        statusOf = () => 401;
        holdUntil = count;
        const answers = await Promise.all(Array.from({ length: count }, () => browser.send(QUEUES)));
        expect(new Set(answers.map(({ status, body }) => `${String(status)} ${String(body['code'])}`))).toEqual(
          new Set(['401 session_ended'])
        );
        // One for each of the two tokens, and one for the scopes of the new token.
        expect(verifications() - before.verifications).toBe(3);
        expect(refreshes() - before.refreshes).toBe(1);
        statusOf = () => 200;
        expect((await attacker.send(QUEUES)).status).toBe(200);
      }
    );

    it('ends the session if the new token is refused as well', async () => {
      const browser = await signInWith();
      statusOf = () => 401;
      expect(await browser.send(QUEUES)).toMatchObject({ status: 401, body: { code: 'session_ended' } });
      expect(refreshes()).toBe(1);
      expect(await browser.send(QUEUES)).toMatchObject({ status: 401, body: { code: 'session_ended' } });
    });
  });

  it('is used on while the token endpoint fails, and then the caller waits', async () => {
    const { world: own, browser } = await signedIn();
    world = own;
    world.sandbox.faults.add({ type: 'serverError', route: 'POST /oauth/token' });
    world.clock.advance(56 * MINUTE);
    for (let step = 0; step < 5; step++) expect((await browser.send(QUEUES)).status).toBe(200);
    expect(refreshes()).toBe(1);
    world.clock.advance(5 * MINUTE);
    expect(await browser.send(QUEUES)).toMatchObject({ status: 503, body: { code: 'identity_unavailable' } });
    world.sandbox.faults.clear();
    expect((await browser.send(QUEUES)).status).toBe(200);
  });

  it('is not refreshed twice when the answer was lost', async () => {
    const { world: own, browser } = await signedIn();
    world = own;
    world.clock.advance(30 * MINUTE);
    await browser.send(QUEUES);
    world.clock.advance(31 * MINUTE);
    world.sandbox.faults.add({ type: 'loseAnswer', route: 'POST /oauth/token', times: 1 });
    expect((await browser.send(QUEUES)).status).toBe(503);
    expect(refreshes()).toBe(1);
    // The refresh token was used up; only this session ends.
    expect(await browser.send(QUEUES)).toMatchObject({ status: 401, body: { code: 'session_ended' } });
  });
});

describe('a refresh that Genesys Cloud refuses for good', () => {
  it.each([
    ['invalid_request', 400],
    ['invalid_scope', 400],
    ['access_denied', 403]
  ])('ends the session: %s', async (error, status) => {
    const { world, browser } = await signedIn();
    world.sandbox.faults.add({ type: 'tokenError', error, status, grantType: 'refresh_token' });
    world.clock.advance(59 * MINUTE);
    expect(await browser.send(QUEUES)).toMatchObject({ status: 401, body: { code: 'session_ended' } });
    await world.close();
  });

  it.each([
    ['invalid_client', 401],
    ['slow_down', 400],
    ['invalid_request', 408]
  ])('keeps the session when the user is not to blame: %s %i', async (error, status) => {
    const { world, browser } = await signedIn();
    world.sandbox.faults.add({ type: 'tokenError', error, status, grantType: 'refresh_token' });
    world.clock.advance(59 * MINUTE);
    expect((await browser.send(QUEUES)).status).toBe(200);
    await world.close();
  });
});

describe('the open sockets of a user', () => {
  it('close within a minute after the relay has learned that the user lost the role', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    onTestFinished(() => {
      vi.useRealTimers();
    });
    const groups = ['group-1'];
    const { world, browser } = await signedIn(
      (sandbox) => ({
        signIn: { hubIgnoresDivisions: true, roles: { agent: { groups: ['group-1'] } } },
        config: {
          genesys: withService(sandbox),
          notifications: {},
          scopes: ['notifications', 'presence', 'routing:readonly'],
          roles: { agent: { scopes: ['notifications', 'presence', 'routing:readonly'] } }
        }
      }),
      { sandbox: { users: [{ email: ANN, name: 'Ann', groups }] } }
    );
    const socket = await openSocket(world, browser);
    groups.length = 0;
    world.clock.advance(5 * MINUTE);
    expect(await browser.send(QUEUES)).toMatchObject({ status: 403, body: { code: 'policy_denied' } });
    vi.advanceTimersByTime(MINUTE);
    expect(await socket.closed).toBe(4401);
    await world.close();
  });

  it('close after a reload with which the hub does not serve users any more', async () => {
    const change = (sandbox: Sandbox, hubIgnoresDivisions: boolean): SignInChange => ({
      signIn: { hubIgnoresDivisions },
      config: {
        genesys: withService(sandbox),
        notifications: {},
        scopes: ['notifications', 'presence'],
        roles: { agent: { scopes: ['notifications', 'presence'] } }
      }
    });
    const { world, browser } = await signedIn((sandbox) => change(sandbox, true));
    const socket = await openSocket(world, browser);
    await world.reload(change(world.sandbox, false));
    expect(await socket.closed).toBe(4401);
    await world.close();
  });

  it('are refused to a user whose token has no scope of the role', async () => {
    const { world, browser } = await signedIn((sandbox) => ({
      signIn: { hubIgnoresDivisions: true },
      config: {
        genesys: withService(sandbox),
        notifications: {},
        scopes: ['notifications'],
        roles: { agent: { scopes: ['notifications'] } }
      }
    }));
    expect((await browser.session()).body).toMatchObject({ roles: ['agent'], scopes: [] });
    expect(await browser.send('/notifications/ticket', { method: 'POST' })).toMatchObject({
      status: 403,
      body: { code: 'policy_denied', detail: "The user's token has no scope that a role of the user allows." }
    });
    await world.close();
  });
});

describe('the roles of a user', () => {
  let world: SignInSetup;
  afterEach(() => world.close());
  const reads = () => world.sandbox.requests.filter(({ path }) => path === '/api/v2/users/me').length;

  it.each(['user', 'service'] as const)(
    'are read again at the first call after 5 minutes, with actAs: %s',
    async (actAs) => {
      const { world: own, browser } = await signedIn((sandbox) => ({
        signIn: { actAs },
        config: { genesys: withService(sandbox) }
      }));
      world = own;
      expect(reads()).toBe(1);
      world.clock.advance(4 * MINUTE);
      await browser.send(QUEUES);
      expect(reads()).toBe(1);
      world.clock.advance(MINUTE);
      await Promise.all([browser.send(QUEUES), browser.send(QUEUES), browser.session()]);
      expect(reads()).toBe(2);
    }
  );

  it.each([
    ['an outage', { type: 'serverError', route: 'GET /api/v2/users/me' }],
    ['a limit', { type: 'rateLimit', retryAfterSeconds: 1, route: 'GET /api/v2/users/me' }]
  ] as const)('stay for 15 minutes after the last reading in %s, and then the caller waits', async (_what, fault) => {
    const { world: own, browser } = await signedIn();
    world = own;
    world.sandbox.faults.add(fault);
    world.clock.advance(5 * MINUTE);
    expect((await browser.send(QUEUES)).status).toBe(200);
    world.clock.advance(9 * MINUTE);
    expect((await browser.send(QUEUES)).status).toBe(200);
    world.clock.advance(MINUTE);
    expect(await browser.send(QUEUES)).toMatchObject({ status: 503, body: { code: 'identity_unavailable' } });
    world.sandbox.faults.clear();
    world.clock.advance(MINUTE);
    expect((await browser.send(QUEUES)).status).toBe(200);
  });
});

describe('a token that was refreshed', () => {
  const refreshedWith = async (readToken: Genesys['readToken']) => {
    const clock = testClock();
    const store = createMemorySessions(clock).store(60 * MINUTE);
    const genesys: Genesys = {
      readUser: vi.fn(),
      readToken,
      tokenState: vi.fn(),
      exchange: vi.fn(),
      refresh: vi.fn(() => Promise.resolve({ accessToken: 'new', refreshToken: undefined, lifetimeSeconds: 3600 })),
      revoke: vi.fn(() => Promise.resolve()),
      close: vi.fn()
    };
    const live = createLiveSessions(() => undefined);
    const sessionEndedProblem = () => new RelayProblem('session_ended', 'ended', { hint: '' });
    const isAllowed = () => true;
    const parts = {
      store,
      genesys,
      live,
      pending: createPending(),
      absoluteMs: 720 * MINUTE,
      sessionEndedProblem,
      tokenVerifier: { isDead: () => false, verify: () => Promise.resolve<TokenState>('live') },
      isAllowed
    };
    const sessions = createSessions(parts, runtimeOf({ clock }));
    const id = await sessions.start({ ...sessionAt(clock), scopes: ['presence', 'routing'], refreshToken: 'refresh' });
    const seen = await sessions.find(id);
    const session = await sessions.replaceToken(seen?.name ?? '', 'CANARY-access-token');
    return { session, kept: (await sessions.find(id))?.session };
  };

  it('has the scopes that Genesys Cloud says it has', async () => {
    const organization = { id: 'org', name: 'Org' };
    const facts = { clientId: 'client', organization, homeOrganizationId: 'org', scopes: ['presence'] };
    const { session, kept } = await refreshedWith(() => Promise.resolve(facts));
    expect(session).toMatchObject({ accessToken: 'new', scopes: ['presence'] });
    expect(kept).toBe(session);
  });

  it('has the scopes of the old token while Genesys Cloud does not answer', async () => {
    const { session } = await refreshedWith(() => Promise.reject(new GenesysFailure('unavailable', 503)));
    expect(session).toMatchObject({ accessToken: 'new', scopes: ['presence', 'routing'] });
  });
});

describe('a user whom Genesys Cloud no longer shows', () => {
  const readWith = async (status: number, apiCode?: string) => {
    const clock = testClock();
    const live = createLiveSessions(() => undefined);
    const store = createMemorySessions(clock).store(60 * MINUTE);
    let failure: GenesysFailure | undefined = new GenesysFailure('refused', status, apiCode);
    const genesys = {
      readUser: async () => {
        await Promise.resolve();
        if (failure !== undefined) throw failure;
        return { id: 'ann', name: 'Ann', email: ANN, roleIds: [], groupIds: [], divisionId: undefined };
      },
      readToken: vi.fn(),
      tokenState: vi.fn(),
      exchange: vi.fn(),
      refresh: vi.fn(),
      revoke: vi.fn(async () => Promise.resolve()),
      close: vi.fn()
    };
    const sessionEndedProblem = () => new RelayProblem('session_ended', 'ended', { hint: '' });
    const isAllowed = () => true;
    const parts = {
      store,
      genesys,
      live,
      pending: createPending(),
      absoluteMs: 720 * MINUTE,
      sessionEndedProblem,
      tokenVerifier: { isDead: () => false, verify: () => Promise.resolve<TokenState>('live') },
      isAllowed
    };
    const sessions = createSessions(parts, runtimeOf({ clock }));
    const id = await sessions.start(sessionAt(clock));
    clock.advance(5 * MINUTE);
    return {
      heal: () => {
        failure = undefined;
      },
      use: async () => {
        const seen = await sessions.find(id);
        if (seen === undefined) throw sessionEndedProblem();
        return sessions.use(seen);
      },
      genesys
    };
  };

  it.each([403, 404])('has no session any more: %i', async (status) => {
    const { use, genesys } = await readWith(status);
    await expect(use()).rejects.toMatchObject({ code: 'session_ended' });
    expect(genesys.revoke).toHaveBeenCalledWith('CANARY-access-token');
  });

  it.each([
    ['the address of the relay', 401, 'ip.not.authorized'],
    ['the address of the relay, as forbidden', 403, 'ip.not.authorized'],
    ['the request', 400, undefined]
  ])('keeps the session, but not the old roles, when Genesys Cloud refuses %s', async (_what, status, apiCode) => {
    const { use, heal } = await readWith(status, apiCode);
    await expect(use()).rejects.toMatchObject({ code: 'identity_unavailable' });
    await expect(use()).rejects.toMatchObject({ code: 'identity_unavailable' });
    heal();
    await expect(use()).resolves.toMatchObject({ session: { user: { id: 'ann' } } });
  });
});

describe('two users', () => {
  let world: SignInSetup;
  afterEach(() => world.close());

  it('share no answer, no budget and no pause', async () => {
    world = await setUpSignIn({ config: { proxy: { coalesce: true, requestsPerMinute: 20, queueWaitMs: 0 } } });
    const [ann, bob] = [world.browser(), world.browser()];
    await ann.signIn(ANN);
    await bob.signIn(BOB);
    await Promise.all([ann.session(), bob.session()]);
    expect(ann.tag).not.toBe(bob.tag);
    const answers = await Promise.all([ann, bob, ann, bob].map((browser) => browser.send('/api/v2/users/me')));
    expect(answers.map(({ body }) => body['email'])).toEqual([ANN, BOB, ANN, BOB]);

    // The budget of one is spent.
    let last = 200;
    for (let step = 0; step < 30 && last === 200; step++) last = (await ann.send(QUEUES)).status;
    expect(last).toBe(429);
    expect((await bob.send(QUEUES)).status).toBe(200);

    // The API pauses one.
    world.clock.advance(2 * MINUTE);
    world.sandbox.faults.add({ type: 'rateLimit', retryAfterSeconds: 30, route: `GET ${QUEUES}`, times: 1 });
    expect((await bob.send(QUEUES)).status).toBe(429);
    expect((await bob.send(QUEUES)).body).toMatchObject({ code: 'api_budget_spent' });
    expect((await ann.send(QUEUES)).status).toBe(200);
  });
});

// Hundreds of sign-ins need more than the usual time limit of a test when the machine is busy.
describe('many users', () => {
  it('600 sign in from one address within 3 minutes', async () => {
    const world = await setUpSignIn({}, { sandbox: { rateLimit: { requestsPerMinute: false } } });
    let good = 0;
    for (let step = 0; step < 600; step++) {
      const { headers } = await world.browser().signIn();
      if (String(headers['location']).endsWith('genesys_sign_in=ok')) good += 1;
      world.clock.advance(300);
    }
    expect(good).toBe(600);
    await world.close();
  });

  it('200 come back to one address at the same moment', async () => {
    const world = await setUpSignIn({}, { sandbox: { rateLimit: { requestsPerMinute: false } } });
    const callbacks = [];
    for (let step = 0; step < 200; step++) {
      const browser = world.browser();
      const callback = await browser.authorize(ANN);
      callbacks.push(() => browser.navigate(callback));
    }
    const answers = await Promise.all(callbacks.map((comeBack) => comeBack()));
    expect(answers.filter(({ headers }) => String(headers['location']).endsWith('genesys_sign_in=ok'))).toHaveLength(
      200
    );
    await world.close();
  });
});

describe('a relay whose clock is off', () => {
  it.each([
    ['fast', '2026-05-01T08:10:00Z'],
    ['slow', '2026-05-01T07:50:00Z']
  ])('by 10 minutes (%s) signs users in, and refreshes their tokens before they end', async (_what, start) => {
    const clock = testClock(Date.parse(start));
    const { world, browser } = await signedIn({ runtime: { clock } });
    const calls = async (minutes: number) => {
      for (const one of [clock, world.clock]) one.advance(minutes * MINUTE);
      return (await browser.send('/api/v2/users/me')).status;
    };
    expect(await calls(0)).toBe(200);
    expect(world.sandbox.tokenRequestCount()).toBe(1);
    expect(await calls(56)).toBe(200);
    expect(world.sandbox.tokenRequestCount()).toBe(2);
    expect(await calls(10)).toBe(200);
    expect(world.sandbox.tokenRequestCount()).toBe(2);
    await world.close();
  });
});

describe('a relay without a store that was restarted', () => {
  it('signs the user in again by one redirect without a prompt, back on the same page', async () => {
    const clock = testClock();
    const sandbox = await startSandbox(clock);
    const start = async (port: number) => {
      const config = signInConfig(sandbox, { config: { listen: { host: '127.0.0.1', port } } });
      return startRelay(parseRelayConfig(config, { SIGN_IN_SECRET: 'CANARY-sign-in-secret' }), { clock });
    };
    const old = await start(0);
    const browser = createBrowser(old.url);
    await browser.navigate(await browser.authorize(ANN));
    await browser.session();
    const { tag } = browser;
    const begun = await browser.navigate('/sign-in');
    await old.close();
    const fresh = await start(Number(new URL(old.url).port));

    expect(await browser.send(QUEUES)).toMatchObject({ status: 401, body: { code: 'session_ended' } });
    // A sign-in that the old relay began does not end here.
    const { searchParams } = new URL(String(begun.headers['location']));
    const late = await browser.navigate(`/sign-in/callback?code=code&state=${searchParams.get('state') ?? ''}`);
    expect(late.text).toContain('sign_in_failed.state_unknown');

    const prompts = () =>
      sandbox.requests.filter(({ method, path }) => method === 'POST' && path === '/oauth/authorize');
    const before = prompts().length;
    const callback = await browser.authorize(ANN, `/sign-in?return_to=${encodeURIComponent('/desk?view=1#top')}`);
    expect(prompts()).toHaveLength(before);
    const back = await browser.navigate(callback);
    expect(back.headers['location']).toBe('https://app.example.test/desk?view=1&genesys_sign_in=ok#top');
    await browser.session();
    // A page that was open all the time shows the same user.
    expect(browser.tag).toBe(tag);
    expect((await browser.send('/api/v2/users/me')).body).toMatchObject({ email: ANN });
    await fresh.close();
    await sandbox.close();
  });
});

describe('the metrics of sign-in', () => {
  it('count results, ends and requests', async () => {
    const metrics = createRelayMetrics();
    const { world, browser } = await signedIn({ runtime: { observer: metrics.observer } });
    await browser.send('/sign-out', { method: 'POST' });
    const text = await metrics.text();
    expect(text).toContain('genesys_auth_relay_sign_ins_total{outcome="ok"} 1');
    expect(text).toContain('genesys_auth_relay_sessions_ended_total{why="signed_out"} 1');
    expect(text).toContain('genesys_auth_relay_user_token_request_duration_seconds_count{grant="code",outcome="ok"} 1');
    await world.close();
  });
});

describe('a page of another origin that is listed', () => {
  it('may send the header with the session', async () => {
    const world = await setUpSignIn();
    const sent: Ask = {
      method: 'OPTIONS',
      headers: { origin: 'https://other.example.test', 'access-control-request-method': 'GET' }
    };
    expect((await ask(`${world.relay.url}/session`, sent)).status).toBe(403);
    await world.close();
  });
});
