import type { Sandbox } from 'genesys-sandbox';
import {
  ANN,
  APP_URL,
  RELAY_URL,
  type SignInChange,
  type SignInSetup,
  setUpSignIn,
  withService
} from '../../test/sign-in-setup.ts';

describe('signing in', () => {
  let world: SignInSetup;
  afterEach(() => world.close());

  it('B2 B3 B4 B5 B6 3.3.1 3.3.2 3.3.3 3.3.4 leads to Genesys Cloud, starts a session, and returns to the page', async () => {
    world = await setUpSignIn();
    const browser = world.browser();
    const away = await browser.navigate('/sign-in?return_to=%2Fdeep%3Fa%3D1%23top');
    expect(away.status).toBe(303);
    const to = new URL(String(away.headers['location']));
    expect(to.origin + to.pathname).toBe(world.sandbox.authorizeEndpoint);
    expect(Object.fromEntries(to.searchParams)).toEqual({
      response_type: 'code',
      client_id: 'sign-in-client',
      redirect_uri: `${RELAY_URL}/sign-in/callback`,
      state: expect.stringMatching(/^[\w-]{43}$/),
      code_challenge: expect.stringMatching(/^[\w-]{43}$/),
      code_challenge_method: 'S256'
    });
    expect(away.headers['set-cookie']).toEqual([
      expect.stringMatching(
        /^__Host-genesys-sign-in-[0-9a-f]{8}-[0-9a-f]{16}=[\w-]+; Path=\/; Max-Age=600; HttpOnly; Secure; SameSite=Lax$/
      )
    ]);

    const back = await browser.signIn(ANN, '/deep?a=1#top');
    expect(back.status).toBe(303);
    expect(back.headers['location']).toBe('https://app.example.test/deep?a=1&genesys_sign_in=ok#top');
    expect(back.headers['cache-control']).toBe('no-store');
    expect(back.headers['set-cookie']).toEqual([
      expect.stringMatching(/^__Host-genesys-sign-in-\S+=; Path=\/; Max-Age=0; HttpOnly; Secure; SameSite=Lax$/),
      expect.stringMatching(
        /^__Host-genesys-session-[0-9a-f]{8}=[\w-]{43}; Path=\/; HttpOnly; Secure; SameSite=Strict$/
      )
    ]);

    const session = await browser.session();
    expect(session.status).toBe(200);
    expect(session.body).toMatchObject({
      identity: 'session',
      roles: ['agent'],
      scopes: ['conversations:readonly', 'presence', 'routing:readonly', 'user-basic-info'],
      mode: 'proxy',
      user: { name: 'Agent 1', email: ANN, organization: { name: 'Sandbox Insurance' } },
      session: expect.stringMatching(/^[\w-]{43}$/),
      expiresAt: '2026-05-01T20:00:00.000Z',
      signInUrl: `${RELAY_URL}/sign-in`
    });
  });

  it('is there after a reload that adds it, and gone after one that removes it', async () => {
    const without = (sandbox: Sandbox): SignInChange => ({
      config: {
        signIn: undefined,
        genesys: withService(sandbox),
        identities: [{ type: 'loopback', roles: ['agent'] }]
      }
    });
    world = await setUpSignIn(without);
    const browser = world.browser();
    const hint = async () => String((await browser.navigate('/nope')).body['hint']);
    expect(await browser.navigate('/sign-in')).toMatchObject({ status: 404, body: { code: 'not_found' } });
    expect(await hint()).not.toContain('sign-');

    await world.reload({});
    expect((await browser.signIn()).status).toBe(303);
    expect((await browser.session()).body).toMatchObject({ user: { email: ANN } });
    expect(await hint()).toContain('GET /sign-in and GET /sign-in/callback and POST /sign-out');

    await world.reload(without(world.sandbox));
    for (const path of ['/sign-in', '/sign-in/callback']) {
      expect(await browser.navigate(path)).toMatchObject({ status: 404, body: { code: 'not_found' } });
    }
    expect(await browser.send('/sign-out', { method: 'POST' })).toMatchObject({ status: 404 });
    expect(await hint()).not.toContain('sign-');
  });

  it('returns to the app when no page is named, and passes the hints on', async () => {
    world = await setUpSignIn();
    const browser = world.browser();
    const { headers } = await browser.navigate(
      '/sign-in?login_hint=ann%40example.test&prompt=login&org=Acme&provider=okta'
    );
    const to = new URL(String(headers['location']));
    expect(Object.fromEntries(to.searchParams)).toMatchObject({
      login_hint: 'ann@example.test',
      prompt: 'login',
      org: 'Acme',
      provider: 'okta'
    });
    const callback = await browser.authorize(ANN);
    expect((await browser.navigate(callback)).headers['location']).toBe(`${APP_URL}?genesys_sign_in=ok`);
  });

  it.each([
    ['an unknown parameter', '?target=1'],
    ['a parameter twice', '?return_to=%2Fa&return_to=%2Fb'],
    ['an organization without a provider', '?org=Acme'],
    ['a provider without an organization', '?provider=okta'],
    ['another prompt', '?prompt=none'],
    ['an empty hint', '?login_hint='],
    ['a hint with a line break', '?login_hint=a%0Ab'],
    ['a long hint', `?login_hint=${'a'.repeat(257)}`],
    ['a foreign page', '?return_to=https%3A%2F%2Fevil.example%2F']
  ])('answers %s with a page', async (_what, query) => {
    world = await setUpSignIn();
    const answer = await world.browser().navigate(`/sign-in${query}`);
    expect(answer.status).toBe(400);
    expect(answer.headers['content-type']).toBe('text/html; charset=utf-8');
    expect(answer.headers['set-cookie']).toBeUndefined();
    expect(answer.text).toContain('sign_in_failed.parameters');
    expect(answer.text).toContain(`<a href="${APP_URL}">`);
    expect(answer.text).not.toContain('evil');
  });

  it('takes a public client, which has no secret and gets no refresh token', async () => {
    world = await setUpSignIn(
      { signIn: { client: { id: 'public' } } },
      {
        sandbox: {
          clients: [
            {
              id: 'public',
              grantType: 'CODE',
              redirectUris: [`${RELAY_URL}/sign-in/callback`],
              accessTokenValiditySeconds: 3600
            }
          ]
        }
      }
    );
    const browser = world.browser();
    await browser.signIn();
    // The end of the token, as nothing can renew it.
    expect((await browser.session()).body).toMatchObject({ expiresAt: '2026-05-01T08:59:59.000Z' });
  });

  it('sends no verifier for a client with a secret where PKCE is off', async () => {
    const client = { id: 'sign-in-client', secret: { env: 'SIGN_IN_SECRET' }, pkce: false };
    world = await setUpSignIn({ signIn: { client } }, { sandbox: { signIn: { pkceWithSecret: false } } });
    const browser = world.browser();
    expect((await browser.signIn()).headers['location']).toContain('genesys_sign_in=ok');
  });

  it('is a navigation of the whole window', async () => {
    world = await setUpSignIn();
    const browser = world.browser();
    for (const path of ['/sign-in', '/sign-in/callback?code=a&state=b'])
      for (const [mode, dest] of [
        ['navigate', 'iframe'],
        ['no-cors', 'image'],
        ['cors', 'empty']
      ] as const)
        expect(await browser.navigate(path, { 'sec-fetch-mode': mode, 'sec-fetch-dest': dest })).toMatchObject({
          status: 400,
          body: { code: 'invalid_request' }
        });
    expect(await browser.send('/sign-in', { method: 'POST' })).toMatchObject({
      status: 405,
      headers: { allow: 'GET, OPTIONS' }
    });
    expect(await browser.send('/sign-in/callback', { method: 'HEAD' })).toMatchObject({ status: 405 });
  });

  it('may be a navigation that a service worker forwards', async () => {
    world = await setUpSignIn();
    const browser = world.browser();
    const callback = '/sign-in/callback?code=a&state=b';
    const { status } = await browser.navigate(callback);
    // Angular's service worker calls `fetch(event.request)` for each navigation. Chromium sends these headers then.
    const forwarded = { 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'empty' };
    expect((await browser.navigate('/sign-in', forwarded)).status).toBe(303);
    const answer = await browser.navigate(callback, forwarded);
    expect([answer.status, answer.text]).toEqual([status, expect.stringContaining('Back to the app')]);
  });

  it('is not there at a relay without signIn', async () => {
    world = await setUpSignIn((sandbox) => ({
      signIn: {},
      config: {
        signIn: undefined,
        genesys: {
          tokenEndpoint: sandbox.tokenEndpoint,
          apiOrigin: sandbox.apiOrigin,
          client: { id: 'a', secret: { env: 'SERVICE_SECRET' } }
        },
        identities: [{ type: 'loopback', roles: ['agent'] }]
      }
    }));
    for (const path of ['/sign-in', '/sign-out']) expect((await world.browser().navigate(path)).status).toBe(404);
  });
});

describe('sign-in that fails', () => {
  let world: SignInSetup;
  afterEach(() => world.close());
  const result = (location: unknown) => new URL(String(location)).searchParams.get('genesys_sign_in');

  it.each([
    ['access_denied', 'sign_in_cancelled'],
    ['server_error', 'sign_in_failed.unavailable'],
    ['temporarily_unavailable', 'sign_in_failed.unavailable'],
    ['unauthorized_client', 'sign_in_failed.client_refused'],
    ['invalid_pkce_package', 'sign_in_failed.refused'],
    ['anything<script>', 'sign_in_failed.refused']
  ])('returns with its code: %s of the authorization endpoint', async (error, expected) => {
    world = await setUpSignIn();
    world.sandbox.faults.add({ type: 'authorizeError', error });
    const browser = world.browser();
    const back = await browser.signIn(ANN, '/deep');
    expect(back.status).toBe(303);
    expect(result(back.headers['location'])).toBe(expected);
    expect(browser.cookies.size).toBe(0);
  });

  it.each([
    ['invalid_grant', undefined, 'sign_in_failed.code_refused'],
    ['invalid_client', 401, 'sign_in_failed.client_refused'],
    ['unauthorized_client', undefined, 'sign_in_failed.client_refused'],
    ['invalid_request', undefined, 'sign_in_failed.refused'],
    ['server_error', 500, 'sign_in_failed.unavailable']
  ])('returns with its code: %s of the token endpoint', async (error, status, expected) => {
    world = await setUpSignIn();
    world.sandbox.faults.add({ type: 'tokenError', error, ...(status !== undefined && { status }) });
    expect(result((await world.browser().signIn()).headers['location'])).toBe(expected);
  });

  it.each([
    ['the token endpoint fails', { type: 'serverError', route: 'POST /oauth/token' }, 'sign_in_failed.unavailable'],
    [
      'the token endpoint hangs up',
      { type: 'dropConnection', route: 'POST /oauth/token' },
      'sign_in_failed.unavailable'
    ],
    [
      'the token endpoint limits the rate',
      { type: 'rateLimit', retryAfterSeconds: 0, route: 'POST /oauth/token' },
      'sign_in_failed.rate_limited'
    ],
    ['tokens/me fails', { type: 'serverError', route: 'GET /api/v2/tokens/me' }, 'sign_in_failed.unavailable'],
    ['users/me fails', { type: 'serverError', route: 'GET /api/v2/users/me' }, 'sign_in_failed.unavailable'],
    [
      'users/me limits the rate',
      { type: 'rateLimit', retryAfterSeconds: 3, route: 'GET /api/v2/users/me' },
      'sign_in_failed.rate_limited'
    ]
  ] as const)('returns with its code when %s', async (_what, fault, expected) => {
    world = await setUpSignIn();
    world.sandbox.faults.add(fault);
    const browser = world.browser();
    const back = await browser.signIn();
    expect(result(back.headers['location'])).toBe(expected);
    expect(browser.cookies.size).toBe(0);
    // Sign-in can be begun again at once.
    world.sandbox.faults.clear();
    expect(result((await browser.signIn()).headers['location'])).toBe('ok');
  });

  it('returns with its code when the authorization code has expired', async () => {
    world = await setUpSignIn({}, { sandbox: { signIn: { codeSeconds: 60 } } });
    const browser = world.browser();
    const callback = await browser.authorize(ANN);
    world.clock.advance(61_000);
    const back = await browser.navigate(callback);
    expect(result(back.headers['location'])).toBe('sign_in_failed.code_refused');
    expect(world.sandbox.tokenRequestCount()).toBe(1);
  });

  it('returns with its code when the authorization code was used before', async () => {
    world = await setUpSignIn();
    const first = world.browser();
    const used = new URLSearchParams((await first.authorize(ANN)).split('?')[1]);
    await first.navigate(`/sign-in/callback?${used.toString()}`);
    const browser = world.browser();
    const own = new URLSearchParams((await browser.authorize(ANN)).split('?')[1]);
    own.set('code', used.get('code') ?? '');
    const back = await browser.navigate(`/sign-in/callback?${own.toString()}`);
    expect(result(back.headers['location'])).toBe('sign_in_failed.code_refused');
    expect(browser.cookies.size).toBe(0);
  });

  it('sends a code once, also when the connection breaks after it', async () => {
    world = await setUpSignIn();
    world.sandbox.faults.add({ type: 'loseAnswer', route: 'POST /oauth/token' });
    expect(result((await world.browser().signIn()).headers['location'])).toBe('sign_in_failed.unavailable');
    expect(world.sandbox.tokenRequestCount()).toBe(1);
  });

  it('refuses a user without a mapped role, and ends the token', async () => {
    world = await setUpSignIn({ signIn: { roles: { agent: { groups: ['another-group'] } } } });
    const browser = world.browser();
    expect(result((await browser.signIn()).headers['location'])).toBe('policy_denied');
    expect(browser.cookies.size).toBe(0);
    await vi.waitFor(() => {
      expect(world.sandbox.liveTokenCount()).toBe(0);
    });
  });

  it('notes each result in the log, without names', async () => {
    world = await setUpSignIn();
    await world.browser().signIn();
    world.sandbox.faults.add({ type: 'authorizeError', error: 'access_denied' });
    await world.browser().signIn();
    const outcomes = world.lines.filter((line) => Reflect.get(line, 'event') === 'sign_in');
    expect(outcomes).toEqual([
      { event: 'sign_in', outcome: 'ok' },
      { event: 'sign_in', outcome: 'sign_in_cancelled' }
    ]);
  });
});
