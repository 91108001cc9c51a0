import { RELAY_PATHS, type SessionResponse, type TokenResponse } from 'genesys-auth-protocol';
import type { RelayConfig, SignInConfig } from '../config/config.ts';
import type { RequestHead } from '../guard/request-head.ts';
import { createOriginGuard, type OriginGuard } from '../guard/origin.ts';
import { rateLimited } from '../guard/rate.ts';
import { createClientAddress } from '../guard/client-address.ts';
import { EMPTY_BODY, type TokenRequestBody } from '../guard/token-request-body.ts';
import type { Caller } from '../identify/caller.ts';
import { readCredential } from '../identify/credential.ts';
import { createDevIdentity } from '../identify/dev.ts';
import { createIdentities } from '../identify/identify.ts';
import { invalidCredentials } from '../identify/unauthorized.ts';
import type { RelayHub } from '../hub/create.ts';
import type { Hub } from '../hub/hub.ts';
import { createPolicy, type Entitlement, limitedToToken } from '../policy/policy.ts';
import { type ApiProxy, createApiProxy } from '../proxy/proxy.ts';
import type { ApiAccess } from '../proxy/token-provider.ts';
import { RelayProblem } from '../reply/problem.ts';
import { createPending } from '../runtime/pending.ts';
import type { RelayRuntime } from '../runtime/runtime.ts';
import { sha256 } from '../runtime/sha256.ts';
import { watchSecrets } from '../token-source/watch-secrets.ts';
import { type TokenSource, createCachedTokenSource } from '../token-source/token-source.ts';
import { createUpstream } from '../token-source/upstream.ts';
import { createGenesysTokens } from '../sign-in/genesys-tokens.ts';
import { openSessionStore } from '../sign-in/redis-sessions.ts';
import { createDevSignIn } from '../sign-in/dev-sign-in.ts';
import { type SignIn, createSignIn } from '../sign-in/sign-in.ts';
import { openStore } from '../store/open.ts';
import type { RelayMemory } from './memory.ts';
import { createTokens } from './tokens.ts';

/** The relay without HTTP: it identifies callers, decides about their rights, and obtains tokens. */
export interface Relay {
  readonly origins: OriginGuard;
  /**
   * Identifies the caller and takes one request from its rate limit.
   *
   * @param ip see {@link Relay.clientAddress}
   */
  admit(head: RequestHead, ip?: string, body?: TokenRequestBody): Promise<Caller>;
  /**
   * The address by which a caller without a valid credential is limited.
   *
   * @param ip the client's address as the embedding server reports it, such as Fastify with `trustProxy`; default: that of the peer
   */
  clientAddress(head: RequestHead, ip?: string): string;
  /** Requests that a caller may send in a minute, unless its roles say otherwise. */
  readonly defaultRequestsPerMinute: number;
  /**
   * Checks a caller who was identified before against the current configuration. Returns its current state, or `undefined` when its
   * identity or key is no longer configured.
   */
  revalidate(caller: Caller): Caller | undefined;
  token(caller: Caller, body: TokenRequestBody): Promise<TokenResponse>;
  /** The answer of `GET /session`. */
  describeCaller(caller: Caller): SessionResponse;
  /**
   * The rights of a caller at the notification hub.
   *
   * @throws RelayProblem `not_found` for a user whom the hub does not serve, `policy_denied` for a caller without a scope
   */
  checkHub(caller: Caller): Entitlement;
  /** The rights of a caller by its roles. Throws `policy_denied` when it has no role. */
  entitlement(caller: Caller): Entitlement;
  /** The notification hub, if it is on. */
  readonly hub: (Hub & Pick<RelayHub, 'tickets'>) | undefined;
  readonly tokenSource: TokenSource;
  /** Signs users in; `undefined`: they do not sign in here. */
  readonly signIn: SignIn | undefined;
  /** Forwards API calls; `undefined` in token mode. */
  readonly apiProxy: ApiProxy | undefined;
  /** Resolves when all calls that have begun are answered. */
  idle(): Promise<void>;
  close(): Promise<void>;
}

/**
 * Builds a relay from a checked configuration, without its hub, which outlives it. If that fails, nothing stays open.
 *
 * @param memory what outlives a configuration
 * @param previous token source of a relay this one takes over from
 */
export async function createRelay(
  config: RelayConfig,
  runtime: RelayRuntime,
  memory: RelayMemory,
  previous?: TokenSource
): Promise<Omit<Relay, 'hub'>> {
  const closeables: Closeable[] = [];
  try {
    return await build(config, runtime, memory, previous, closeables);
  } catch (error) {
    await closeAll(closeables);
    throw error;
  }
}

/** A part of a relay that has to be closed. */
interface Closeable {
  close(): unknown;
}

/** Closes the parts of a relay. */
async function closeAll(closeables: readonly Closeable[]): Promise<void> {
  await Promise.all(closeables.map((one) => one.close()));
}

/** @param closeables collects the parts that are built, so that they can be closed when a later part fails */
async function build(
  config: RelayConfig,
  runtime: RelayRuntime,
  memory: RelayMemory,
  previous: TokenSource | undefined,
  closeables: Closeable[]
): Promise<Omit<Relay, 'hub'>> {
  const { apiLimits } = memory;
  const takeVerification = (key: string) => memory.verifications.take(key) === 0;
  const closeLater = <Part extends Closeable>(part: Part): Part => {
    closeables.push(part);
    return part;
  };
  const origins = createOriginGuard(config.cors.origins);
  const policy = createPolicy(config);
  const pending = createPending();
  const sessions = await openSessionStore(config);
  if (sessions !== undefined) closeLater(sessions);
  const dev = config.dev?.key && createDevIdentity(config.dev, config.dev.key);
  const createSignInFor = (signInConfig: SignInConfig) =>
    createSignIn(config, signInConfig, runtime, {
      policy,
      memory: memory.signIn,
      apiLimits,
      takeVerification,
      pending,
      store: sessions
    });
  const signIn =
    config.signIn &&
    closeLater(dev ? createDevSignIn(config.signIn, createSignInFor, dev) : createSignInFor(config.signIn));
  const genesysTokens = createGenesysTokens(
    config.identities.filter((identity) => identity.type === 'genesysToken'),
    config,
    runtime,
    { apiLimits, takeVerification, memory: memory.signIn }
  );
  if (genesysTokens !== undefined) closeLater(genesysTokens);
  const identities = closeLater(
    createIdentities(config.identities, origins, runtime, {
      session: signIn,
      genesysTokens,
      // Without an OAuth client for the calls, the developer has to sign in.
      dev: config.genesys.clients.length > 0 ? dev : undefined
    })
  );
  const upstream = closeLater(createUpstream(config.genesys, runtime));
  const store = await openStore(config, runtime);
  if (store !== undefined) closeLater(store);
  const tokenSource = closeLater(createCachedTokenSource(config.genesys, upstream, runtime, store, previous));
  const secrets = watchSecrets(
    config.secretFiles,
    () => {
      tokenSource.secretsChanged();
    },
    runtime
  );
  closeLater(secrets);
  const { requestsPerMinute } = config.limits;
  const clientAddress = createClientAddress(config.limits.trustedProxies);
  const apiProxy =
    config.mode === 'proxy'
      ? createApiProxy(config, runtime, { tokenSource, apiLimits, apiAccess, takeVerification })
      : undefined;
  if (apiProxy !== undefined) closeLater(apiProxy);
  const tokens = createTokens(config, runtime, {
    policy,
    tokenSource,
    scopeSets: memory.scopeSets,
    takeVerification
  });

  function entitlement(caller: Caller): Entitlement {
    if (caller.identity === 'genesysToken' && genesysTokens === undefined) {
      // A reload has removed the identity during the request.
      throw invalidCredentials(
        'The relay no longer accepts Genesys Cloud tokens.',
        'Use another identity of the relay.'
      );
    }
    if (caller.identity !== 'session') return limitedToToken(policy.entitlementOfRoles(caller.roles), caller);
    // A reload has removed sign-in during the request.
    if (signIn === undefined)
      throw invalidCredentials('Sign-in has been removed from the relay.', 'Load the page again.');
    return signIn.entitlement(caller);
  }

  /** The scopes that `/session` reports. A signed-in user without a role has none, but must see who is signed in, to sign out. */
  function reportedScopes(caller: Caller): Pick<Entitlement, 'scopes' | 'defaultScopes'> {
    try {
      return entitlement(caller);
    } catch (error) {
      const isWithoutRole = error instanceof RelayProblem && error.code === 'policy_denied';
      if (caller.session !== undefined && isWithoutRole) return { scopes: [], defaultScopes: [] };
      throw error;
    }
  }

  function apiAccess(caller: Caller): ApiAccess | Promise<ApiAccess> {
    if (caller.session !== undefined && signIn !== undefined) return signIn.apiAccess(caller);
    const tokenProvider = genesysTokens?.tokenProvider(caller);
    return { entitlement: entitlement(caller), ...(tokenProvider !== undefined && { tokenProvider }) };
  }

  function refuseUnauthenticated(error: unknown, head: RequestHead, ip: string | undefined): never {
    const isUnauthenticated = error instanceof RelayProblem && error.status === 401;
    const seconds = isUnauthenticated
      ? memory.unauthenticatedRequests.take(clientAddress(head, ip), requestsPerMinute)
      : 0;
    throw seconds > 0
      ? rateLimited(seconds, 'Too many requests without a valid credential came from this address.')
      : error;
  }

  /** Takes one request from the limit of a caller, and returns the caller. */
  function takeRequest(caller: Caller): Caller {
    const seconds = memory.callerRequests.take(caller.key, policy.requestsPerMinute(caller.roles));
    if (seconds > 0) throw rateLimited(seconds);
    return caller;
  }

  async function admit(head: RequestHead, ip?: string, body = EMPTY_BODY): Promise<Caller> {
    let caller;
    try {
      caller = await identities.identify(head, readCredential(head, body), () => clientAddress(head, ip));
    } catch (error) {
      return refuseUnauthenticated(error, head, ip);
    }
    return takeRequest(caller);
  }

  return {
    origins,
    tokenSource,
    signIn,
    entitlement,

    checkHub(caller) {
      if (caller.tokenScopes !== undefined && config.signIn?.hubIgnoresDivisions !== true) {
        throw new RelayProblem(
          'not_found',
          'The notification hub does not serve users who call with their own token.',
          {
            hint: 'The hub does not know the divisions of a user. If that does not matter, set signIn.hubIgnoresDivisions: true.'
          }
        );
      }
      const found = entitlement(caller);
      if (found.scopes.length > 0) return found;
      throw new RelayProblem('policy_denied', "The user's token has no scope that a role of the user allows.", {
        hint: 'Give the OAuth client of the user a scope that one of the roles lists.'
      });
    },

    admit: (head, ip, body) => pending.track(admit(head, ip, body)),

    clientAddress,
    defaultRequestsPerMinute: requestsPerMinute,
    revalidate: (caller) => identities.revalidate(caller),

    apiProxy: apiProxy && { ...apiProxy, handle: (call) => pending.track(apiProxy.handle(call)) },

    async token(caller, body) {
      if (apiProxy !== undefined) {
        throw new RelayProblem('proxy_mode', 'This relay issues no tokens: it forwards API calls.', {
          hint: `Call {relay}${RELAY_PATHS.api}/... instead of the API; in the app, add withProxyMode().`
        });
      }
      return pending.track(tokens(caller, body));
    },

    describeCaller(caller) {
      const { scopes, defaultScopes } = reportedScopes(caller);
      const { region, publicApiOrigin: apiOrigin } = config.genesys;
      const { subject, identity, roles } = caller;
      const shared = { identity, roles, scopes, defaultScopes, region, apiOrigin, mode: config.mode };
      return { subject, caller: sha256(caller.key), ...shared, ...signIn?.describe(caller) };
    },

    idle: () => pending.idle(),
    close: () => closeAll(closeables)
  };
}
