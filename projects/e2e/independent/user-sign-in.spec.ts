import { createHash, randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { createRelayHandler, parseRelayConfig, type RelayHandler } from 'genesys-auth-relay';
import { request, type APIRequestContext, type APIResponse } from 'playwright-core';
import { Cleanup } from '../support/cleanup.ts';
import { type OAuthClient, type OAuthServer, startOAuthServer } from '../support/oauth-server.ts';

const SECRET = 'p+q/r== 100%';
const TOKEN_SECONDS = 600;
const QUEUES = '/api/v2/routing/queues';

const random = () => randomBytes(32).toString('base64url');
/** A code challenge whose verifier is unknown. */
const foreignChallenge = () => createHash('sha256').update(random()).digest('base64url');

/** An HTTP client that keeps cookies and follows redirects, as a browser does. */
class Browser {
  readonly #http: APIRequestContext;
  readonly #relayUrl: string;
  readonly #origin: string;
  #tag = '';

  constructor(http: APIRequestContext, relayUrl: string) {
    this.#http = http;
    this.#relayUrl = relayUrl;
    this.#origin = new URL(relayUrl).origin;
  }

  open(url: string): Promise<APIResponse> {
    return this.#http.get(url);
  }

  /** Opens the sign-in page. Returns the first form of the OAuth server. */
  openSignIn(returnTo = '/'): Promise<APIResponse> {
    return this.open(`${this.#relayUrl}/sign-in?return_to=${encodeURIComponent(returnTo)}`);
  }

  /** Begins to sign in, and stops before the OAuth server. Returns the state. */
  async begin(): Promise<string> {
    const response = await this.#http.get(`${this.#relayUrl}/sign-in`, { maxRedirects: 0 });
    return new URL(response.headers()['location'] ?? '').searchParams.get('state') ?? '';
  }

  /** Fills in the login form, then the consent form. Returns the page where that ends. */
  async logIn(form: APIResponse, login = 'ann'): Promise<APIResponse> {
    return this.submit(await this.submit(form, { prompt: 'login', login, password: 'any' }), { prompt: 'consent' });
  }

  async submit(page: APIResponse, form: Record<string, string>): Promise<APIResponse> {
    return this.#http.post(await find(page, /<form[^>]* action="([^"]+)"/), { form });
  }

  async cancel(page: APIResponse): Promise<APIResponse> {
    return this.open(await find(page, /<a href="([^"]+)">\[ Cancel \]/));
  }

  /** Sends what the page of the app sends to the relay. */
  async send(path: string, method = 'GET') {
    const response = await this.#http.fetch(`${this.#relayUrl}${path}`, {
      method,
      headers: {
        'x-genesys-auth': '1',
        ...(method !== 'GET' && { origin: this.#origin }),
        ...(this.#tag !== '' && { 'x-genesys-session': this.#tag })
      }
    });
    const body: unknown = await response.json();
    return { status: response.status(), body };
  }

  /** Reads the session, and keeps its tag. */
  async session() {
    const answer = await this.send('/session');
    const tag: unknown = Reflect.get(Object(answer.body), 'session');
    if (typeof tag === 'string') this.#tag = tag;
    return answer;
  }
}

/** The URL that a pattern finds in a page. */
async function find(page: APIResponse, pattern: RegExp): Promise<string> {
  const text = await page.text();
  const found = pattern.exec(text)?.[1];
  if (found === undefined) throw new Error(`${page.url()} does not have ${String(pattern)}:\n${text}`);
  return found;
}

/** How a relay signs users in. */
interface Settings {
  readonly id?: 'basic' | 'post' | 'public' | 'without-refresh' | 'elsewhere';
  readonly pkce?: boolean;
}

describe('users sign in through the relay with oidc-provider, a strict OAuth server', () => {
  const servers = new Cleanup();
  const clients = new Cleanup();
  let oauth: OAuthServer;
  /** Origin of the app, which has the relay below `/genesys`. */
  let url: string;
  let redirectUri: string;
  let relay: RelayHandler | undefined;
  let passedMs = 0;

  beforeAll(async () => {
    const app = createServer((incoming, response) => {
      if (incoming.url?.startsWith('/genesys/')) relay?.handler(incoming, response);
      else response.end('the app');
    });
    await new Promise<void>((resolve) => app.listen(0, 'localhost', resolve));
    await servers.keep(
      Promise.resolve({
        close: () => {
          app.closeAllConnections();
          app.close();
        }
      })
    );
    url = `http://localhost:${String((app.address() as AddressInfo).port)}`;
    redirectUri = `${url}/genesys/sign-in/callback`;
    const client: Omit<OAuthClient, 'client_id'> = {
      client_secret: SECRET,
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      redirect_uris: [redirectUri, `${url}/another/callback`],
      token_endpoint_auth_method: 'client_secret_basic',
      application_type: 'native',
      scope: 'routing'
    };
    oauth = await servers.keep(
      startOAuthServer({
        clients: [
          { ...client, client_id: 'basic' },
          { ...client, client_id: 'post', token_endpoint_auth_method: 'client_secret_post' },
          { ...client, client_id: 'public', token_endpoint_auth_method: 'none' },
          { ...client, client_id: 'without-refresh', grant_types: ['authorization_code'] },
          { ...client, client_id: 'elsewhere', redirect_uris: [`${url}/another/callback`] }
        ],
        scopes: ['routing'],
        tokenTtl: TOKEN_SECONDS
      })
    );
  });
  afterEach(() => clients.run());
  afterAll(() => servers.run());

  /** Starts a relay whose Genesys Cloud is the OAuth server. */
  async function start({ id = 'basic', pkce = true }: Settings = {}) {
    const secret = id !== 'public' && ({ secret: { env: 'SECRET' }, auth: id === 'post' ? 'post' : 'basic' } as const);
    const config = parseRelayConfig(
      {
        genesys: { tokenEndpoint: `${oauth.origin}/token`, apiOrigin: oauth.origin },
        scopes: ['routing', 'user-basic-info'],
        roles: { agent: { scopes: ['routing:readonly', 'user-basic-info'] } },
        signIn: {
          client: { id, ...secret, pkce },
          redirectUri,
          appUrl: `${url}/`,
          authorizeEndpoint: `${oauth.origin}/auth`,
          organizations: ['organization-1'],
          roles: { agent: { roles: ['role-1'] } },
          dev: true
        },
        log: { level: 'silent' }
      },
      { SECRET }
    );
    const clock = {
      now: () => Date.now() + passedMs,
      monotonic: () => performance.now() + passedMs,
      sleep: (ms: number, signal?: AbortSignal) => delay(ms, undefined, signal && { signal })
    };
    relay = await clients.keep(createRelayHandler(config, { basePath: '/genesys', runtime: { clock } }));
    const before = (await oauth.granted()).length;
    /** The tokens of this test. */
    return { granted: async () => (await oauth.granted()).slice(before) };
  }

  async function openBrowser(): Promise<Browser> {
    const http = await request.newContext();
    await clients.keep(Promise.resolve({ close: () => http.dispose() }));
    return new Browser(http, `${url}/genesys`);
  }

  async function signedIn(): Promise<Browser> {
    const browser = await openBrowser();
    await browser.logIn(await browser.openSignIn());
    expect(await browser.session()).toMatchObject({ status: 200 });
    return browser;
  }

  /** The access token ends: the clocks of both servers advance. */
  async function passToken(): Promise<void> {
    passedMs += TOKEN_SECONDS * 1000;
    await oauth.advance(TOKEN_SECONDS * 1000);
  }

  const statusWith = async (token: string): Promise<number> =>
    (await fetch(`${oauth.origin}${QUEUES}`, { headers: { authorization: `Bearer ${token}` } })).status;

  /** Uses a refresh token with the credentials of the client, without the relay. */
  async function refresh(token: string) {
    const response = await fetch(`${oauth.origin}/token`, {
      method: 'POST',
      headers: { authorization: `Basic ${btoa(`basic:${encodeURIComponent(SECRET)}`)}` },
      body: new URLSearchParams({ grant_type: 'refresh_token', refresh_token: token })
    });
    const body: unknown = await response.json();
    return { status: response.status, body };
  }

  const asAnn = { status: 200, body: { calledAs: 'ann' } };
  const ended = { status: 401, body: { code: 'session_ended' } };
  const invalidGrant = { status: 400, body: { error: 'invalid_grant' } };

  it.each<Settings>([
    { id: 'basic', pkce: true },
    { id: 'basic', pkce: false },
    { id: 'post', pkce: true },
    { id: 'public', pkce: true }
  ])('%j: signs in, calls the API as the user, refreshes twice, and signs out', async (settings) => {
    const { granted } = await start(settings);
    const browser = await openBrowser();
    const page = await browser.logIn(await browser.openSignIn('/queues?view=all'));
    expect(page.url()).toBe(`${url}/queues?view=all&genesys_sign_in=ok`);
    expect(await page.text()).toBe('the app');
    expect(await browser.session()).toMatchObject({
      status: 200,
      body: { user: { id: 'user-ann', name: 'ann' }, scopes: ['routing:readonly', 'user-basic-info'] }
    });
    expect(await browser.send(QUEUES)).toMatchObject(asAnn);
    for (const tokens of [2, 3]) {
      await passToken();
      expect(await browser.send(QUEUES)).toMatchObject(asAnn);
      expect(new Set((await granted()).map(({ refresh_token }) => refresh_token)).size).toBe(tokens);
    }

    const token = (await granted()).at(-1)?.access_token ?? '';
    expect(await statusWith(token)).toBe(200);
    expect(await browser.send('/sign-out', 'POST')).toMatchObject({ status: 200 });
    expect(await browser.send(QUEUES)).toMatchObject(ended);
    await vi.waitFor(async () => {
      expect(await statusWith(token)).toBe(401);
    });
  });

  it('refreshes once when the API refuses the token before its end', async () => {
    const { granted } = await start();
    const browser = await signedIn();
    // The clock of the relay does not advance.
    await oauth.advance(TOKEN_SECONDS * 1000);
    expect(await browser.send(QUEUES)).toMatchObject(asAnn);
    expect(await granted()).toHaveLength(2);
  });

  it('ends the session with the access token when there is no refresh token', async () => {
    await start({ id: 'without-refresh' });
    const browser = await signedIn();
    expect(await browser.send(QUEUES)).toMatchObject(asAnn);
    await passToken();
    expect(await browser.send(QUEUES)).toMatchObject(ended);
  });

  it('ends the session when a thief has refreshed before the relay', async () => {
    const { granted } = await start();
    const browser = await signedIn();
    const stolen = (await granted())[0]?.refresh_token ?? '';
    expect(await refresh(stolen)).toMatchObject({ status: 200 });
    await passToken();
    expect(await browser.send(QUEUES)).toMatchObject(ended);
    // The OAuth server has revoked the thief's tokens as well.
    expect(await refresh((await granted()).at(-1)?.refresh_token ?? '')).toMatchObject(invalidGrant);
  });

  it('ends the session when a thief uses a refresh token that the relay has replaced', async () => {
    const { granted } = await start();
    const browser = await signedIn();
    const stolen = (await granted())[0]?.refresh_token ?? '';
    await passToken();
    expect(await browser.send(QUEUES)).toMatchObject(asAnn);
    expect(await refresh(stolen)).toMatchObject(invalidGrant);
    expect(await browser.send(QUEUES)).toMatchObject(ended);
  });

  it.each(['login', 'consent'])('returns to the app when the user cancels at the %s', async (step) => {
    const { granted } = await start();
    const browser = await openBrowser();
    let page = await browser.openSignIn('/queues');
    if (step === 'consent') page = await browser.submit(page, { prompt: 'login', login: 'ann', password: 'any' });
    expect((await browser.cancel(page)).url()).toBe(`${url}/queues?genesys_sign_in=sign_in_cancelled`);
    expect(await browser.session()).toMatchObject({ status: 401, body: { code: 'sign_in_required' } });
    expect(await granted()).toEqual([]);
  });

  it('leaves the user at the OAuth server when that does not know the redirect URI', async () => {
    await start({ id: 'elsewhere' });
    const page = await (await openBrowser()).openSignIn();
    expect(page.status()).toBe(400);
    expect(new URL(page.url()).origin).toBe(oauth.origin);
    expect(await page.text()).toContain('redirect_uri');
  });

  // A code that another sign-in of the same client got. The state is right: the attacker began this sign-in as well.
  it.each<[string, Settings, () => Record<string, string>]>([
    ['with another verifier', {}, () => ({ code_challenge: foreignChallenge(), code_challenge_method: 'S256' })],
    ['without a verifier', {}, () => ({})],
    ['to another redirect URI', { pkce: false }, () => ({ redirect_uri: `${url}/another/callback` })]
  ])('starts no session with a code that was issued %s', async (_what, settings, parametersOf) => {
    const { granted } = await start(settings);
    const other = await openBrowser();
    const query = new URLSearchParams({
      client_id: 'basic',
      response_type: 'code',
      redirect_uri: redirectUri,
      ...parametersOf()
    });
    const callback = await other.logIn(await other.open(`${oauth.origin}/auth?${query.toString()}`), 'bob');
    const code = new URL(callback.url()).searchParams.get('code') ?? '';
    expect(code).not.toBe('');

    const browser = await openBrowser();
    const own = new URLSearchParams({ code, state: await browser.begin() });
    const page = await browser.open(`${redirectUri}?${own.toString()}`);
    expect(page.url()).toBe(`${url}/?genesys_sign_in=sign_in_failed.code_refused`);
    expect(await browser.session()).toMatchObject({ status: 401, body: { code: 'sign_in_required' } });
    expect(await granted()).toEqual([]);
  });
});
