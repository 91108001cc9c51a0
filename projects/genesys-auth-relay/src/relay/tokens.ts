import type { TokenResponse } from 'genesys-auth-protocol';
import { canonical } from '../scopes/canonical.ts';
import type { ClientConfig, RelayConfig } from '../config/config.ts';
import type { ScopeSets } from '../guard/scope-sets.ts';
import type { TokenRequestBody } from '../guard/token-request-body.ts';
import type { Caller } from '../identify/caller.ts';
import { chooseClient } from '../policy/client-policy.ts';
import type { Entitlement, Policy, ScopeDecision } from '../policy/policy.ts';
import type { RelayRuntime } from '../runtime/runtime.ts';
import { sha256 } from '../runtime/sha256.ts';
import { slotOf } from '../token-source/cache-key.ts';
import { expiresIn } from '../token-source/lifetime.ts';
import type { SourceToken, TokenSource } from '../token-source/token-source.ts';
import { UpstreamError } from '../token-source/upstream-error.ts';
import { judgeGrant } from './grant.ts';

/** The scopes that a request gets, and the client whose token has them. */
interface Decision extends ScopeDecision {
  readonly client: ClientConfig;
  /** Required and optional scopes together, canonical. */
  readonly all: readonly string[];
}

/** The part of the jitter of `expires_in`, from 0 to 1, that a caller gets: always the same, and different for each caller. */
const jitterOf = (caller: Caller): number => Number.parseInt(sha256(caller.key).slice(0, 8), 16) / 0xffffffff;

/** Dependencies of `createTokens`. */
export interface TokenParts {
  readonly policy: Policy;
  readonly tokenSource: TokenSource;
  readonly scopeSets: ScopeSets;
  /** Takes one verification of a reported token from the caller's limit. Returns `false` when none is left. */
  readonly takeVerification: (caller: string) => boolean;
}

/** Issues tokens: decides what a caller may have, and gets the token for it. */
export function createTokens(
  config: RelayConfig,
  { clock, log }: RelayRuntime,
  { policy, tokenSource, scopeSets, takeVerification }: TokenParts
): (caller: Caller, body: TokenRequestBody) => Promise<TokenResponse> {
  const flagged = new Set<string>();
  const privileges = {
    scopesOfAllRoles: [...config.roles.values()].flatMap(({ scopes }) => scopes),
    acceptSharedPrivileges: config.acceptSharedPrivileges
  };

  function decide(entitlement: Entitlement, body: TokenRequestBody): Decision {
    const { required, optional: allowed } = policy.decide(body, entitlement);
    const { client, optional } = chooseClient(entitlement, { required, optional: allowed }, privileges);
    return { required, optional, client, all: canonical([...required, ...optional]) };
  }

  async function obtain({ client, required, optional, all }: Decision, caller: Caller) {
    const slot = slotOf(client, caller.key);
    try {
      return { token: await tokenSource.get(client, all, slot), optional };
    } catch (error) {
      if (!(error instanceof UpstreamError)) throw error;
      if (error.problem.code !== 'upstream_invalid_scope' || required.length === 0 || optional.length === 0) {
        throw error.problem;
      }
    }
    // The token endpoint refuses the whole request because of an optional scope: try without the optional scopes.
    try {
      return { token: await tokenSource.get(client, required, slot), optional: [] };
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
      'the token endpoint granted more scopes than were requested'
    );
  }

  return async (caller, body) => {
    const entitlement = policy.entitlementOfRoles(caller.roles);
    const decision = decide(entitlement, body);
    const { client, required, optional, all } = decision;
    scopeSets.check(caller.key, all.join(' '), config.limits.scopeSetsPerCaller);
    if (body.rejected !== undefined) {
      const takeOne = () => takeVerification(caller.key);
      await tokenSource.report(client, all, body.rejected, takeOne);
      // The token may lack the optional scopes: see `obtain`.
      if (optional.length > 0) await tokenSource.report(client, required, body.rejected, takeOne);
    }
    const obtained = await obtain(decision, caller);
    const { token } = obtained;
    const { scopes, wider } = judgeGrant(token.scopes, { required, optional: obtained.optional }, entitlement, config);
    flag(token, wider);
    return {
      access_token: token.token,
      token_type: 'Bearer',
      expires_in: expiresIn(token.lifetime.issueUntil - clock.monotonic(), jitterOf(caller)),
      scope: scopes.join(' '),
      ...(body.caller && { caller: sha256(caller.key) })
    };
  };
}
