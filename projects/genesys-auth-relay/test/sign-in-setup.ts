import { type Sandbox, type SandboxClient, type SandboxOptions, createSandbox } from 'genesys-sandbox';
import {
  type RelayConfigInput,
  type RelayRuntime,
  type RunningRelay,
  parseRelayConfig,
  startRelay
} from '../src/index.ts';
import { type Answer, type Ask, ask } from '../src/testing/ask.ts';
import { type TestClock, testClock } from '../src/testing/clock.ts';

/** Where browsers see the relay, and the app beside it. */
export const RELAY_URL = 'https://app.example.test/genesys';
export const APP_URL = 'https://app.example.test/desk/';
const APP_ORIGIN = 'https://app.example.test';
/** The user that signs in, unless a test says otherwise. */
export const ANN = 'agent.1@sandbox.example';
export const BOB = 'agent.2@sandbox.example';

/**
 * No test waits for this timeout, so it is long. A shorter one fires on a busy machine: after a pause of the process timers run
 * before the answers that have arrived meanwhile are read.
 */
export const TIMEOUT_MS = 30_000;

/** The client of sign-in, and that of the relay's own token. */
export const SIGN_IN_CLIENT: SandboxClient = {
  id: 'sign-in-client',
  secret: 'CANARY-sign-in-secret',
  grantType: 'CODE',
  redirectUris: [`${RELAY_URL}/sign-in/callback`, APP_URL],
  scopes: ['user-basic-info', 'presence', 'routing:readonly', 'conversations:readonly'],
  accessTokenValiditySeconds: 3600
};
const SERVICE_CLIENT: SandboxClient = { id: 'service-client', secret: 'CANARY-service-secret' };

/** A relay that signs users in, before the sandbox; both have the same clock, which stands still. */
export interface SignInSetup {
  readonly sandbox: Sandbox;
  readonly relay: RunningRelay;
  readonly clock: TestClock;
  /** Lines of the log. */
  readonly lines: readonly object[];
  /** Another browser. */
  browser(): Browser;
  /** Gives the relay another configuration. */
  reload(change: SignInChange): Promise<void>;
  /** Requests that the API has got from the relay, without those about tokens and the user. */
  calls(): readonly string[];
  close(): Promise<void>;
}

/** What a test changes. */
export interface SignInChange {
  readonly signIn?: Partial<NonNullable<RelayConfigInput['signIn']>>;
  readonly config?: Partial<RelayConfigInput>;
  readonly client?: Partial<SandboxClient>;
  readonly sandbox?: Partial<SandboxOptions>;
  readonly runtime?: Partial<RelayRuntime>;
  /** Sets of environment variables that the configuration reads. */
  readonly env?: NodeJS.ProcessEnv;
}

/** The configuration of {@link setUpSignIn}. */
export function signInConfig(sandbox: Sandbox, { signIn, config }: SignInChange = {}): RelayConfigInput {
  return {
    listen: { host: '127.0.0.1', port: 0 },
    admin: false,
    genesys: { tokenEndpoint: sandbox.tokenEndpoint, apiOrigin: sandbox.apiOrigin, timeoutMs: TIMEOUT_MS },
    scopes: ['presence', 'routing', 'users', 'user-basic-info', 'conversations', 'analytics'],
    roles: {
      agent: { scopes: ['presence', 'routing', 'user-basic-info', 'conversations:readonly', 'analytics'] },
      wall: { scopes: ['routing:readonly'] }
    },
    signIn: {
      client: { id: SIGN_IN_CLIENT.id, secret: { env: 'SIGN_IN_SECRET' } },
      redirectUri: `${RELAY_URL}/sign-in/callback`,
      appUrl: APP_URL,
      organizations: [sandbox.users[0]?.organization.id ?? ''],
      roles: { agent: { everyone: true } },
      ...signIn
    },
    log: { level: 'silent' },
    ...config
  };
}

const ENV = { SIGN_IN_SECRET: 'CANARY-sign-in-secret', SERVICE_SECRET: 'CANARY-service-secret' };

/** The client for the relay's own token, as the section `genesys` names it. */
export const withService = (sandbox: Sandbox): RelayConfigInput['genesys'] => ({
  tokenEndpoint: sandbox.tokenEndpoint,
  apiOrigin: sandbox.apiOrigin,
  timeoutMs: TIMEOUT_MS,
  client: { id: SERVICE_CLIENT.id, secret: { env: 'SERVICE_SECRET' } }
});

/** Starts the sandbox. */
export const startSandbox = (clock: TestClock, { client, sandbox }: SignInChange = {}): Promise<Sandbox> =>
  createSandbox({
    clock: { now: () => clock.now(), driven: true },
    clients: [{ ...SIGN_IN_CLIENT, ...client }, SERVICE_CLIENT],
    ...sandbox
  });

/** Starts both. */
export async function setUpSignIn(
  change: SignInChange | ((sandbox: Sandbox) => SignInChange) = {},
  beside: SignInChange = {}
): Promise<SignInSetup> {
  const clock = testClock();
  const sandbox = await startSandbox(clock, beside);
  const settings = typeof change === 'function' ? change(sandbox) : change;
  const lines: object[] = [];
  const write = (fields: object) => {
    lines.push(fields);
  };
  const configWith = (one: SignInChange) => parseRelayConfig(signInConfig(sandbox, one), { ...ENV, ...one.env });
  const relay = await startRelay(configWith(settings), {
    clock,
    random: () => 0.5,
    log: { info: write, warn: write, error: write, debug: write },
    ...settings.runtime
  });
  return {
    sandbox,
    relay,
    clock,
    lines,
    browser: () => createBrowser(relay.url),
    reload: (next) => relay.reload(configWith(next)),
    calls: () =>
      sandbox.requests
        .filter(({ host, path }) => host === 'api' && !/\/(?:tokens|users)\/me/.test(path))
        .map(({ method, path }) => `${method} ${path}`),
    close: async () => {
      await relay.close();
      await sandbox.close();
    }
  };
}

/** A browser of one user: it keeps cookies, and sends what browsers send. */
export interface Browser {
  /** Cookies for the host of the relay. */
  readonly cookies: Map<string, string>;
  /** Value of `X-Genesys-Session`, once {@link Browser.session} was read. */
  tag: string | undefined;
  /** Sends a navigation to the relay, for example `/sign-in`, without following the answer. */
  navigate(path: string, headers?: Ask['headers']): Promise<Answer>;
  /** Sends what the page of the app sends. */
  send(path: string, sent?: Ask): Promise<Answer>;
  /** Reads `/session` and keeps the tag. */
  session(): Promise<Answer>;
  /** Follows the way from `/sign-in` to the callback. Returns the URL of the callback as Genesys Cloud gives it. */
  authorize(email: string, path?: string): Promise<string>;
  /** Signs in, and returns the answer of the callback. */
  signIn(email?: string, returnTo?: string): Promise<Answer>;
}

const list = (value: string | string[] | undefined): readonly string[] =>
  value === undefined ? [] : typeof value === 'string' ? [value] : value;

function keep(cookies: Map<string, string>, answer: Answer): void {
  for (const line of list(answer.headers['set-cookie'])) {
    const [pair = ''] = line.split(';', 1);
    const name = pair.slice(0, pair.indexOf('='));
    if (/max-age=0(?:;|$)/i.test(line)) cookies.delete(name);
    else cookies.set(name, pair.slice(name.length + 1));
  }
}

const cookieHeader = (cookies: Map<string, string>): Record<string, string> =>
  cookies.size === 0 ? {} : { cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; ') };

/** @param relayUrl where the relay listens; the browser believes that it is at {@link RELAY_URL} */
export function createBrowser(relayUrl: string): Browser {
  const cookies = new Map<string, string>();
  const atGenesys = new Map<string, string>();
  const navigate = async (path: string, headers: Ask['headers'] = {}): Promise<Answer> => {
    const answer = await ask(`${relayUrl}${path}`, {
      method: 'GET',
      headers: { 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document', ...cookieHeader(cookies), ...headers }
    });
    keep(cookies, answer);
    return answer;
  };
  return {
    cookies,
    tag: undefined,
    navigate,
    async send(path, { method = 'GET', headers = {}, ...more } = {}) {
      const answer = await ask(`${relayUrl}${path}`, {
        method,
        headers: {
          'x-genesys-auth': '1',
          'sec-fetch-site': 'same-origin',
          ...(method === 'GET' ? {} : { origin: APP_ORIGIN }),
          ...(this.tag !== undefined && { 'x-genesys-session': this.tag }),
          ...cookieHeader(cookies),
          ...headers
        },
        ...more
      });
      keep(cookies, answer);
      return answer;
    },
    async session() {
      const answer = await this.send('/session');
      const { session } = answer.body;
      this.tag = typeof session === 'string' ? session : undefined;
      return answer;
    },
    async authorize(email, path = '/sign-in') {
      const { headers } = await navigate(path);
      const target = String(headers['location']);
      const page = await ask(target, { method: 'GET', headers: cookieHeader(atGenesys) });
      const form = new URLSearchParams({ email, password: 'any', action: 'sign-in' }).toString();
      const sent =
        page.status === 303
          ? page
          : await ask(target, {
              headers: { 'content-type': 'application/x-www-form-urlencoded', ...cookieHeader(atGenesys) },
              body: form
            });
      keep(atGenesys, sent);
      return String(sent.headers['location']).replace(RELAY_URL, '');
    },
    async signIn(email = ANN, returnTo = '/') {
      const callback = await this.authorize(email, `/sign-in?return_to=${encodeURIComponent(returnTo)}`);
      atGenesys.clear();
      return navigate(callback);
    }
  };
}

/** The same browser at another relay, as a load balancer sends it. */
export function moved(browser: Browser, relayUrl: string): Browser {
  const other = createBrowser(relayUrl);
  for (const [name, value] of browser.cookies) other.cookies.set(name, value);
  other.tag = browser.tag;
  return other;
}

/** A token as an app gets it that signs users in by itself. */
export async function tokenOf(sandbox: Sandbox, email = ANN): Promise<string> {
  const query = new URLSearchParams({ response_type: 'code', client_id: 'sign-in-client', redirect_uri: APP_URL });
  const form = { 'content-type': 'application/x-www-form-urlencoded' };
  const sent = await ask(`${sandbox.authorizeEndpoint}?${query.toString()}`, {
    headers: form,
    body: new URLSearchParams({ email, password: 'any' }).toString()
  });
  const code = new URL(String(sent.headers['location'])).searchParams.get('code') ?? '';
  const basic = Buffer.from('sign-in-client:CANARY-sign-in-secret').toString('base64');
  const answer = await ask(sandbox.tokenEndpoint, {
    headers: { ...form, authorization: `Basic ${basic}` },
    body: new URLSearchParams({ grant_type: 'authorization_code', code, redirect_uri: APP_URL }).toString()
  });
  return String(answer.body['access_token']);
}
