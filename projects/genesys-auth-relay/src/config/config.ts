import type { ParsedConfig } from './schema.ts';
import type { Secret } from './secret.ts';
import type { SecretFile } from './secrets.ts';

/** Marks a configuration from `parseRelayConfig`. Registered, so that a copy of the object keeps it. */
export const RESOLVED: unique symbol = Symbol.for('genesys-auth-relay.config');

type ParsedIdentity = ParsedConfig['identities'][number];
export type JwtIdentityConfig = Extract<ParsedIdentity, { type: 'jwt' }>;
export type ApiKeyIdentityConfig = Extract<ParsedIdentity, { type: 'apiKey' }>;
export type LoopbackIdentityConfig = Extract<ParsedIdentity, { type: 'loopback' }>;
export type GenesysTokenIdentityConfig = Extract<ParsedIdentity, { type: 'genesysToken' }>;
/** The identity with its proofs: the current one, and during a rotation also the next one. */
export type ProxyHeaderIdentityConfig = Omit<Extract<ParsedIdentity, { type: 'proxyHeader' }>, 'proof'> & {
  readonly proof: { readonly header: string; readonly secrets: readonly Secret[] };
};
/** One configured way to identify callers. */
export type IdentityConfig =
  | JwtIdentityConfig
  | ApiKeyIdentityConfig
  | ProxyHeaderIdentityConfig
  | LoopbackIdentityConfig
  | GenesysTokenIdentityConfig;

/** The identity of the developer. */
export type DevConfig = Readonly<NonNullable<ParsedConfig['dev']>> & {
  /** The key that the dev server sends with each request; `undefined`: the relay does not run for development. */
  readonly key: Secret | undefined;
};

/** The rights of a role. */
export interface Role {
  /** Scopes a caller with this role may ask for, sorted. */
  readonly scopes: readonly string[];
  /** Scopes of a request that names none, sorted. */
  readonly defaultScopes: readonly string[];
  /** Name of the only OAuth client that serves this role; `undefined`: the narrowest client is chosen. */
  readonly client: string | undefined;
  /** In proxy mode, the only paths this role may call; `undefined`: all that its scopes allow. */
  readonly routes: readonly RouteRule[] | undefined;
  /** Requests that a caller with this role may send in a minute; `undefined`: `limits.requestsPerMinute`. */
  readonly requestsPerMinute: number | undefined;
}

/** A path of the API with all paths below it. */
export interface RouteRule {
  /** HTTP methods in upper case; `undefined`: all. */
  readonly methods?: readonly string[] | undefined;
  /** Path from `/api/v2/` on. */
  readonly path: string;
}

/** How API calls are forwarded. */
export interface ProxyConfig {
  /** Requests that the API allows in a minute for one token. */
  readonly requestsPerMinute: number;
  /** Requests that may wait for their turn at the same time. */
  readonly queueLength: number;
  /** Milliseconds a request may wait for its turn. */
  readonly queueWaitMs: number;
  /** Milliseconds until the API begins its answer, and of silence during an answer. */
  readonly timeoutMs: number;
  /** Maximum bytes of a request body. */
  readonly bodyBytes: number;
  /** Maximum bytes of a request body that is kept for a second attempt. */
  readonly replayBytes: number;
  /** Connections to the API. */
  readonly connections: number;
  /** Whether simultaneous identical GETs of callers with the same roles are sent once. */
  readonly coalesce: boolean;
  /** Headers that are forwarded in addition to the usual ones. */
  readonly forwardHeaders: readonly string[];
  /** Operations that the catalogue does not know, with their scopes, of which one is enough. */
  readonly allow: readonly (RouteRule & { readonly scopes: readonly string[] })[];
}

/** How an OAuth client authenticates: RFC 6749 section 2.3.1, RFC 7523 section 2.2, RFC 8705 section 2. */
export type ClientAuth = 'basic' | 'post' | 'private_key_jwt' | 'tls_client_auth';

/** The credentials of an OAuth client. */
export interface Credential {
  readonly id: string;
  readonly auth: ClientAuth;
  /** The client secret; for `private_key_jwt` and `tls_client_auth` the private key in PEM form. */
  readonly secret: Secret;
  /** For `tls_client_auth`: the certificate, PEM. */
  readonly certificate?: Secret | undefined;
  /** For `private_key_jwt`: the `kid` of the key at the server. */
  readonly keyId?: string | undefined;
}

/** One OAuth client. */
export interface ClientConfig extends Credential {
  /** Unique name for logs, metrics and roles. Default: by the position in the list, for example `client-1`. */
  readonly name: string;
  /** Credentials that are tried once, in order, when the token endpoint refuses this client. */
  readonly fallbacks: readonly Credential[];
  /** Live tokens that are kept for the same scopes; callers are spread over them. */
  readonly pool: number;
  /** Scopes that its roles in Genesys Cloud allow, sorted. A single client without a list serves the scopes of all roles. */
  readonly scopes: readonly string[];
}

/** The OAuth server and its clients. */
export interface GenesysConfig {
  /** Domain of the region, or `null` when the endpoints are given explicitly. */
  readonly region: string | null;
  readonly tokenEndpoint: string;
  /** Issuer of the OAuth server: the audience of assertions. */
  readonly issuer: string | undefined;
  readonly apiOrigin: string;
  /** API origin that `/session` reports. It differs from `apiOrigin` if a sandbox replaces Genesys Cloud. */
  readonly publicApiOrigin: string;
  /** In the order of the configuration. Empty only if signed-in users call the API with their own tokens. */
  readonly clients: readonly ClientConfig[];
  /** Milliseconds that one token request may take, retries included. */
  readonly timeoutMs: number;
  /** Whether the `scope` parameter is sent to the token endpoint. */
  readonly sendScope: boolean;
}

/** The store in which several relays share tokens. */
export interface StoreConfig {
  /** `redis://` or `rediss://`, with the password in it. */
  readonly url: Secret;
  /** Certificate authority of the servers, PEM; `undefined`: the well-known ones. */
  readonly ca: string | undefined;
  /** 32 bytes each; the first seals, all of them open. */
  readonly keys: readonly Secret[];
  /** Prefix of every key in the store. */
  readonly prefix: string;
  /** Milliseconds for one command. */
  readonly timeoutMs: number;
  readonly sentinel: { readonly name: string; readonly hosts: readonly { host: string; port: number }[] } | undefined;
  readonly cluster: boolean;
}

/** A checked configuration: every default filled in, every secret read. Made by `parseRelayConfig` only. */
export interface RelayConfig {
  readonly [RESOLVED]: true;
  readonly mode: 'token' | 'proxy';
  readonly listen: { readonly host: string; readonly port: number };
  readonly admin: { readonly host: string; readonly port: number } | false;
  readonly genesys: GenesysConfig;
  /** `undefined`: tokens are kept in this process. */
  readonly store: StoreConfig | undefined;
  /** The exact list of registered scopes, sorted. */
  readonly scopes: readonly string[];
  readonly identities: readonly IdentityConfig[];
  /** How users sign in with Genesys Cloud; `undefined`: sign-in is off. */
  readonly signIn: SignInConfig | undefined;
  /** Who may call when the relay runs for development. */
  readonly dev: DevConfig | undefined;
  readonly roles: ReadonlyMap<string, Role>;
  readonly acceptSharedPrivileges: boolean;
  readonly proxy: ProxyConfig;
  readonly cors: { readonly origins: readonly string[] };
  /** Whether `Strict-Transport-Security` includes subdomains. */
  readonly hsts: Readonly<ParsedConfig['hsts']>;
  readonly limits: Readonly<ParsedConfig['limits']>;
  /** The notification hub, or `false` for none. */
  readonly notifications: ParsedConfig['notifications'];
  readonly log: { readonly level: ParsedConfig['log']['level']; readonly subject: 'hashed' | 'plain' };
  /** Secrets that are read again when their files change. */
  readonly secretFiles: readonly SecretFile[];
  /** Warnings for the operator. The relay starts in spite of them. */
  readonly warnings: readonly string[];
}

/** Settings of the notification hub. */
export type NotificationsConfig = Exclude<ParsedConfig['notifications'], false>;

/** Whether a configuration is checked. */
export function isRelayConfig(config: object): config is RelayConfig {
  return RESOLVED in config;
}

/** The OAuth client that signs users in. */
export interface SignInClient {
  readonly id: string;
  /** `none`: a public client, which has no secret. */
  readonly auth: Extract<ClientAuth, 'basic' | 'post'> | 'none';
  readonly secret: Secret | undefined;
  readonly pkce: boolean;
}

/** How users sign in. */
export type SignInConfig = Readonly<
  Omit<NonNullable<ParsedConfig['signIn']>, 'client' | 'authorizeEndpoint' | 'logoutEndpoint'> & {
    client: SignInClient;
    authorizeEndpoint: string;
    logoutEndpoint: string;
    /** URL of the relay as browsers see it, without a slash at its end. */
    relayUrl: string;
  }
>;
