import type { IdentityConfig } from '../config/config.ts';
import type { RequestHead } from '../guard/request-head.ts';
import type { OriginGuard } from '../guard/origin.ts';
import type { RelayRuntime } from '../runtime/runtime.ts';
import { type ApiKeys, createApiKeys, refuseInBrowser } from './api-key.ts';
import type { Caller } from './caller.ts';
import type { Credential } from './credential.ts';
import type { DevIdentity } from './dev.ts';
import { createJwts, looksLikeJwt } from './jwt.ts';
import { identifyLoopback } from './loopback.ts';
import { createProxyHeader } from './proxy-header.ts';
import { invalidCredentials, unauthenticated } from './unauthorized.ts';

/** Identifies signed-in users by the cookie of their session. */
export interface SessionIdentity {
  /** @returns `undefined` for a browser without a session, if such browsers have no role */
  identify(head: RequestHead, address: () => string): Promise<Caller | undefined>;
  /** The problem of a request without a session. */
  missingSessionProblem(head: RequestHead): Error;
  revalidate(caller: Caller): Caller | undefined;
}

/** Identifies users by the Genesys Cloud token that they send. */
export interface GenesysTokenIdentity {
  /**
   * @param address of the client, by which failed checks are limited
   * @throws RelayProblem `invalid_credentials`, `rate_limited`, `identity_unavailable`
   */
  identify(token: string, address: string): Promise<Caller>;
  revalidate(caller: Caller): Caller | undefined;
}

/** Further identities. A missing one is off. */
export interface MoreIdentities {
  readonly session?: SessionIdentity | undefined;
  readonly genesysTokens?: GenesysTokenIdentity | undefined;
  readonly dev?: DevIdentity | undefined;
}

/** Identifies callers. */
export interface Identities {
  /**
   * @throws RelayProblem `unauthenticated`, `invalid_credentials`, `identity_unavailable`, `api_key_in_browser`,
   *   `origin_not_allowed`, `loopback_refused`, `dev_refused`, `missing_auth_header`, `sign_in_required`, `session_ended`
   * @param address of the client, which distinguishes callers without a session
   */
  identify(head: RequestHead, credential: Credential, address: () => string): Caller | Promise<Caller>;
  /**
   * Checks a caller who was identified before, possibly before a reload. Returns its current state, or `undefined` when the identity
   * or key is no longer configured.
   */
  revalidate(caller: Caller): Caller | undefined;
  close(): Promise<void>;
}

/**
 * Builds the identities. They are tried in this order:
 *
 * 1. The `proxyHeader` identities before the first `jwt` or `apiKey` of the configuration.
 * 2. The credential: `Authorization`, or a key in the body. An API key is found by its value; the form of other
 *    tokens decides between JWT and Genesys Cloud token. An invalid credential is refused and never falls back to another identity.
 * 3. Without a credential: the other `proxyHeader` identities.
 * 4. Without a credential: the session of a signed-in user.
 * 5. Without a credential: the developer and loopback. They come last, because any page can send such requests.
 */
export function createIdentities(
  configs: readonly IdentityConfig[],
  origins: OriginGuard,
  runtime: RelayRuntime,
  { session, genesysTokens, dev }: MoreIdentities = {}
): Identities {
  const jwtConfigs = configs.filter((config) => config.type === 'jwt');
  const keyConfigs = configs.filter((config) => config.type === 'apiKey');
  const proxies = configs
    .map((config, index) => ({ config, index }))
    .flatMap(({ config, index }) =>
      config.type === 'proxyHeader' ? [{ index, header: createProxyHeader(config, origins) }] : []
    );
  const loopback = configs.find((config) => config.type === 'loopback');
  const credentialAt = configs.findIndex(({ type }) => type === 'jwt' || type === 'apiKey');
  const before = proxies.filter(({ index }) => credentialAt === -1 || index < credentialAt);
  const after = proxies.filter((proxy) => !before.includes(proxy));
  const jwts = createJwts(jwtConfigs, runtime);
  const keys: ApiKeys = createApiKeys(keyConfigs);

  const ways = [
    ...(jwtConfigs.length > 0 ? ['Authorization: Bearer with an access token'] : []),
    ...(genesysTokens === undefined ? [] : ['Authorization: Bearer with a Genesys Cloud token of a user']),
    ...(keyConfigs.length > 0 ? ['an API key, by Basic, by Bearer or in the form body'] : [])
  ];
  const elsewhere =
    proxies.length > 0
      ? 'Sign in at the proxy in front of this relay.'
      : 'Send the request from this machine, without Authorization.';
  const hint = ways.length > 0 ? `Send ${ways.join(', or ')}.` : elsewhere;

  function namedBy(some: typeof proxies, head: RequestHead): Caller | undefined {
    for (const { header } of some) {
      const caller = header.identify(head);
      if (caller !== undefined) return caller;
    }
    return undefined;
  }

  function withoutCredential(head: RequestHead): Caller {
    const forged = proxies.some(({ header }) => header.claims(head));
    const isDev = dev?.claims(head) === true || (loopback === undefined && session === undefined);
    if (dev !== undefined && isDev && !forged) return dev.identify(head);
    if (loopback !== undefined && !forged) return identifyLoopback(loopback, head, origins);
    if (session !== undefined) throw session.missingSessionProblem(head);
    origins.check(head, false);
    throw unauthenticated(hint);
  }

  async function ofSession(known: SessionIdentity, head: RequestHead, address: () => string): Promise<Caller> {
    return (await known.identify(head, address)) ?? withoutCredential(head);
  }

  return {
    identify(head, credential, address) {
      const first = namedBy(before, head);
      if (first !== undefined) return first;
      if (credential.kind === 'none') {
        const named = namedBy(after, head);
        if (named !== undefined) return named;
        return session === undefined ? withoutCredential(head) : ofSession(session, head, address);
      }
      const isJwt = credential.kind === 'bearer' && looksLikeJwt(credential.token);
      const known = isJwt ? jwts.known(credential.token) : undefined;
      if (known !== undefined) {
        // It cannot be an API key: when this token was verified, `keys.find` was asked before.
        origins.check(head, false);
        return known;
      }
      if (credential.kind !== 'unreadable' && !isJwt && keyConfigs.length > 0 && genesysTokens === undefined) {
        refuseInBrowser(head);
      }
      origins.check(head, false);
      if (credential.kind === 'unreadable') throw invalidCredentials(credential.why, hint);
      const caller = keys.find(credential);
      if (caller !== undefined) {
        // Not refused before the lookup: a key that looks like a JWT, or any key if Genesys Cloud tokens are accepted.
        refuseInBrowser(head);
        return caller;
      }
      if (isJwt && jwtConfigs.length > 0) return jwts.identify(credential.token);
      if (credential.kind === 'bearer' && !isJwt && genesysTokens !== undefined)
        return genesysTokens.identify(credential.token, address());
      throw invalidCredentials(
        credential.kind === 'bearer' ? 'The token is not valid here.' : 'The id or the key is not valid.',
        hint
      );
    },
    revalidate(caller) {
      switch (caller.identity) {
        case 'apiKey':
          return keys.revalidate(caller);
        case 'loopback':
          return loopback && { ...caller, roles: loopback.roles };
        case 'dev':
          return dev && { ...caller, roles: dev.roles };
        case 'jwt':
          return jwts.identified(caller) ? caller : undefined;
        case 'proxyHeader':
          return proxies.some(({ header }) => header.identified(caller)) ? caller : undefined;
        case 'session':
          return session?.revalidate(caller);
        case 'genesysToken':
          return genesysTokens?.revalidate(caller);
      }
    },
    close: () => jwts.close()
  };
}
