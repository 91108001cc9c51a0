import type { TokenResponse } from 'genesys-auth-protocol';
import { canonical } from '../config/check-roles.ts';
import type { ClientConfig, RelayConfig } from '../config/config.ts';
import { createScopeSets } from '../guard/scope-sets.ts';
import type { TokenAsk } from '../guard/token-ask.ts';
import type { Caller } from '../identify/caller.ts';
import { chooseClient } from '../policy/client-policy.ts';
import type { Entitlement, Policy, ScopeDecision } from '../policy/policy.ts';
import type { RelayRuntime } from '../runtime/runtime.ts';
import { sha256 } from '../runtime/sha256.ts';
import type { Soon } from '../runtime/soon.ts';
import { slotOf } from '../source/cache-key.ts';
import { expiresIn } from '../source/lifetime.ts';
import type { SourceToken, TokenSource } from '../source/token-source.ts';
import { UpstreamError } from '../source/upstream-error.ts';
import { type Grant, judgeGrant } from './grant.ts';

const shares = new WeakMap<Caller, number>();

/** What a request comes down to: its scopes, and the client whose token has them. */
interface Decided extends ScopeDecision {
  readonly client: ClientConfig;
  /** Required and optional ones together, canonical. */
  readonly all: readonly string[];
  /** The same as one text. */
  readonly set: string;
  /** What of a token's grant is the caller's: of one token there are many requests. */
  readonly granted: WeakMap<SourceToken, Granted>;
}

interface Granted extends Grant {
  readonly scope: string;
}

/** The caller's number from 0 to 1, always the same. */
function shareOf(caller: Caller): number {
  const known = shares.get(caller);
  if (known !== undefined) return known;
  const share = Number.parseInt(sha256(caller.key).slice(0, 8), 16) / 0xffffffff;
  shares.set(caller, share);
  return share;
}

/** What handing out tokens needs of the relay. */
export interface TokenParts {
  readonly policy: Policy;
  readonly source: TokenSource;
  /** Whether the API may be asked about a token because of this caller. */
  readonly mayVerify: (caller: string) => boolean;
}

/** Hands out tokens: decides what a caller may have, and gives the live token for it, at once where there is one. */
export function createTokens(
  config: RelayConfig,
  { clock, log }: RelayRuntime,
  { policy, source, mayVerify }: TokenParts
): (caller: Caller, ask: TokenAsk) => Soon<TokenResponse> {
  const scopeSets = createScopeSets(config.limits.scopeSetsPerCaller, clock);
  const decisions = new WeakMap<TokenAsk, WeakMap<Entitlement, Decided>>();
  const flagged = new Set<string>();
  const privileges = {
    held: [...config.roles.values()].flatMap(({ scopes }) => scopes),
    acceptSharedPrivileges: config.acceptSharedPrivileges
  };

  function decide(entitlement: Entitlement, ask: TokenAsk): Decided {
    const { required, optional: allowed } = policy.decide(ask, entitlement);
    const { client, optional } = chooseClient(entitlement, { required, optional: allowed }, privileges);
    const all = canonical([...required, ...optional]);
    return { required, optional, client, all, set: all.join(' '), granted: new WeakMap() };
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

  function grantedOf(token: SourceToken, decision: ScopeDecision, entitlement: Entitlement): Granted {
    const grant = judgeGrant(token.scopes, decision, entitlement, config);
    return { ...grant, scope: grant.scopes.join(' ') };
  }

  function hand(token: SourceToken, { scope, wider }: Granted, caller: Caller, ask: TokenAsk): TokenResponse {
    flag(token, wider);
    return {
      access_token: token.token,
      token_type: 'Bearer',
      expires_in: expiresIn(token.lifetime.hard - clock.monotonic(), shareOf(caller)),
      scope,
      ...(ask.caller && { caller: sha256(caller.key) })
    };
  }

  async function tokenLater(caller: Caller, ask: TokenAsk, entitlement: Entitlement, decision: Decided) {
    const { required, optional, client, all } = decision;
    if (ask.rejected !== undefined) {
      const mayVerifyNow = () => mayVerify(caller.key);
      await source.report(client, all, ask.rejected, mayVerifyNow);
      // The token may be one without the optional scopes: see `obtain`.
      if (optional.length > 0) await source.report(client, required, ask.rejected, mayVerifyNow);
    }
    const obtained = await obtain(decision, caller);
    const granted = grantedOf(obtained.token, { required, optional: obtained.optional }, entitlement);
    return hand(obtained.token, granted, caller, ask);
  }

  return (caller, ask) => {
    const entitlement: Entitlement = policy.entitlement(caller.roles);
    const decision = decided(entitlement, ask);
    scopeSets.check(caller.key, decision.set);
    const { client, all } = decision;
    const token = ask.rejected === undefined ? source.ready(client, all, slotOf(client, caller.key)) : undefined;
    if (token === undefined) return tokenLater(caller, ask, entitlement, decision);
    let granted = decision.granted.get(token);
    if (granted === undefined) {
      granted = grantedOf(token, decision, entitlement);
      decision.granted.set(token, granted);
    }
    return hand(token, granted, caller, ask);
  };
}
