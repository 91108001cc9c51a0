import { isCovered, isScopeToken, missingScopes } from 'genesys-scopes';
import { canonical } from '../scopes/canonical.ts';
import type { Entitlement, ScopeDecision } from '../policy/policy.ts';
import { RelayProblem } from '../reply/problem.ts';
import { safeList } from '../reply/safe-text.ts';

/** The scopes that are reported to the caller as granted, and those that the token has in addition. */
export interface Grant {
  readonly scopes: readonly string[];
  readonly wider: readonly string[];
}

/**
 * Compares what the token endpoint granted with what the caller must have and may have.
 *
 * @param granted scopes of the token
 * @param decision the scopes that were requested
 * @param entitlement what the caller may have
 * @param rules the registered scopes, and whether callers may share the client's rights
 * @throws RelayProblem `upstream_invalid_scope` when a required scope is missing, or when the token can do what other
 *   callers of this relay may and this one may not
 */
export function judgeGrant(
  granted: readonly string[],
  { required, optional }: ScopeDecision,
  entitlement: Entitlement,
  rules: { readonly scopes: readonly string[]; readonly acceptSharedPrivileges: boolean }
): Grant {
  const scopes = canonical(granted.filter(isScopeToken));
  const missing = missingScopes(required, scopes);
  if (missing.length > 0) {
    throw new RelayProblem('upstream_invalid_scope', `The token endpoint did not grant: ${safeList(missing)}.`, {
      hint: 'Allow these scopes for the OAuth client, or ask without them (in a request to the relay: as optional scopes).',
      scopes: missing
    });
  }
  const wider = scopes.filter((scope) => !isCovered(scope, [...required, ...optional]));
  const forbidden = wider.filter((scope) => isCovered(scope, rules.scopes) && !isCovered(scope, entitlement.scopes));
  if (forbidden.length > 0 && !rules.acceptSharedPrivileges) {
    throw new RelayProblem(
      'upstream_invalid_scope',
      `The token endpoint granted more than this caller may have: ${safeList(forbidden)}.`,
      {
        hint: 'Give this privilege level a separate OAuth client and relay, or set acceptSharedPrivileges: true.',
        scopes: forbidden
      }
    );
  }
  return { scopes, wider };
}
