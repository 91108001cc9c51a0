import { InjectionToken } from '@angular/core';
import { checkScope, isCovered, isScopeToken, missingScopes, nearestScope } from 'genesys-scopes';
import type { NeedCheck } from '../attach/needs';
import { GenesysScopeError } from '../errors';
import type { ResolvedConfig } from '../config';

/**
 * Finds what is wrong with a scope name, by the names of Genesys Cloud: a near miss, a name that an area does not have.
 * Development builds have it, and so has an app with a feature that provides it; to others such a name is not configured.
 */
export const SCOPE_NAMES = new InjectionToken<typeof checkScope>(ngDevMode ? 'GENESYS_SCOPE_NAMES' : '');

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
 * @param nameCheck see {@link SCOPE_NAMES}
 */
export function createScopeCheck(config?: ResolvedConfig, nameCheck: typeof checkScope | null = null): ScopeCheck {
  const configured = config && [...config.scopes, ...config.optionalScopes];
  const registeredScopes = config?.registeredScopes;
  const checkName = ngDevMode ? checkScope : nameCheck;
  const errors = (needed: readonly string[]) =>
    needed.flatMap((scope) => {
      if (configured && isCovered(scope, configured)) return [];
      const finding = checkName?.(scope, registeredScopes && { registeredScopes });
      if (finding) {
        const { kind, message, hint, nearest } = finding;
        return new GenesysScopeError(`scope_${kind}`, [scope], message, { hint, nearest });
      }
      if (!isScopeToken(scope)) return new GenesysScopeError('scope_malformed', [scope], '');
      if (registeredScopes && !isCovered(scope, registeredScopes)) {
        return new GenesysScopeError('scope_not_registered', [scope], '');
      }
      return configured ? notConfigured(scope, configured) : [];
    });
  return {
    errors,
    checkOf: (needed) => (granted) => (granted ? notGranted(needed, granted) : errors(needed)[0])
  };
}

const notConfigured = (scope: string, configured: readonly string[]): GenesysScopeError =>
  new GenesysScopeError('scope_not_configured', [scope], ngDevMode ? `The scope "${scope}" is not configured.` : '', {
    nearest: nearestOf(scope, configured),
    hint: ngDevMode
      ? `Add "${scope}" to scopes or optionalScopes of the configuration: one token serves them all, and ${list(configured)} is what it is asked for now.`
      : ''
  });

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
      hint: ngDevMode
        ? `Give one of your roles the scope in the relay's policy, or do without. Granted: ${list(held) || 'nothing'}.`
        : '',
      nearest: nearestOf(missing[0] ?? '', held)
    }
  );
}
