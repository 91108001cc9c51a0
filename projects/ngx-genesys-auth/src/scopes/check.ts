import { checkScope, isCovered, isScopeToken, missingScopes, nearestScope } from 'genesys-scopes';
import type { NeedCheck } from '../attach/needs';
import { GenesysScopeError } from '../errors';
import type { ResolvedConfig } from '../config';

/** Finds what is wrong with a scope name. */
export type NameCheck = (
  scope: string,
  registeredScopes: readonly string[] | undefined,
  ownScopes?: readonly string[]
) => GenesysScopeError | undefined;

/**
 * Finds what is wrong with a scope by the names of Genesys Cloud and the app's own: a near miss, a name that an area does not
 * have. Development builds contain it, and so do apps with a feature that brings it; to others such a name is not configured.
 */
export const nameError: NameCheck = (scope, registeredScopes, ownScopes) => {
  const finding = checkScope(scope, { ...(registeredScopes && { registeredScopes }), ...(ownScopes && { ownScopes }) });
  if (!finding) return undefined;
  const { kind, message, hint, nearest } = finding;
  return new GenesysScopeError(`scope_${kind}`, [scope], message, { hint, nearest });
};

const list = (scopes: readonly string[]): string => scopes.map((scope) => `"${scope}"`).join(', ');

/** Checks the scopes that a call names against the configuration, before anything is sent. */
export interface ScopeCheck {
  /** What is wrong with each scope that is not fine. The configured ones were checked at start and cost no more here. */
  errors(needed: readonly string[]): GenesysScopeError[];
  /** The check of a call that needs all these scopes. */
  checkOf(needed: readonly string[]): NeedCheck;
}

/**
 * @param config if it is not known yet, names alone are checked
 * @param names see {@link nameError}
 */
export function createScopeCheck(config?: ResolvedConfig, names?: NameCheck): ScopeCheck {
  const configured = config && [...config.scopes, ...config.optionalScopes];
  const registered = config?.registeredScopes;
  const errorOf = (scope: string): GenesysScopeError | undefined => {
    if (configured && isCovered(scope, configured)) return undefined;
    const error = (ngDevMode ? nameError : names)?.(scope, registered, configured);
    if (error) return error;
    if (!isScopeToken(scope)) return new GenesysScopeError('scope_malformed', [scope], '');
    return (
      configured &&
      new GenesysScopeError(
        registered && !isCovered(scope, registered) ? 'scope_not_registered' : 'scope_not_configured',
        [scope],
        ngDevMode ? `The scope "${scope}" is not configured.` : '',
        {
          nearest: nearestOf(scope, configured),
          ...(ngDevMode && {
            hint: `Add "${scope}" to scopes or optionalScopes of the configuration: one token serves them all, and ${list(configured)} is what it is asked for now.`
          })
        }
      )
    );
  };
  const errors = (needed: readonly string[]) => needed.flatMap((scope) => errorOf(scope) ?? []);
  return {
    errors,
    checkOf: (needed) => (granted) => (granted ? notGranted(needed, granted) : errors(needed)[0])
  };
}

/** Throws an error, if there is one. */
export function refuse(error: Error | undefined): void {
  if (error) throw error;
}

/** The nearest of some names; in production the read-only part of the scope, or nothing. */
const nearestOf = (scope: string, names: readonly string[]): string | undefined =>
  ngDevMode ? nearestScope(scope, names) : names.find((name) => isCovered(name, [scope]));

/** The error for scopes that the token does not have, if there are any. */
export function notGranted(needed: readonly string[], granted: Iterable<string>): GenesysScopeError | undefined {
  const held = [...granted];
  const missing = missingScopes(needed, held);
  if (missing.length === 0) return undefined;
  return new GenesysScopeError(
    'scope_not_granted',
    missing,
    ngDevMode ? `The relay did not grant ${list(missing)}.` : '',
    {
      ...(ngDevMode && {
        hint: `Give one of your roles the scope in the relay's policy, or do without. Granted: ${list(held) || 'nothing'}.`
      }),
      nearest: nearestOf(missing[0] ?? '', held)
    }
  );
}
