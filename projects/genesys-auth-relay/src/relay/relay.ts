import { RELAY_PATHS, type SessionResponse, type TokenResponse } from 'genesys-auth-protocol';
import { canonical } from '../config/check-roles.ts';
import type { ClientConfig, RelayConfig } from '../config/config.ts';
import type { RequestFacts } from '../guard/facts.ts';
import { createOriginGuard, type OriginGuard } from '../guard/origin.ts';
import { createRateLimit, rateLimited } from '../guard/rate.ts';
import { createScopeSets } from '../guard/scope-sets.ts';
import { EMPTY_ASK, type TokenAsk } from '../guard/token-ask.ts';
import type { Caller } from '../identify/caller.ts';
import { readCredential } from '../identify/credential.ts';
import { createIdentities } from '../identify/identify.ts';
import { chooseClient } from '../policy/client-policy.ts';
import { type RelayHub, createRelayHub } from '../hub/create.ts';
import type { Hub } from '../hub/hub.ts';
import { createPolicy, type Entitlement, type ScopeDecision } from '../policy/policy.ts';
import { type ApiProxy, createApiProxy } from '../proxy/proxy.ts';
import { RelayProblem } from '../reply/problem.ts';
import type { RelayRuntime } from '../runtime/runtime.ts';
import { sha256 } from '../runtime/sha256.ts';
import { slotOf } from '../source/cache-key.ts';
import { expiresIn } from '../source/lifetime.ts';
import { watchSecrets } from '../source/watch-secrets.ts';
import { type SourceToken, type TokenSource, createTokenSource } from '../source/token-source.ts';
import { createUpstream } from '../source/upstream.ts';
import { UpstreamError } from '../source/upstream-error.ts';
import { openStore } from '../store/open.ts';
import { judgeGrant } from './grant.ts';

/** Verifications of a reported token that one caller may start in a minute. */
const VERIFICATIONS_PER_MINUTE = 10;

/** The relay behind its HTTP door: who is calling, what may they have, and where it comes from. */
export interface Relay {
  readonly origins: OriginGuard;
  /** Finds the caller and takes one request from its budget. */
  admit(facts: RequestFacts, ip: string, ask?: TokenAsk): Promise<Caller>;
  token(caller: Caller, ask: TokenAsk): Promise<TokenResponse>;
  session(caller: Caller): SessionResponse;
  /** What the roles of a caller add up to. Throws `policy_denied` when that is nothing. */
  entitlement(caller: Caller): Entitlement;
  /** The notification hub, if it is on. */
  readonly hub: (Hub & Pick<RelayHub, 'tickets' | 'use'>) | undefined;
  readonly source: TokenSource;
  /** Passes calls of the API on; `undefined` in token mode. */
  readonly api: ApiProxy | undefined;
  close(): Promise<void>;
}

const shares = new WeakMap<Caller, number>();

/** What a request comes down to: its scopes, and the client whose token has them. */
interface Decided extends ScopeDecision {
  readonly client: ClientConfig;
  /** Required and optional ones together, canonical. */
  readonly all: readonly string[];
}

/** The caller's number from 0 to 1, always the same. */
function shareOf(caller: Caller): number {
  const share = shares.get(caller) ?? Number.parseInt(sha256(caller.key).slice(0, 8), 16) / 0xffffffff;
  shares.set(caller, share);
  return share;
}

/**
 * Builds a relay from a checked configuration.
 *
 * @param previous token source of a relay this one takes over from
 */
export async function createRelay(config: RelayConfig, runtime: RelayRuntime, previous?: TokenSource): Promise<Relay> {
  const { clock, log } = runtime;
  const origins = createOriginGuard(config.cors.origins);
  const identities = createIdentities(config.identities, origins, runtime);
  const policy = createPolicy(config);
  const upstream = createUpstream(config.genesys, clock);
  const store = await openStore(config, runtime);
  const source = createTokenSource(config.genesys, upstream, runtime, store, previous);
  const secrets = watchSecrets(
    config.secretFiles,
    () => {
      source.secretsChanged();
    },
    runtime
  );
  const callers = createRateLimit(config.limits.requestsPerMinute, clock);
  // Strangers have a budget of their own for each address, so that they cannot spend that of the callers beside them.
  const strangers = createRateLimit(config.limits.requestsPerMinute, clock);
  const scopeSets = createScopeSets(config.limits.scopeSetsPerCaller, clock);
  const verifications = createRateLimit(VERIFICATIONS_PER_MINUTE, clock);
  const mayVerify = (caller: string) => verifications.take(caller) === 0;
  const api =
    config.mode === 'proxy'
      ? createApiProxy(config, runtime, { source, entitlement: policy.entitlement, mayVerify })
      : undefined;
  const decisions = new WeakMap<TokenAsk, WeakMap<Entitlement, Decided>>();
  const flagged = new Set<string>();
  const privileges = {
    held: [...config.roles.values()].flatMap(({ scopes }) => scopes),
    acceptSharedPrivileges: config.acceptSharedPrivileges
  };
  const notifications =
    config.notifications === false ? undefined : await createRelayHub(config, config.notifications, source, runtime);

  function decide(entitlement: Entitlement, ask: TokenAsk): Decided {
    const { required, optional: allowed } = policy.decide(ask, entitlement);
    const { client, optional } = chooseClient(entitlement, { required, optional: allowed }, privileges);
    return { required, optional, client, all: canonical([...required, ...optional]) };
  }

  /** The same roles that ask for the same get the same answer: both are objects that come again. */
  function decided(entitlement: Entitlement, ask: TokenAsk): Decided {
    const before = decisions.get(ask)?.get(entitlement);
    if (before !== undefined) return before;
    const now = decide(entitlement, ask);
    const known = decisions.get(ask) ?? new WeakMap<Entitlement, Decided>();
    decisions.set(ask, known.set(entitlement, now));
    return now;
  }

  async function obtain({ client, required, optional, all }: Decided, caller: Caller) {
    const slot = slotOf(client, caller.key);
    try {
      return { token: await source.get(client, all, slot), optional };
    } catch (error) {
      if (!(error instanceof UpstreamError)) throw error;
      if (error.problem.code !== 'upstream_invalid_scope' || required.length === 0 || optional.length === 0) {
        throw error.problem;
      }
    }
    // The token endpoint refuses the whole for the sake of an optional scope: do without those.
    try {
      return { token: await source.get(client, required, slot), optional: [] };
    } catch (error) {
      throw error instanceof UpstreamError ? error.problem : error;
    }
  }

  function flag({ hash }: SourceToken, wider: readonly string[]): void {
    if (wider.length === 0 || flagged.has(hash)) return;
    if (flagged.size > 1000) flagged.clear();
    flagged.add(hash);
    log.warn(
      { event: 'wider_grant', scopes: wider.slice(0, 20) },
      'the token endpoint granted more than was asked for'
    );
  }

  function refuseStranger(error: unknown, ip: string): never {
    const seconds = error instanceof RelayProblem && error.status === 401 ? strangers.take(ip) : 0;
    throw seconds > 0 ? rateLimited(seconds) : error;
  }

  return {
    origins,
    source,
    hub: notifications && { ...notifications.hub, tickets: notifications.tickets, use: notifications.use },
    entitlement: ({ roles }) => policy.entitlement(roles),

    async admit(facts, ip, ask = EMPTY_ASK) {
      let caller;
      try {
        caller = await identities.identify(facts, readCredential(facts, ask));
      } catch (error) {
        return refuseStranger(error, ip);
      }
      const seconds = callers.take(caller.key);
      if (seconds > 0) throw rateLimited(seconds);
      return caller;
    },

    api,

    async token(caller, ask) {
      if (api !== undefined) {
        throw new RelayProblem('proxy_mode', 'This relay hands out no tokens: it passes the calls of the API on.', {
          hint: `Call {relay}${RELAY_PATHS.api}/... instead of the API; in the app add withProxyMode().`
        });
      }
      const entitlement: Entitlement = policy.entitlement(caller.roles);
      const { required, optional, client, all } = decided(entitlement, ask);
      scopeSets.check(caller.key, all);
      if (ask.rejected !== undefined) {
        const mayVerifyNow = () => mayVerify(caller.key);
        await source.report(client, all, ask.rejected, mayVerifyNow);
        // The token may be one without the optional scopes: see `obtain`.
        if (optional.length > 0) await source.report(client, required, ask.rejected, mayVerifyNow);
      }
      const obtained = await obtain({ client, required, optional, all }, caller);
      const { token } = obtained;
      const grant = judgeGrant(token.scopes, { required, optional: obtained.optional }, entitlement, config);
      flag(token, grant.wider);
      return {
        access_token: token.token,
        token_type: 'Bearer',
        expires_in: expiresIn(token.lifetime.hard - clock.monotonic(), shareOf(caller)),
        scope: grant.scopes.join(' '),
        ...(ask.caller && { caller: sha256(caller.key) })
      };
    },

    session(caller) {
      const { scopes, defaultScopes } = policy.entitlement(caller.roles);
      const { region, apiOrigin } = config.genesys;
      const { subject, identity, roles } = caller;
      const shared = { identity, roles, scopes, defaultScopes, region, apiOrigin, mode: config.mode };
      return { subject, caller: sha256(caller.key), ...shared };
    },

    async close() {
      await notifications?.close();
      secrets.close();
      source.close();
      await Promise.all([identities.close(), upstream.close(), store?.close(), api?.close()]);
    }
  };
}
