import { once } from 'node:events';
import { createServer } from 'node:http';
import { inspect } from 'node:util';
import { createRelayMetrics } from '../index.ts';
import type { RelayClock } from '../runtime/clock.ts';
import type { Answer } from '../testing/ask.ts';
import { testClock } from '../testing/clock.ts';
import {
  ANN,
  APP_URL,
  BOB,
  RELAY_URL,
  SIGN_IN_CLIENT,
  TIMEOUT_MS,
  type SignInChange,
  type SignInSetup,
  setUpSignIn
} from '../../test/sign-in-setup.ts';
import { createSeal } from '../store/seal.ts';
import { createCookieJar } from './cookies.ts';
import { createTransactions } from './transactions.ts';

const QUEUES = '/api/v2/routing/queues';
const result = ({ headers }: Answer) => new URL(String(headers['location'])).searchParams.get('genesys_sign_in');

describe('attack:', () => {
  let world: SignInSetup;
  afterEach(() => world.close());
  const signedIn = async (email = ANN) => {
    const browser = world.browser();
    await browser.signIn(email);
    await browser.session();
    return browser;
  };
  const isRefused = (answer: Answer) => {
    expect(answer).toMatchObject({ status: 400 });
    expect(answer.text).toContain('sign_in_failed.state_unknown');
    expect(answer.headers['set-cookie']).toBeUndefined();
  };

  it("login CSRF: another browser's state starts no session, and its code reaches no token endpoint", async () => {
    world = await setUpSignIn();
    const callback = await world.browser().authorize(BOB);
    const victim = world.browser();
    isRefused(await victim.navigate(callback));
    await victim.navigate('/sign-in');
    isRefused(await victim.navigate(callback));
    expect(world.sandbox.tokenRequestCount()).toBe(0);
  });

  it("code injection: another user's code with this browser's state starts no session", async () => {
    world = await setUpSignIn();
    const stolen = new URLSearchParams((await world.browser().authorize(BOB)).split('?')[1]);
    const attacker = world.browser();
    const own = new URLSearchParams((await attacker.authorize(ANN)).split('?')[1]);
    const answer = await attacker.navigate(
      `/sign-in/callback?code=${stolen.get('code') ?? ''}&state=${own.get('state') ?? ''}`
    );
    // The code belongs to the challenge of the other browser.
    expect(result(answer)).toBe('sign_in_failed.code_refused');
    expect(attacker.cookies.size).toBe(0);
    // Not because every code is refused.
    expect(result(await attacker.signIn(BOB))).toBe('ok');
  });

  it('a replayed callback is used once, also with the cookie copied before', async () => {
    world = await setUpSignIn();
    const browser = world.browser();
    const callback = await browser.authorize(ANN);
    const copy = new Map(browser.cookies);
    expect(result(await browser.navigate(callback))).toBe('ok');
    for (const [name, value] of copy) browser.cookies.set(name, value);
    isRefused(await browser.navigate(callback));
    expect(world.sandbox.tokenRequestCount()).toBe(1);
  });

  it('a state that is older than 10 minutes is refused', async () => {
    world = await setUpSignIn();
    const browser = world.browser();
    const callback = await browser.authorize(ANN);
    world.clock.advance(600_001);
    isRefused(await browser.navigate(callback));
  });

  const LISTED = { id: 'listed', name: 'Listed' };
  const OTHER = { id: 'other', name: 'Other' };
  /** Signs a user in with a token about which the API says this. Returns the result, and how many cookies the browser has then. */
  const signInWithToken = async (facts: object) => {
    const body = { id: 'user', OAuthClient: { id: SIGN_IN_CLIENT.id }, authorizedScope: [], ...facts };
    const api = createServer((_request, response) => response.end(JSON.stringify(body)));
    await once(api.listen(0, '127.0.0.1'), 'listening');
    onTestFinished(() => {
      api.close();
    });
    const apiOrigin = `http://127.0.0.1:${String(Reflect.get(Object(api.address()), 'port'))}`;
    world = await setUpSignIn(({ tokenEndpoint }) => ({
      signIn: { organizations: [LISTED.id] },
      config: { genesys: { tokenEndpoint, apiOrigin, timeoutMs: TIMEOUT_MS } }
    }));
    const browser = world.browser();
    return { result: result(await browser.signIn()), cookies: browser.cookies.size };
  };

  it('mix-up: a token of another OAuth client starts no session', async () => {
    const organizations = { organization: LISTED, homeOrganization: LISTED };
    expect(await signInWithToken({ OAuthClient: { id: 'another-client' }, ...organizations })).toEqual({
      result: 'sign_in_failed.wrong_client',
      cookies: 0
    });
  });

  it('mix-up: a sign-in that began with another region or client does not end here', async () => {
    world = await setUpSignIn();
    const seal = createSeal('sign-in', [Buffer.alloc(32, 7)]);
    const make = (audience: string) => createTransactions(createCookieJar(true, 'x'), seal, audience, world.clock);
    const { state, setCookies } = make('client https://login.one.example').begin(new Map(), {
      returnTo: '/',
      before: undefined
    });
    const [name = '', value = ''] = String(setCookies[0]).split(/[=;]/);
    const cookies = new Map([[name, value]]);
    expect(make('client https://login.two.example').take(cookies, state)).toBeUndefined();
    expect(make('other https://login.one.example').take(cookies, state)).toBeUndefined();
    expect(make('client https://login.one.example').take(cookies, state)).toBeDefined();
  });

  it('open redirect: no page of another origin is returned to, and no URL is repaired', async () => {
    world = await setUpSignIn();
    for (const target of [
      '//evil.example',
      '/\\evil.example',
      'https:evil.example',
      'https://app.example.test@evil.example/',
      'https://evil.example',
      '%2F%2Fevil.example',
      '\\\\evil.example',
      '//app.example.test/',
      '/\\app.example.test/',
      'https://ann:password@app.example.test/'
    ]) {
      const answer = await world.browser().navigate(`/sign-in?return_to=${encodeURIComponent(target)}`);
      expect(answer.status).toBe(400);
      expect(answer.headers['location']).toBeUndefined();
    }
  });

  it('session fixation: sign-in makes a new id, and the old session ends', async () => {
    world = await setUpSignIn();
    const browser = await signedIn(ANN);
    const before = new Map(browser.cookies);
    await browser.signIn(BOB);
    expect([...browser.cookies.values()]).not.toEqual([...before.values()]);
    const attacker = world.browser();
    for (const [name, value] of before) attacker.cookies.set(name, value);
    expect((await attacker.send('/session')).body['code']).toBe('sign_in_required');
  });

  it('session fixation: an id that the relay did not create has no session', async () => {
    world = await setUpSignIn();
    const browser = await signedIn();
    const [name = ''] = [...browser.cookies.keys()];
    browser.cookies.set(name, 'a'.repeat(43));
    browser.tag = undefined;
    expect((await browser.send('/session')).body['code']).toBe('sign_in_required');
  });

  it('cookies set by a sibling host: the names have the prefix that browsers keep for this host, and differ by relay', async () => {
    world = await setUpSignIn();
    const browser = world.browser();
    // Browsers keep a cookie with this prefix only with Secure, with this path, and without Domain.
    for (const answer of [await browser.navigate('/sign-in'), await browser.signIn()]) {
      const cookies = [answer.headers['set-cookie'] ?? []].flat();
      expect(cookies).not.toEqual([]);
      for (const cookie of cookies) {
        expect(cookie).toMatch(/^__Host-[^;]+; Path=\/;.* Secure(?:;|$)/);
        expect(cookie).not.toMatch(/domain/i);
      }
    }
    await browser.session();
    const [name = ''] = [...browser.cookies.keys()].filter((one) => one.includes('session'));
    expect(name).toMatch(/^__Host-genesys-session-[0-9a-f]{8}$/);
    const { cookies } = browser;
    const value = cookies.get(name) ?? '';
    cookies.clear();
    // Without the prefix a sibling host could have set it.
    cookies.set(name.replace('__Host-', ''), value);
    browser.tag = undefined;
    expect((await browser.send('/session')).body['code']).toBe('sign_in_required');
  });

  it.each([
    ['no X-Genesys-Auth', { 'x-genesys-auth': '0' }, 'missing_auth_header'],
    ['a foreign Origin', { origin: 'https://evil.example' }, 'origin_not_allowed'],
    ['an opaque Origin', { origin: 'null' }, 'origin_not_allowed'],
    ['another site by Sec-Fetch-Site', { origin: [], 'sec-fetch-site': 'same-site' }, 'origin_not_allowed'],
    ["the relay's Host as Origin", { origin: 'http://127.0.0.1:1' }, 'origin_not_allowed']
  ])('CSRF on sign-out and API: %s is refused', async (_what, headers, code) => {
    world = await setUpSignIn();
    const browser = await signedIn();
    for (const [path, method] of [
      ['/sign-out', 'POST'],
      ['/api/v2/users/me', 'POST'],
      [QUEUES, 'GET'],
      ['/session', 'GET']
    ] as const) {
      expect((await browser.send(path, { method, headers })).body['code']).toBe(code);
    }
    expect((await browser.session()).status).toBe(200);
    expect(world.calls()).toEqual([]);
  });

  it('a stolen cookie is useless after sign-out', async () => {
    world = await setUpSignIn();
    const browser = await signedIn();
    const thief = world.browser();
    for (const [name, value] of browser.cookies) thief.cookies.set(name, value);
    expect((await thief.session()).status).toBe(200);
    await browser.send('/sign-out', { method: 'POST' });
    expect(await thief.send(QUEUES)).toMatchObject({ status: 401, body: { code: 'session_ended' } });
    expect(world.calls()).toEqual([]);
  });

  it('a user of another organization has no session, and no token stays alive', async () => {
    const organization = { id: 'another-organization', name: 'Other' };
    world = await setUpSignIn({}, { sandbox: { users: [{ email: 'eve@other.example', name: 'Eve', organization }] } });
    const browser = world.browser();
    expect(result(await browser.signIn('eve@other.example'))).toBe('organization_not_allowed');
    expect(browser.cookies.size).toBe(0);
    await vi.waitFor(() => {
      expect(world.sandbox.liveTokenCount()).toBe(0);
    });
  });

  it.each([
    ['that they work in', { organization: OTHER, homeOrganization: LISTED }],
    ['that they belong to', { organization: LISTED, homeOrganization: OTHER }]
  ])('a user of another organization: the one %s must be listed', async (_what, facts) => {
    expect(await signInWithToken(facts)).toEqual({ result: 'organization_not_allowed', cookies: 0 });
  });

  it.each([
    ['forged', () => 'A'.repeat(200)],
    ['truncated', (value: string) => value.slice(0, -4)],
    ['changed', (value: string) => `${value.slice(0, 60)}${value[60] === 'A' ? 'B' : 'A'}${value.slice(61)}`],
    ['oversized', (value: string) => value + 'A'.repeat(4000)],
    ['empty', () => '']
  ])('a %s cookie starts no session', async (_what, forge) => {
    world = await setUpSignIn();
    const browser = world.browser();
    const callback = await browser.authorize(ANN);
    for (const [name, value] of browser.cookies) browser.cookies.set(name, forge(value));
    isRefused(await browser.navigate(callback));
    expect(world.sandbox.tokenRequestCount()).toBe(0);
  });

  it('a forged cookie: the page to return to cannot be changed, although its place in the sealed text is known', async () => {
    world = await setUpSignIn();
    const browser = world.browser();
    const callback = await browser.authorize(ANN);
    const [[name, value] = ['', '']] = [...browser.cookies];
    const random = 'x'.repeat(43);
    const text = JSON.stringify({ state: random, verifier: random, returnTo: APP_URL, at: world.clock.now() });
    const bytes = Buffer.from(value, 'base64url');
    const tagBytes = 16;
    const at = bytes.length - tagBytes - text.length + text.indexOf('app.example.test');
    // Without the check of the tag, 'app.example.test' becomes 'cpp.example.test'.
    bytes.writeUInt8(bytes.readUInt8(at) ^ ('a'.charCodeAt(0) ^ 'c'.charCodeAt(0)), at);
    browser.cookies.set(name, bytes.toString('base64url'));
    isRefused(await browser.navigate(callback));
    expect(world.sandbox.tokenRequestCount()).toBe(0);
  });

  it('two cookies of one name: neither counts', async () => {
    world = await setUpSignIn();
    const browser = await signedIn();
    browser.tag = undefined;
    const [[name, value] = ['', '']] = [...browser.cookies];
    for (const cookie of [`${name}=${value}; ${name}=${'b'.repeat(43)}`, `${name}=${'b'.repeat(43)}; ${name}=${value}`])
      expect((await browser.send('/session', { headers: { cookie } })).body['code']).toBe('sign_in_required');
  });

  it('an 8 KB cookie header is read', async () => {
    world = await setUpSignIn();
    const browser = await signedIn();
    const [[name, value] = ['', '']] = [...browser.cookies];
    const others = Array.from({ length: 80 }, (_, index) => `other${index}=${'x'.repeat(90)}`).join('; ');
    expect((await browser.send('/session', { headers: { cookie: `${others}; ${name}=${value}` } })).status).toBe(200);
  });

  it('F17 no cookie is too big, however long the page to return to is', async () => {
    world = await setUpSignIn();
    const answer = await world.browser().navigate(`/sign-in?return_to=/${'a'.repeat(1023)}`);
    expect(answer.status).toBe(303);
    expect(String(answer.headers['set-cookie']).length).toBeLessThan(4096);
  });

  it('many sign-ins begun: a browser keeps the last five', async () => {
    world = await setUpSignIn();
    const browser = world.browser();
    const callbacks = [];
    for (let step = 0; step < 7; step++) {
      callbacks.push(await browser.authorize(ANN));
      world.clock.advance(1000);
    }
    expect(browser.cookies.size).toBe(5);
    isRefused(await browser.navigate(callbacks[0] ?? ''));
    expect(result(await browser.navigate(callbacks[2] ?? ''))).toBe('ok');
  });

  it('code floods: made-up codes of one address are limited, and do not use up the token requests', async () => {
    world = await setUpSignIn({ signIn: { requestsPerMinute: 30, exchangesPerMinute: 5 } });
    const browser = world.browser();
    let answer;
    for (let step = 0; step < 40; step++)
      answer = await browser.navigate(`/sign-in/callback?code=made-up-${step}&state=x`);
    expect(answer).toMatchObject({ status: 429, headers: { 'retry-after': expect.stringMatching(/^\d+$/) } });
    expect(world.sandbox.tokenRequestCount()).toBe(0);
  });

  const PROXY = { config: { limits: { trustedProxies: ['127.0.0.1'] } } };
  /** Signs in from an address. */
  const signInFrom = async (address: string) => {
    const browser = world.browser();
    return result(await browser.navigate(await browser.authorize(ANN), { 'x-forwarded-for': address }));
  };

  it('code floods: codes beyond the budget wait, and are given up after 20 s', async () => {
    world = await setUpSignIn({ signIn: { exchangesPerMinute: 2 }, ...PROXY });
    const results = [];
    for (let step = 0; step < 4; step++) results.push(await signInFrom(`203.0.113.${step}`));
    expect(results.filter((one) => one === 'ok')).toHaveLength(2);
    expect(results.filter((one) => one === 'sign_in_failed.rate_limited')).toHaveLength(2);
    expect(world.sandbox.tokenRequestCount()).toBe(2);
  });

  it('code floods: a reload refills no limit', async () => {
    const clock = testClock();
    let isReloading = false;
    // A reload sleeps, and the limits must not be refilled by that.
    const sleep: RelayClock['sleep'] = (ms, signal) => (isReloading ? Promise.resolve() : clock.sleep(ms, signal));
    const change: SignInChange = { signIn: { requestsPerMinute: 6, exchangesPerMinute: 2 }, ...PROXY };
    world = await setUpSignIn({ ...change, runtime: { clock: { ...clock, sleep } } });
    for (const address of ['203.0.113.1', '203.0.113.2']) expect(await signInFrom(address)).toBe('ok');
    const start = () => world.browser().navigate('/sign-in', { 'x-forwarded-for': '203.0.113.3' });
    for (let step = 0; step < 6; step++) expect((await start()).status).toBe(303);
    isReloading = true;
    await world.reload(change);
    isReloading = false;
    expect((await start()).status).toBe(429);
    expect(await signInFrom('203.0.113.4')).toBe('sign_in_failed.rate_limited');
  });

  it('code floods: made-up codes of one address do not delay another address', async () => {
    world = await setUpSignIn({ signIn: { exchangesPerMinute: 10 }, ...PROXY });
    for (let step = 0; step < 15; step++) {
      const browser = world.browser();
      const callback = (await browser.authorize(ANN)).replace(/code=[^&]+/, `code=made-up-${step}`);
      await browser.navigate(callback, { 'x-forwarded-for': '203.0.113.1' });
    }
    const sleeps = world.clock.sleeps.length;
    expect(await signInFrom('203.0.113.2')).toBe('ok');
    expect(world.clock.sleeps).toHaveLength(sleeps);
  });

  it('data of the previous user: the page of one user gets nothing of another', async () => {
    world = await setUpSignIn();
    const browser = await signedIn(ANN);
    await browser.signIn(BOB);
    expect(await browser.send(QUEUES)).toMatchObject({ status: 409, body: { code: 'session_changed' } });
    expect(await browser.send('/sign-out', { method: 'POST' })).toMatchObject({ status: 409 });
    expect(await browser.send(QUEUES, { headers: { 'x-genesys-session': 'signed-out' } })).toMatchObject({
      status: 409
    });
    browser.tag = undefined;
    expect(await browser.send(QUEUES)).toMatchObject({ status: 400, body: { code: 'invalid_request' } });
    expect(world.calls()).toEqual([]);
    await browser.session();
    const answer = await browser.send('/api/v2/users/me');
    expect(answer.body).toMatchObject({ email: BOB });
    // Not from the back/forward cache either.
    expect(answer.headers['cache-control']).toBe('no-store');
  });

  it('no secret or token leaves the relay: not in answers, URLs, logs and metrics', async () => {
    const metrics = createRelayMetrics();
    world = await setUpSignIn({ runtime: { observer: metrics.observer } });
    const browser = world.browser();
    const answers: Answer[] = [];
    const away = await browser.navigate('/sign-in?return_to=%2Fdeep');
    const callback = await browser.authorize(ANN, '/sign-in?return_to=%2Fdeep');
    const code = new URLSearchParams(callback.split('?')[1]).get('code') ?? 'none';
    const back = await browser.navigate(callback);
    const id = [...browser.cookies].find(([name]) => name.includes('genesys-session'))?.[1] ?? 'none';
    const session = await browser.session();
    world.sandbox.revokeTokens();
    answers.push(
      away,
      back,
      session,
      await browser.send('/api/v2/users/me'),
      await browser.send('/sign-out', { method: 'POST' })
    );
    const secrets = [
      /CANARY/,
      new RegExp(code),
      /code_verifier/,
      /refresh_token/i,
      /access_token/i,
      /[Bb]earer [\w-]{20}/
    ];
    const seen = [
      ...answers.map(({ text, headers }) => text + inspect({ ...headers, 'set-cookie': undefined })),
      inspect(world.lines, { depth: 9 }),
      await metrics.text()
    ].join('\n');
    for (const secret of secrets) expect(seen).not.toMatch(secret);
    expect(seen).not.toContain(id);
    expect(inspect(back.headers['set-cookie'])).toContain(id);
    expect(inspect(away.headers)).not.toContain(id);
    expect(back.headers['referrer-policy']).toBe('no-referrer');
    expect(String(back.headers['location'])).toBe(`${new URL(RELAY_URL).origin}/deep?genesys_sign_in=ok`);
  });

  it('B7 the transaction cookie is sealed: the verifier is not in it', async () => {
    world = await setUpSignIn();
    const { headers } = await world.browser().navigate('/sign-in?return_to=%2Fsecret-page');
    const value = String(headers['set-cookie']).split(/[=;]/)[1] ?? '';
    expect(Buffer.from(value, 'base64url').toString('latin1')).not.toMatch(/verifier|secret-page/);
  });
});
