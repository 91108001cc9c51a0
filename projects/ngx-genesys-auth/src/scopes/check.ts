import { checkScope, isCovered, missingScopes, nearestScope } from 'genesys-scopes';
import type { NeedCheck } from '../attach/needs';
import { GenesysScopeError } from '../errors';
import type { ResolvedConfig } from '../config';

const list = (scopes: readonly string[]): string => scopes.map((scope) => `"${scope}"`).join(', ');

/** Checks the scopes that a call names against the configuration, before anything is sent. */
export class ScopeCheck {
  readonly #configured: readonly string[] | undefined;
  readonly #options: { readonly registeredScopes?: readonly string[] };

  /** @param config if it is not known yet, names alone are checked */
  constructor(config?: ResolvedConfig) {
    this.#configured = config && [...config.scopes, ...config.optionalScopes];
    this.#options = config?.registeredScopes ? { registeredScopes: config.registeredScopes } : {};
  }

  /** What is wrong with each scope that is not fine. The configured ones were checked at start and cost no more here. */
  errors(needed: readonly string[]): GenesysScopeError[] {
    const configured = this.#configured;
    return needed.flatMap((scope) => {
      if (configured && isCovered(scope, configured)) return [];
      const finding = checkScope(scope, this.#options);
      if (!finding) return configured ? notConfigured(scope, configured) : [];
      const { kind, message, hint, nearest } = finding;
      return new GenesysScopeError(`scope_${kind}`, [scope], message, { hint, nearest });
    });
  }

  /** The check of a call that needs all these scopes. */
  checkOf(needed: readonly string[]): NeedCheck {
    return (granted) => (granted ? notGranted(needed, granted) : this.errors(needed)[0]);
  }
}

function notConfigured(scope: string, configured: readonly string[]): GenesysScopeError {
  return new GenesysScopeError('scope_not_configured', [scope], `The scope "${scope}" is not configured.`, {
    nearest: nearestScope(scope, configured),
    hint: `Add "${scope}" to scopes or optionalScopes of the configuration: one token serves them all, and ${list(configured)} is what it is asked for now.`
  });
}

/** The error for scopes that the token does not have, if there are any. */
export function notGranted(needed: readonly string[], granted: Iterable<string>): GenesysScopeError | undefined {
  const held = [...granted];
  const missing = missingScopes(needed, held);
  if (missing.length === 0) return undefined;
  return new GenesysScopeError('scope_not_granted', missing, `The relay did not grant ${list(missing)}.`, {
    hint: `Give one of your roles the scope in the relay's policy, or do without. Granted: ${list(held) || 'nothing'}.`,
    nearest: nearestScope(missing[0] ?? '', held)
  });
}
