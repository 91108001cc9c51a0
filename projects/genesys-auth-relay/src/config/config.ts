import type { ParsedConfig } from './schema.ts';
import type { Secret } from './secret.ts';

/** Marks a configuration that `parseRelayConfig` made. Registered, so that a copy of the object keeps it. */
export const RESOLVED: unique symbol = Symbol.for('genesys-auth-relay.config');

type ParsedIdentity = ParsedConfig['identities'][number];
export type JwtIdentityConfig = Extract<ParsedIdentity, { type: 'jwt' }>;
export type ApiKeyIdentityConfig = Extract<ParsedIdentity, { type: 'apiKey' }>;
export type LoopbackIdentityConfig = Extract<ParsedIdentity, { type: 'loopback' }>;
/** The same with its proofs read: the present one, and during a rotation the next one as well. */
export type ProxyHeaderIdentityConfig = Omit<Extract<ParsedIdentity, { type: 'proxyHeader' }>, 'proof'> & {
  readonly proof: { readonly header: string; readonly secrets: readonly Secret[] };
};
/** One configured way to know the caller. */
export type IdentityConfig =
  JwtIdentityConfig | ApiKeyIdentityConfig | ProxyHeaderIdentityConfig | LoopbackIdentityConfig;

/** What a role may have. */
export interface Role {
  /** Scopes a caller with this role may ask for, sorted. */
  readonly scopes: readonly string[];
  /** Scopes of a request that names none, sorted. */
  readonly defaultScopes: readonly string[];
  /** Name of the only OAuth client that serves this role; `undefined`: the narrowest of all. */
  readonly client: string | undefined;
}

/** One OAuth client. */
export interface ClientConfig {
  /** Unique name for logs, metrics and roles. Where none is given it is the place in the list: `client-1`. */
  readonly name: string;
  readonly id: string;
  readonly secret: Secret;
  readonly auth: 'basic' | 'post';
  /** What its roles in Genesys Cloud allow, sorted. An only client without a list serves all that any role may have. */
  readonly scopes: readonly string[];
}

/** Where tokens come from. */
export interface GenesysConfig {
  /** Domain of the region, or `null` when the endpoints are given explicitly. */
  readonly region: string | null;
  readonly tokenEndpoint: string;
  readonly apiOrigin: string;
  /** At least one, in the order of the configuration. */
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
  readonly mode: 'token';
  readonly listen: { readonly host: string; readonly port: number };
  readonly admin: { readonly host: string; readonly port: number } | false;
  readonly genesys: GenesysConfig;
  /** `undefined`: tokens stay in this process. */
  readonly store: StoreConfig | undefined;
  /** The exact list of registered scopes, sorted. */
  readonly scopes: readonly string[];
  readonly identities: readonly IdentityConfig[];
  readonly roles: ReadonlyMap<string, Role>;
  readonly acceptSharedPrivileges: boolean;
  readonly cors: { readonly origins: readonly string[] };
  /** What `Strict-Transport-Security` says beyond this host. */
  readonly hsts: Readonly<ParsedConfig['hsts']>;
  readonly limits: Readonly<ParsedConfig['limits']>;
  /** The notification hub, or `false` for none. */
  readonly notifications: ParsedConfig['notifications'];
  readonly log: { readonly level: ParsedConfig['log']['level']; readonly subject: 'hashed' | 'plain' };
  /** What an operator should look at, though the relay starts. */
  readonly warnings: readonly string[];
}

/** Settings of the notification hub. */
export type NotificationsConfig = Exclude<ParsedConfig['notifications'], false>;

/** Tells a checked configuration from one as written. */
export function isRelayConfig(config: object): config is RelayConfig {
  return RESOLVED in config;
}
