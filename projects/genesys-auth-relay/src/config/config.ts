import type { ParsedConfig } from './schema.ts';
import type { Secret } from './secret.ts';
import type { SecretFile } from './secrets.ts';

/** Marks a configuration that `parseRelayConfig` made. Registered, so that a copy of the object keeps it. */
export const RESOLVED: unique symbol = Symbol.for('genesys-auth-relay.config');

type ParsedIdentity = ParsedConfig['identities'][number];
export type JwtIdentityConfig = Extract<ParsedIdentity, { type: 'jwt' }>;
export type ApiKeyIdentityConfig = Extract<ParsedIdentity, { type: 'apiKey' }>;
export type LoopbackIdentityConfig = Extract<ParsedIdentity, { type: 'loopback' }>;
export type GenesysTokenIdentityConfig = Extract<ParsedIdentity, { type: 'genesysToken' }>;
/** The same with its proofs read: the present one, and during a rotation the next one as well. */
export type ProxyHeaderIdentityConfig = Omit<Extract<ParsedIdentity, { type: 'proxyHeader' }>, 'proof'> & {
  readonly proof: { readonly header: string; readonly secrets: readonly Secret[] };
};
/** One configured way to know the caller. */
export type IdentityConfig =
  | JwtIdentityConfig
  | ApiKeyIdentityConfig
  | ProxyHeaderIdentityConfig
  | LoopbackIdentityConfig
  | GenesysTokenIdentityConfig;

/** What a role may have. */
export interface Role {
  /** Scopes a caller with this role may ask for, sorted. */
  readonly scopes: readonly string[];
  /** Scopes of a request that names none, sorted. */
  readonly defaultScopes: readonly string[];
  /** Name of the only OAuth client that serves this role; `undefined`: the narrowest of all. */
  readonly client: string | undefined;
  /** In proxy mode, the only paths this role may call; `undefined`: all that its scopes allow. */
  readonly routes: readonly RouteRule[] | undefined;
  /** Requests that a caller with this role may send in a minute; `undefined`: `limits.requestsPerMinute`. */
  readonly requestsPerMinute: number | undefined;
}

/** A path of the API with everything below it. */
export interface RouteRule {
  /** HTTP methods in upper case; `undefined`: all. */
  readonly methods?: readonly string[] | undefined;
  /** Path from `/api/v2/` on. */
  readonly path: string;
}

/** How calls of the API are passed on. */
export interface ProxyConfig {
  /** Requests that the API takes in a minute for one token. */
  readonly requestsPerMinute: number;
  /** Requests that may wait for their turn at the same time. */
  readonly queueLength: number;
  /** Milliseconds a request may wait for its turn. */
  readonly queueWaitMs: number;
  /** Milliseconds the API may take to answer, and may be silent in the middle of an answer. */
  readonly timeoutMs: number;
  /** Bytes of a request body that the API takes. */
  readonly bodyBytes: number;
  /** Bytes of a request body up to which it is kept for a second try. */
  readonly replayBytes: number;
  /** Connections to the API. */
  readonly connections: number;
  /** Whether identical GETs at the same time become one, between callers with the same roles. */
  readonly coalesce: boolean;
  /** Headers that are passed on beside the usual ones. */
  readonly forwardHeaders: readonly string[];
  /** Operations that the catalogue does not know, each with the scopes of which any one is enough. */
  readonly allow: readonly (RouteRule & { readonly scopes: readonly string[] })[];
}

/** How an OAuth client proves who it is: RFC 6749 section 2.3.1, RFC 7523 section 2.2, RFC 8705 section 2. */
export type ClientAuth = 'basic' | 'post' | 'private_key_jwt' | 'tls_client_auth';

/** What an OAuth client proves itself with. */
export interface Credential {
  readonly id: string;
  readonly auth: ClientAuth;
  /** The client secret; for `private_key_jwt` and `tls_client_auth` the private key in PEM form. */
  readonly secret: Secret;
  /** For `tls_client_auth`: the certificate, PEM. */
  readonly certificate?: Secret | undefined;
  /** For `private_key_jwt`: the `kid` the server knows the key by. */
  readonly keyId?: string | undefined;
}

/** One OAuth client. */
export interface ClientConfig extends Credential {
  /** Unique name for logs, metrics and roles. Where none is given it is the place in the list: `client-1`. */
  readonly name: string;
  /** What is tried, once and in order, when the token endpoint refuses this client: another secret, or another client. */
  readonly fallbacks: readonly Credential[];
  /** Live tokens that are kept for the same scopes; callers are spread over them. */
  readonly pool: number;
  /** What its roles in Genesys Cloud allow, sorted. An only client without a list serves all that any role may have. */
  readonly scopes: readonly string[];
}

/** Where tokens come from. */
export interface GenesysConfig {
  /** Domain of the region, or `null` when the endpoints are given explicitly. */
  readonly region: string | null;
  readonly tokenEndpoint: string;
  /** Issuer of the OAuth server: the audience of assertions. */
  readonly issuer: string | undefined;
  readonly apiOrigin: string;
  /** In the order of the configuration. None only where signed-in users call the API with tokens of their own. */
  readonly clients: readonly ClientConfig[];
  /** Milliseconds that one token request may take, retries included. */
  readonly timeoutMs: number;
  /** Whether the `scope` parameter is sent to the token endpoint. */
  readonly sendScope: boolean;
}

/** Where several relays share their tokens. */
export interface StoreConfig {
  /** `redis://` or `rediss://`, with the password in it. */
  readonly url: Secret;
  /** Certificate authority of the servers, PEM; `undefined`: the well-known ones. */
  readonly ca: string | undefined;
  /** 32 bytes each; the first seals, all of them open. */
  readonly keys: readonly Secret[];
  /** What every key in the store begins with. */
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
  /** `undefined`: tokens stay in this process. */
  readonly store: StoreConfig | undefined;
  /** The exact list of registered scopes, sorted. */
  readonly scopes: readonly string[];
  readonly identities: readonly IdentityConfig[];
  /** How users sign in with Genesys Cloud; `undefined`: they do not. */
  readonly signIn: SignInConfig | undefined;
  readonly roles: ReadonlyMap<string, Role>;
  readonly acceptSharedPrivileges: boolean;
  readonly proxy: ProxyConfig;
  readonly cors: { readonly origins: readonly string[] };
  /** What `Strict-Transport-Security` says beyond this host. */
  readonly hsts: Readonly<ParsedConfig['hsts']>;
  readonly limits: Readonly<ParsedConfig['limits']>;
  /** The notification hub, or `false` for none. */
  readonly notifications: ParsedConfig['notifications'];
  readonly log: { readonly level: ParsedConfig['log']['level']; readonly subject: 'hashed' | 'plain' };
  /** Secrets that are read again when their files change. */
  readonly secretFiles: readonly SecretFile[];
  /** What an operator should look at, though the relay starts. */
  readonly warnings: readonly string[];
}

/** Settings of the notification hub. */
export type NotificationsConfig = Exclude<ParsedConfig['notifications'], false>;

/** Tells a checked configuration from one as written. */
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
