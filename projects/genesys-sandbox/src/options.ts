import type { SandboxOrganization } from './users/organization.ts';
import { checkUsers, type SandboxUser } from './users/user.ts';
import { type SandboxSignIn, type SignInSettings, resolveSignIn } from './sign-in/settings.ts';

/** An OAuth client as an administrator of the organization registered it. */
export interface SandboxClient {
  /** Client id, sent by Basic or in the body. */
  readonly id: string;
  /**
   * Client secret. Any characters: `+ / = % & : space` and non-ASCII are fine. Without a secret the client is public: it signs
   * users in with PKCE. Only a client with `grantType: 'CODE'` can be public.
   */
  readonly secret?: string;
  /** Name shown by `GET /api/v2/tokens/me`. */
  readonly name?: string;
  /** The one grant the client may use; default `CLIENT-CREDENTIALS`. Any other is refused at the token endpoint, as Genesys does. */
  readonly grantType?: 'CLIENT-CREDENTIALS' | 'CODE' | 'TOKEN' | 'SAML2-BEARER' | 'PASSWORD';
  /** Default `active`. Others get no token. */
  readonly state?: 'active' | 'disabled' | 'inactive';
  /** Seconds a token lives, 300 to 172800; default 86400, which the token answer reports as 86399. */
  readonly accessTokenValiditySeconds?: number;
  /** Permissions of the client's roles, such as `routing:queue:view`; default `'all'`. They apply to client credentials only. */
  readonly permissions?: readonly string[] | 'all';
  /**
   * Where users may return to after they signed in, for `grantType: 'CODE'`. They are compared character by character, query
   * included; `http://localhost` without a port allows any port.
   */
  readonly redirectUris?: readonly string[];
  /** Scopes of users' tokens; default `'all'`. They do not apply to client credentials. */
  readonly scopes?: readonly string[] | 'all';
  /** Whether sign-in needs PKCE; default `true` for a public client and `false` for one with a secret. */
  readonly pkceRequired?: boolean;
}

/** Where the sandbox reads the time. Give a fake one to a test. */
export interface SandboxClock {
  /** Milliseconds since the epoch. */
  now(): number;
  /**
   * Whoever moves the clock calls `pulse()` as well: the sandbox then looks at it at no other time. Without it a timer looks
   * every 10 (real) milliseconds while there is something to wait for. For tests that fake the timers, too.
   */
  readonly driven?: boolean;
}

/** How many requests the sandbox takes before it refuses more of them. */
export interface SandboxRateLimit {
  /** API requests per token and minute before 429; default 300, as Genesys documents. `false` switches the limit off. */
  readonly requestsPerMinute?: number | false;
  /**
   * Token requests per client and minute before 400 `invalid_request`; default 300, as Genesys documents. `false` switches the limit off.
   */
  readonly tokenRequestsPerMinute?: number | false;
}

/** Options of {@link createSandbox}; every one has a default. */
export interface SandboxOptions {
  /** Seed of the contact centre: the same seed and clock give the same numbers. Default 1. */
  readonly seed?: number;
  /** Address both hosts listen on; default `127.0.0.1`. */
  readonly host?: string;
  /** Port of the login host; default 0, any free one. */
  readonly loginPort?: number;
  /** Port of the API host; default 0, any free one. */
  readonly apiPort?: number;
  /** OAuth clients; default {@link SANDBOX_CLIENT}, {@link SANDBOX_SIGN_IN_CLIENT} and {@link SANDBOX_PUBLIC_CLIENT}. */
  readonly clients?: readonly SandboxClient[];
  /**
   * Users with names, addresses, roles and organizations that you choose. Those of the sandbox's organization are the first
   * agents of the contact centre. The other agents are `agent.{n}@sandbox.example`; `agent.2` is a supervisor.
   */
  readonly users?: readonly SandboxUser[];
  /** How users sign in; see {@link SandboxSignIn}. */
  readonly signIn?: SandboxSignIn;
  /** Default: the system clock. */
  readonly clock?: SandboxClock;
  /** How many times faster than the clock the contact centre lives; default 1. */
  readonly speed?: number;
  /** Web origins the API answers to; default `'*'`, as Genesys' API. `false` sends no CORS header. */
  readonly corsOrigins?: readonly string[] | '*' | false;
  readonly organization?: SandboxOrganization;
  readonly rateLimit?: SandboxRateLimit;
}

/** {@link SandboxOptions} with every default filled in. */
export interface ResolvedOptions {
  readonly seed: number;
  readonly host: string;
  readonly loginPort: number;
  readonly apiPort: number;
  readonly clients: readonly SandboxClient[];
  readonly users: readonly SandboxUser[];
  readonly signIn: SignInSettings;
  readonly clock: SandboxClock;
  readonly speed: number;
  readonly corsOrigins: readonly string[] | '*' | false;
  readonly organization: SandboxOrganization;
  readonly requestsPerMinute: number | false;
  readonly tokenRequestsPerMinute: number | false;
}

/** A client that has a secret. */
type ConfidentialClient = SandboxClient & { readonly secret: string };

/** The development client that a sandbox without `clients` knows. Its secret is public: it opens nothing but a sandbox. */
export const SANDBOX_CLIENT: ConfidentialClient = {
  id: '5a9d60c5-0dd1-4c0e-8a7b-5e1f2d3c4b5a',
  secret: 'sandbox-development-secret',
  name: 'Sandbox development client'
};

/** Where the default clients let users return to: a page or a relay on this machine, on any port. */
const LOCAL_REDIRECT_URIS = [
  'http://localhost/',
  'http://localhost/callback',
  'http://localhost/genesys/sign-in/callback'
];

/** The same with `ng serve --ssl`. Only `http://localhost` allows any port. */
const LOCAL_TLS_REDIRECT_URIS = ['https://localhost:4200/', 'https://localhost:4200/genesys/sign-in/callback'];

/** Signs users in for a server, such as the relay, that a sandbox without `clients` knows. Its secret is public as well. */
export const SANDBOX_SIGN_IN_CLIENT: ConfidentialClient = {
  id: '7c1e5b0a-3f64-4d52-9b1d-0c2a6e8f4d13',
  secret: 'sandbox-development-secret',
  name: 'Sandbox sign-in client',
  grantType: 'CODE',
  redirectUris: [...LOCAL_REDIRECT_URIS, ...LOCAL_TLS_REDIRECT_URIS]
};

/** Signs users in for an app in the browser, that a sandbox without `clients` knows. It has no secret and needs PKCE. */
export const SANDBOX_PUBLIC_CLIENT: SandboxClient = {
  id: 'e0b7d2f4-58a9-4c36-8e0f-2d9b1a7c6f35',
  name: 'Sandbox browser client',
  grantType: 'CODE',
  redirectUris: LOCAL_REDIRECT_URIS
};

/** The clients that a sandbox without `clients` knows. */
export const SANDBOX_CLIENTS: readonly SandboxClient[] = [
  SANDBOX_CLIENT,
  SANDBOX_SIGN_IN_CLIENT,
  SANDBOX_PUBLIC_CLIENT
];

/** Every option of a client; the type makes sure that none is forgotten. */
const CLIENT_OPTIONS: Readonly<Record<keyof SandboxClient, true>> = {
  id: true,
  secret: true,
  name: true,
  grantType: true,
  state: true,
  accessTokenValiditySeconds: true,
  permissions: true,
  redirectUris: true,
  scopes: true,
  pkceRequired: true
};
const GRANT_TYPES = ['CLIENT-CREDENTIALS', 'CODE', 'TOKEN', 'SAML2-BEARER', 'PASSWORD'];
const STATES = ['active', 'disabled', 'inactive'];

/** Fills in the defaults. Throws a `TypeError` that names the option when a value makes no sense. */
export function resolveOptions(options: SandboxOptions): ResolvedOptions {
  const clients = options.clients ?? SANDBOX_CLIENTS;
  checkClients(clients);
  checkUsers(options.users ?? []);
  return {
    seed: integer('seed', options.seed ?? 1, Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER),
    host: options.host ?? '127.0.0.1',
    loginPort: integer('loginPort', options.loginPort ?? 0, 0, 65_535),
    apiPort: integer('apiPort', options.apiPort ?? 0, 0, 65_535),
    clients,
    users: options.users ?? [],
    signIn: resolveSignIn(options.signIn ?? {}),
    clock: options.clock ?? { now: () => Date.now() },
    speed: speed(options.speed ?? 1),
    corsOrigins: options.corsOrigins ?? '*',
    organization: options.organization ?? { id: '2b6f4c1e-9d0a-4f37-8c55-1e7a3d9b6042', name: 'Sandbox Insurance' },
    requestsPerMinute: limit('rateLimit.requestsPerMinute', options.rateLimit?.requestsPerMinute ?? 300),
    tokenRequestsPerMinute: limit('rateLimit.tokenRequestsPerMinute', options.rateLimit?.tokenRequestsPerMinute ?? 300)
  };
}

function checkClients(clients: readonly SandboxClient[]): void {
  const ids = new Set<string>();
  clients.forEach((client, index) => {
    const at = `clients[${index}]`;
    const unknown = Object.keys(client).find((name) => !Object.hasOwn(CLIENT_OPTIONS, name));
    if (unknown !== undefined)
      throw new TypeError(
        `${at}.${unknown} is not an option of a client: use ${Object.keys(CLIENT_OPTIONS).join(', ')}.`
      );
    if (client.id === '' || client.id.includes(':')) throw new TypeError(`${at}.id must not be empty or hold a colon.`);
    if (ids.has(client.id)) throw new TypeError(`${at}.id is the id of another client as well.`);
    ids.add(client.id);
    if (client.secret === '') throw new TypeError(`${at}.secret must not be empty.`);
    if (client.secret === undefined && client.grantType !== 'CODE')
      throw new TypeError(`${at}.secret is missing: only a client with grantType 'CODE' can be public.`);
    client.redirectUris?.forEach((uri, number) => {
      checkRedirectUri(`${at}.redirectUris[${number}]`, uri);
    });
    if (!GRANT_TYPES.includes(client.grantType ?? 'CLIENT-CREDENTIALS'))
      throw new TypeError(`${at}.grantType must be one of ${GRANT_TYPES.join(', ')}.`);
    if (!STATES.includes(client.state ?? 'active'))
      throw new TypeError(`${at}.state must be one of ${STATES.join(', ')}.`);
    integer(`${at}.accessTokenValiditySeconds`, client.accessTokenValiditySeconds ?? 86_400, 300, 172_800);
  });
}

function checkRedirectUri(name: string, uri: string): void {
  const url = URL.canParse(uri) ? new URL(uri) : undefined;
  if (url === undefined || !/^https?:\/\//.test(uri) || !/^[!"$-~]+$/.test(uri) || url.username + url.password !== '')
    throw new TypeError(
      `${name} must be an absolute http or https URL in ASCII, without a fragment, user name or password.`
    );
}

function integer(name: string, value: number, min: number, max: number): number {
  if (Number.isInteger(value) && value >= min && value <= max) return value;
  throw new TypeError(`${name} must be a whole number from ${min} to ${max}, not ${value}.`);
}

function speed(value: number): number {
  if (Number.isFinite(value) && value > 0 && value <= 1000) return value;
  throw new TypeError(`speed must be a number above 0 and up to 1000, not ${value}.`);
}

function limit(name: string, value: number | false): number | false {
  return value === false ? false : integer(name, value, 1, 1_000_000);
}
