import { closeAll, send, start } from '../../test/harness.ts';
import {
  AGENT,
  Browser,
  REDIRECT_URI,
  SUPERVISOR,
  authorizeUrl,
  codeOf,
  pkceUrl,
  refresh,
  tokensOf,
  userApi
} from '../../test/sign-in.ts';
import { type SandboxClient, SANDBOX_CLIENT, SANDBOX_PUBLIC_CLIENT, SANDBOX_SIGN_IN_CLIENT } from '../index.ts';

afterEach(closeAll);

const credentials = { email: AGENT, password: 'any' };

describe('the login page', () => {
  it('is shown for a request that is in order, cannot be framed and runs no script', async () => {
    const { sandbox } = await start();
    const { status, headers, text } = await new Browser().open(pkceUrl(sandbox).url);
    expect(status).toBe(200);
    expect(headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(headers.get('content-security-policy')).toMatch(
      /^default-src 'none'; style-src 'sha256-[\w+/]{43}='; base-uri 'none'; frame-ancestors 'none'$/
    );
    expect(headers.get('x-frame-options')).toBe('DENY');
    expect(headers.get('referrer-policy')).toBe('same-origin');
    expect(headers.get('cache-control')).toContain('no-store');
    expect(text).toContain('<h1>Sign in</h1>');
    expect(text).not.toMatch(/<script|\son\w+=|javascript:|https?:/i);
  });

  it.each([
    ['an unknown user', { email: 'nobody@sandbox.example', password: 'x' }, 'knows no user'],
    ['no password', { email: AGENT, password: '' }, 'Enter a password'],
    ['nothing', {}, 'Enter a password']
  ])('comes again for %s, and sends nobody away', async (_what, form, message) => {
    const { sandbox } = await start();
    const { status, text, location, headers } = await new Browser().submit(pkceUrl(sandbox).url, form);
    expect([status, location, headers.get('set-cookie')]).toEqual([401, undefined, null]);
    expect(text).toMatch(new RegExp(`role="alert"[^<]*${message}`));
    expect(text).toContain('<title>Error: Sign in');
  });

  it('takes any password, and an email in any case', async () => {
    const { sandbox } = await start();
    const form = { email: ' AGENT.1@sandbox.example ', password: '🙂' };
    const { status, callback } = await new Browser().submit(pkceUrl(sandbox).url, form);
    expect([status, Object.keys(callback)]).toEqual([303, ['code']]);
  });

  it('sends a user who cancels back with access_denied and the state', async () => {
    const { sandbox } = await start();
    const { url } = pkceUrl(sandbox, { state: 's 1' });
    const { callback } = await new Browser().submit(url, { action: 'cancel' });
    expect(callback).toMatchObject({ error: 'access_denied', state: 's 1' });
    expect(Object.keys(callback)).toEqual(['error', 'error_description', 'state']);
  });

  it('refuses a form that another site sends', async () => {
    const { sandbox } = await start();
    const { url } = pkceUrl(sandbox);
    for (const site of ['cross-site', 'same-site', 'none'])
      expect((await new Browser().submit(url, credentials, { 'sec-fetch-site': site })).status).toBe(403);
    expect((await new Browser().submit(url, credentials, { 'sec-fetch-site': 'same-origin' })).status).toBe(303);
  });

  it('escapes every parameter that it shows', async () => {
    const evil = `"><script>alert(1)</script>'&<img src=x onerror=alert(1)>`;
    const client: SandboxClient = { ...SANDBOX_PUBLIC_CLIENT, name: evil };
    const organization = { id: 'o', name: evil };
    const { sandbox } = await start({ clients: [client], organization });
    const parameters = { login_hint: `${evil}@x:${evil}`, org: evil, provider: evil, state: evil, target: evil };
    const { url } = pkceUrl(sandbox, parameters);
    const pages = [
      await new Browser().open(url),
      await new Browser().open(pkceUrl(sandbox, { login_hint: evil }).url),
      await new Browser().submit(url, { email: evil, password: 'x' }),
      await new Browser().open(authorizeUrl(sandbox, { client_id: evil })),
      await new Browser().open(authorizeUrl(sandbox, { redirect_uri: evil }))
    ];
    for (const { text } of pages) {
      expect(text).toContain('<main>');
      expect(text).not.toMatch(/<script|<img|"\s*>\s*<\/?script/i);
      expect(text.match(/<input/g)?.length ?? 0).toBeLessThanOrEqual(2);
    }
    expect(pages[2]?.text).toContain('value="&quot;&gt;&lt;script&gt;');
  });

  it.each(['PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS'])('answers %s with 405 and gives no code', async (method) => {
    const { sandbox } = await start();
    const browser = new Browser();
    await browser.submit(pkceUrl(sandbox).url, credentials);
    const { status, headers, location } = await browser.open(pkceUrl(sandbox).url, { method });
    expect([status, headers.get('allow'), location]).toEqual([405, 'GET, POST', undefined]);
  });

  it.each([
    ['too long', 'application/x-www-form-urlencoded', `email=${'a'.repeat(9000)}`, 413],
    ['of another type', 'application/json', '{"email":"a"}', 415],
    ['of broken escapes', 'application/x-www-form-urlencoded', 'email=%zz%&&==&password=%', 401],
    ['empty', 'application/x-www-form-urlencoded', '', 401]
  ])('survives a form that is %s', async (_what, type, body, status) => {
    const { sandbox } = await start();
    const headers = { 'content-type': type };
    const answer = await new Browser().open(pkceUrl(sandbox).url, { method: 'POST', headers, body });
    expect([answer.status, answer.headers.get('content-type')]).toEqual([status, 'text/html; charset=utf-8']);
  });

  it('is at both hosts, with and without the path that the official SDKs may put before', async () => {
    const { sandbox } = await start();
    const { search } = new URL(pkceUrl(sandbox).url);
    for (const origin of [sandbox.loginOrigin, sandbox.apiOrigin])
      for (const prefix of ['', '/login']) {
        const { callback } = await new Browser().submit(`${origin}${prefix}/oauth/authorize${search}`, credentials);
        expect(callback['code']).toMatch(/^[\w-]{43}$/);
      }
  });
});

describe('a request of an unknown client or redirect URI', () => {
  const clients: SandboxClient[] = [
    {
      ...SANDBOX_PUBLIC_CLIENT,
      redirectUris: [
        'https://app.example/callback',
        'https://app.example/q?a=b%20c',
        'http://localhost',
        'http://localhost:99/fixed',
        'http://localhost/callback'
      ]
    },
    { ...SANDBOX_SIGN_IN_CLIENT, state: 'disabled', redirectUris: ['https://app.example/callback'] }
  ];

  it.each([
    ['an unknown client', { client_id: 'nobody' }],
    ['no client', { client_id: undefined }],
    ['a disabled client', { client_id: SANDBOX_SIGN_IN_CLIENT.id, redirect_uri: 'https://app.example/callback' }],
    ['no redirect URI', { redirect_uri: undefined }],
    ['an empty redirect URI', { redirect_uri: '' }],
    ['the beginning of one', { redirect_uri: 'https://app.example/' }],
    ['one and more', { redirect_uri: 'https://app.example/callback/x' }],
    ['one with a query', { redirect_uri: 'https://app.example/callback?x=1' }],
    ['one with a fragment', { redirect_uri: 'https://app.example/callback#x' }],
    ['another port', { redirect_uri: 'https://app.example:8443/callback' }],
    ['another scheme', { redirect_uri: 'http://app.example/callback' }],
    ['another case', { redirect_uri: 'https://app.example/Callback' }],
    ['another host', { redirect_uri: 'https://app.example.evil.example/callback' }],
    ['user information', { redirect_uri: 'https://app.example@evil.example/callback' }],
    ['a path that leads back', { redirect_uri: 'https://app.example/x/../callback' }],
    ['another spelling of the query', { redirect_uri: 'https://app.example/q?a=b+c' }],
    ['a space before', { redirect_uri: ' https://app.example/callback' }],
    ['a line break behind', { redirect_uri: 'https://app.example/callback\r\nX: y' }],
    ['localhost with a path', { redirect_uri: 'http://localhost:4200/other' }],
    ['localhost with a fragment', { redirect_uri: 'http://localhost:4200/#x' }],
    ['localhost as user', { redirect_uri: 'http://localhost:4200@evil.example/' }],
    ['localhost as a subdomain', { redirect_uri: 'http://localhost.evil.example/' }],
    ['localhost as the beginning of a name', { redirect_uri: 'http://localhostcallback' }],
    ['localhost with TLS', { redirect_uri: 'https://localhost:4200/' }],
    ['the loopback address', { redirect_uri: 'http://127.0.0.1:4200/' }],
    ['localhost with another port than the registered one', { redirect_uri: 'http://localhost:98/fixed' }],
    ['a script', { redirect_uri: 'javascript:alert(1)' }],
    ['8,000 characters', { redirect_uri: `https://app.example/callback?${'x'.repeat(8000)}` }]
  ])(
    '(%s) ends on an error page and never redirects, not even with a fault or a second mistake',
    async (_what, wrong) => {
      const { sandbox } = await start({ clients });
      sandbox.faults.add({ type: 'authorizeError', error: 'server_error' });
      for (const more of [{}, { response_type: 'magic' }, { prompt: 'none' }]) {
        const url = authorizeUrl(sandbox, { redirect_uri: 'https://app.example/callback', ...wrong, ...more });
        for (const answer of [await new Browser().open(url), await new Browser().submit(url, { action: 'cancel' })]) {
          expect([answer.status, answer.location]).toEqual([400, undefined]);
          expect(answer.text).toContain('OAuth client ID or redirect URI is invalid');
          expect(answer.headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
        }
      }
    }
  );

  it.each(['client_id', 'redirect_uri'])('includes a %s that is sent twice', async (name) => {
    const { sandbox } = await start();
    const { url } = pkceUrl(sandbox);
    const value = new URL(url).searchParams.get(name) ?? '';
    const answer = await new Browser().open(`${url}&${name}=${encodeURIComponent(value)}`);
    expect([answer.status, answer.location]).toEqual([400, undefined]);
  });

  it.each([
    ['https://app.example/callback', 'https://app.example/callback?code='],
    ['https://app.example/q?a=b%20c', 'https://app.example/q?a=b%20c&code='],
    ['http://localhost', 'http://localhost?code='],
    ['http://localhost:1234', 'http://localhost:1234?code='],
    ['http://localhost:65535/', 'http://localhost:65535/?code='],
    ['http://localhost:99/fixed', 'http://localhost:99/fixed?code=']
  ])('is not one with %s', async (uri, start_) => {
    const { sandbox } = await start({ clients });
    const { location } = await new Browser().submit(pkceUrl(sandbox, { redirect_uri: uri }).url, credentials);
    expect(location?.startsWith(start_)).toBe(true);
  });
});

describe('a mistake that the client hears about', () => {
  const challenge = 'a'.repeat(43);
  const clients = [
    SANDBOX_PUBLIC_CLIENT,
    SANDBOX_SIGN_IN_CLIENT,
    { ...SANDBOX_SIGN_IN_CLIENT, id: 'strict', pkceRequired: true },
    { ...SANDBOX_CLIENT, redirectUris: [REDIRECT_URI] }
  ];
  it.each([
    ['invalid_request', { response_type: undefined }],
    ['unsupported_response_type', { response_type: 'token' }],
    ['unsupported_response_type', { response_type: 'code token' }],
    ['unauthorized_client', { client_id: SANDBOX_CLIENT.id }],
    ['invalid_request', { prompt: 'none' }],
    ['invalid_pkce_package', {}],
    ['invalid_pkce_package', { client_id: 'strict' }],
    ['invalid_pkce_package', { code_challenge: challenge, code_challenge_method: 'plain' }],
    ['invalid_pkce_package', { code_challenge: challenge }],
    ['invalid_pkce_package', { code_challenge_method: 'S256' }],
    ['invalid_pkce_package', { code_challenge: 'short', code_challenge_method: 'S256' }],
    ['invalid_pkce_package', { code_challenge: `${challenge}=`, code_challenge_method: 'S256' }]
  ])('is %s for %j, with the state', async (error, parameters) => {
    const { sandbox } = await start({ clients });
    const { status, location, callback } = await new Browser().open(
      authorizeUrl(sandbox, { state: 'ä&=#', ...parameters })
    );
    expect([status, location?.startsWith(`${REDIRECT_URI}?`)]).toEqual([303, true]);
    expect(callback).toEqual({ error, error_description: expect.stringMatching(/.+/), state: 'ä&=#' });
  });

  it.each(['state', 'response_type', 'code_challenge', 'code_challenge_method', 'login_hint'])(
    'is invalid_request for a %s that is sent twice',
    async (name) => {
      const { sandbox } = await start();
      const { url } = pkceUrl(sandbox, { state: 'one' });
      const { callback } = await new Browser().open(`${url}&${name}=x&${name}=y`);
      expect(callback['error']).toBe('invalid_request');
      expect(callback['state']).toBe(name === 'state' ? undefined : 'one');
    }
  );

  it('can be any, by a fault, before or after the login page', async () => {
    const { sandbox } = await start();
    const { url } = pkceUrl(sandbox, { state: 's' });
    const browser = new Browser();
    sandbox.faults.add({ type: 'authorizeError', error: 'temporarily_unavailable', times: 1 });
    expect((await browser.open(url)).callback).toEqual({
      error: 'temporarily_unavailable',
      error_description: 'temporarily_unavailable',
      state: 's'
    });
    sandbox.faults.add({
      type: 'authorizeError',
      error: 'access_denied',
      description: 'denied <by> the user',
      route: 'POST /oauth/authorize'
    });
    expect((await browser.open(url)).status).toBe(200);
    expect((await browser.submit(url, credentials)).callback).toEqual({
      error: 'access_denied',
      error_description: 'denied <by> the user',
      state: 's'
    });
  });
});

describe('the state', () => {
  it.each(['', 'x', 'a b+c&d=e#f', '日本🙂', '"><script>', 'x'.repeat(6000)])(
    '%j comes back as it is',
    async (state) => {
      const { sandbox } = await start();
      const { callback } = await new Browser().submit(pkceUrl(sandbox, { state }).url, credentials);
      expect(callback).toEqual({ code: expect.stringMatching(/^[\w-]{43}$/), state });
    }
  );

  it('that is missing does not come back', async () => {
    const { sandbox } = await start();
    const { callback } = await new Browser().submit(pkceUrl(sandbox).url, credentials);
    expect(Object.keys(callback)).toEqual(['code']);
  });
});

describe('a browser', () => {
  it('is remembered for every client, until another user signs in', async () => {
    const { sandbox } = await start();
    const browser = new Browser();
    const first = await browser.submit(pkceUrl(sandbox).url, credentials);
    expect(first.headers.get('set-cookie')).toMatch(
      /^sandbox-session-[\da-f]{12}=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax$/
    );
    const { url } = pkceUrl(sandbox, { client_id: SANDBOX_SIGN_IN_CLIENT.id });
    expect((await browser.open(url)).callback['code']).toBeDefined();
    expect((await new Browser().open(url)).status).toBe(200);
    const again = pkceUrl(sandbox, { prompt: 'login' }).url;
    await browser.submit(again, { email: SUPERVISOR, password: 'any' });
    expect((await browser.open(pkceUrl(sandbox, { login_hint: SUPERVISOR }).url)).status).toBe(303);
  });

  it('gets a new id at each sign-in, so that an id planted before is worth nothing', async () => {
    const { sandbox } = await start();
    const [browser, attacker] = [new Browser(), new Browser()];
    const cookie = (await attacker.submit(pkceUrl(sandbox).url, credentials)).headers.get('set-cookie') ?? '';
    const planted = cookie.split(';', 1)[0] ?? '';
    const { url } = pkceUrl(sandbox, { prompt: 'login' });
    const answer = await browser.submit(url, { email: SUPERVISOR, password: 'x' }, { cookie: planted });
    expect(answer.headers.get('set-cookie')).not.toContain(planted);
    expect((await attacker.open(pkceUrl(sandbox).url)).status).toBe(200);
  });

  it('is asked again with prompt=login, and for a login_hint that names somebody else', async () => {
    const { sandbox } = await start();
    const browser = new Browser();
    await browser.submit(pkceUrl(sandbox).url, credentials);
    expect((await browser.open(pkceUrl(sandbox, { prompt: 'login' }).url)).status).toBe(200);
    const other = await browser.open(pkceUrl(sandbox, { login_hint: SUPERVISOR }).url);
    expect(other.text).toContain(`value="${SUPERVISOR}"`);
    expect((await browser.open(pkceUrl(sandbox, { login_hint: AGENT.toUpperCase() }).url)).status).toBe(303);
  });

  it.each([
    ['a@b.example', 'a@b.example', 'Sandbox Insurance'],
    ['a@b.example:Acme', 'a@b.example', 'Acme'],
    ['Acme', '', 'Acme'],
    ['Acme: North', '', 'Acme: North']
  ])('shows what login_hint=%s says', async (hint, email, organization) => {
    const { sandbox } = await start();
    const { text } = await new Browser().open(pkceUrl(sandbox, { login_hint: hint }).url);
    expect(text).toContain(`value="${email}"`);
    expect(text).toContain(`sign in to ${organization}.`);
  });

  it('with an unknown, broken or oversized cookie is a new one', async () => {
    const { sandbox } = await start();
    const browser = new Browser();
    const cookie = (await browser.submit(pkceUrl(sandbox).url, credentials)).headers.get('set-cookie') ?? '';
    const [, name = ''] = /^([^=]+)=/.exec(cookie) ?? [];
    for (const value of ['', 'x', '__proto__', 'a'.repeat(8000), '%00', '"'])
      expect((await new Browser().open(pkceUrl(sandbox).url, { headers: { cookie: `${name}=${value}` } })).status).toBe(
        200
      );
  });
});

describe('an organization with an identity provider', () => {
  const other = { id: 'o-2', name: 'Other Corp' };
  const users = [{ email: 'olga@other.example', name: 'Olga', organization: other }];

  it('has its own page, and signs in its own users only', async () => {
    const { sandbox } = await start({ users });
    const { url } = pkceUrl(sandbox, { org: 'other corp', provider: 'okta' });
    expect((await new Browser().open(url)).text).toContain('<h1>Sign in with okta</h1>');
    expect((await new Browser().submit(url, credentials)).status).toBe(401);
    const { callback } = await new Browser().submit(url, { email: 'olga@other.example', password: 'x' });
    expect(callback['code']).toBeDefined();
  });

  it('signs the user in again at once after a logout', async () => {
    const { sandbox } = await start({ users });
    const browser = new Browser();
    const sso = (): string => pkceUrl(sandbox, { org: 'Other Corp', provider: 'okta' }).url;
    await browser.submit(sso(), { email: 'olga@other.example', password: 'x' });
    await browser.open(`${sandbox.loginOrigin}/logout`);
    expect((await browser.open(pkceUrl(sandbox).url)).status).toBe(200);
    expect((await browser.open(sso())).status).toBe(303);
    expect(
      (await browser.open(pkceUrl(sandbox, { org: 'Other Corp', provider: 'adfs', prompt: 'login' }).url)).status
    ).toBe(200);
  });

  it('counts only when org and provider come together, and must exist', async () => {
    const { sandbox } = await start({ users });
    for (const alone of [{ org: 'Other Corp' }, { provider: 'okta' }, { org: '', provider: 'okta' }])
      expect((await new Browser().open(pkceUrl(sandbox, alone).url)).text).toContain('<h1>Sign in</h1>');
    const unknown = await new Browser().open(pkceUrl(sandbox, { org: 'Nowhere', provider: 'okta' }).url);
    expect([unknown.status, unknown.location]).toEqual([400, undefined]);
  });

  it('can be the target of a user of another, and is refused to its own', async () => {
    const { sandbox } = await start({ users, organization: { id: 'o-1', name: 'Acme' } });
    const email = 'olga@other.example';
    const organizations = async (parameters: Record<string, string>): Promise<unknown> =>
      (await (await userApi(sandbox, { email, parameters })).get('/api/v2/tokens/me')).body;
    expect(await organizations({})).toMatchObject({ organization: other, homeOrganization: other });
    expect(await organizations({ target: 'o-1' })).toMatchObject({
      organization: { id: 'o-1', name: 'Acme' },
      homeOrganization: other
    });
    const { callback } = await new Browser().submit(pkceUrl(sandbox, { target: 'o-2' }).url, credentials);
    expect(callback['error']).toBe('access_denied');
  });
});

describe('/logout', () => {
  it('forgets the browser, returns to a registered URI only, and revokes the refresh tokens of the client', async () => {
    const { sandbox } = await start();
    const browser = new Browser();
    const client = SANDBOX_SIGN_IN_CLIENT;
    const tokens = await tokensOf(sandbox, { client, browser });
    const other = await tokensOf(sandbox, { client });
    const logout = (parameters: Record<string, string>): ReturnType<Browser['open']> =>
      browser.open(`${sandbox.loginOrigin}/logout?${new URLSearchParams(parameters).toString()}`);
    for (const uri of ['https://evil.example/', `${REDIRECT_URI}/x`]) {
      const refused = await logout({ client_id: client.id, redirect_uri: uri });
      expect([refused.status, refused.location]).toEqual([400, undefined]);
    }
    expect((await browser.open(pkceUrl(sandbox).url)).status).toBe(303);
    const done = await logout({ client_id: client.id, redirect_uri: REDIRECT_URI });
    expect([done.status, done.location]).toEqual([303, REDIRECT_URI]);
    expect((await browser.open(pkceUrl(sandbox).url)).status).toBe(200);
    for (const { refresh_token } of [tokens, other])
      expect((await refresh(sandbox, client, refresh_token)).body.error).toBe('invalid_grant');
    expect(sandbox.liveTokenCount()).toBe(2);
    expect((await logout({})).text).toContain('Signed out');
  });

  it('leaves access tokens alone unless told otherwise', async () => {
    const { sandbox } = await start({ signIn: { logoutRevokesAccessTokens: true } });
    const browser = new Browser();
    await tokensOf(sandbox, { browser });
    await tokensOf(sandbox, { email: SUPERVISOR });
    await browser.open(`${sandbox.loginOrigin}/logout?client_id=${SANDBOX_PUBLIC_CLIENT.id}`);
    expect(sandbox.liveTokenCount()).toBe(1);
  });
});

describe('the request log of a sign-in', () => {
  it('holds no code, state, password, cookie or token', async () => {
    const { sandbox } = await start();
    const browser = new Browser();
    const client = SANDBOX_SIGN_IN_CLIENT;
    const { url } = pkceUrl(sandbox, { state: 'secret-state', client_id: client.id });
    await browser.submit(url, { email: AGENT, password: 'secret-password' });
    const { code } = await codeOf(sandbox, { client, browser });
    const { access_token, refresh_token } = await tokensOf(sandbox, { client, browser });
    await send(`${sandbox.loginOrigin}/logout?client_id=${client.id}`);
    const text = JSON.stringify(sandbox.requests);
    expect(sandbox.requests.map(({ method, path }) => `${method} ${path}`)).toEqual([
      'POST /oauth/authorize',
      'POST /oauth/authorize',
      'POST /oauth/authorize',
      'POST /oauth/token',
      'GET /logout'
    ]);
    for (const secret of ['secret-state', 'secret-password', code, access_token, refresh_token ?? '-', AGENT])
      expect(text).not.toContain(secret);
  });
});

describe('faults', () => {
  it('meet the sign-in pages as pages', async () => {
    const { sandbox } = await start();
    sandbox.faults.add({ type: 'serverError', route: '/oauth/authorize', status: 503 });
    const answer = await new Browser().open(pkceUrl(sandbox).url);
    expect([answer.status, answer.headers.get('content-type')]).toEqual([503, 'text/html; charset=utf-8']);
    expect(answer.text).toContain('role="alert"');
    sandbox.faults.clear();
    sandbox.faults.add({ type: 'dropConnection', route: 'POST /oauth/authorize', times: 1 });
    await expect(new Browser().submit(pkceUrl(sandbox).url, credentials)).rejects.toThrow();
  });
});
