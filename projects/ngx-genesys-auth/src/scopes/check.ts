import { checkScope, isCovered, isScopeToken, missingScopes, nearestScope } from 'genesys-scopes';
import type { ScopeRequirement } from './requirement';
import { GenesysScopeError, scopeError } from '../errors';
import type { ResolvedConfig } from '../config';

/** Finds what is wrong with a scope name. */
export type NameCheck = (
  scope: string,
  registeredScopes: readonly string[] | undefined,
  ownScopes?: readonly string[]
) => GenesysScopeError | undefined;

/**
 * Compares a scope with the names of Genesys Cloud and those of the app. It finds misspelt names and names that an area does not
 * have. Development builds contain it, and so do apps with `withScopeCatalogue()`. Other production builds report that such a
 * name is not configured.
 */
export const nameError: NameCheck = (scope, registeredScopes, ownScopes) => {
  const finding = checkScope(scope, { ...(registeredScopes && { registeredScopes }), ...(ownScopes && { ownScopes }) });
  if (!finding) return undefined;
  const { kind, message, hint, nearest } = finding;
  return new GenesysScopeError(`scope_${kind}`, [scope], message, { hint, nearest });
};

/** Checks the scopes that a call names against the configuration, before anything is sent. */
export interface ScopeCheck {
  /** The errors of the scopes that may not be asked for. Configured scopes were checked when the app started. */
  errors(needed: readonly string[]): GenesysScopeError[];
  /** The requirement of a request that needs all these scopes. */
  requirementOf(needed: readonly string[]): ScopeRequirement;
}

/**
 * @param config without it, only the names are checked
 * @param checkName see {@link nameError}
 */
export function createScopeCheck(config?: ResolvedConfig, checkName?: NameCheck): ScopeCheck {
  const configured = config && [...config.scopes, ...config.optionalScopes];
  const registered = config?.registeredScopes;
  const errorOf = (scope: string): GenesysScopeError | undefined => {
    if (configured && isCovered(scope, configured)) return undefined;
    const error = (ngDevMode ? nameError : checkName)?.(scope, registered, configured);
    if (error) return error;
    if (!isScopeToken(scope)) return new GenesysScopeError('scope_malformed', [scope], '');
    if (!configured) return undefined;
    const nearest = nearestOf(scope, configured);
    // In development builds nameError() has found a scope that is not registered.
    return registered && !isCovered(scope, registered)
      ? new GenesysScopeError('scope_not_registered', [scope], '', { nearest })
      : scopeError('scope_not_configured', [scope], { configured, nearest });
  };
  const errors = (needed: readonly string[]) => needed.flatMap((scope) => errorOf(scope) ?? []);
  return {
    errors,
    requirementOf: (needed) => ({
      beforeToken: () => errors(needed)[0],
      afterGrant: (granted) => notGranted(needed, granted)
    })
  };
}

/** Throws the error, if there is one. */
export function throwIf(error: Error | undefined): void {
  if (error) throw error;
}

/** The nearest of the names. Production builds only look for the read-only variant of the scope. */
const nearestOf = (scope: string, names: readonly string[]): string | undefined =>
  ngDevMode ? nearestScope(scope, names) : names.find((name) => isCovered(name, [scope]));

/** The error for the scopes that the token does not have; `undefined` if it has all. */
export function notGranted(needed: readonly string[], granted: Iterable<string>): GenesysScopeError | undefined {
  const held = [...granted];
  const missing = missingScopes(needed, held);
  if (missing.length === 0) return undefined;
  return scopeError('scope_not_granted', missing, { granted: held, nearest: nearestOf(missing[0] ?? '', held) });
}
