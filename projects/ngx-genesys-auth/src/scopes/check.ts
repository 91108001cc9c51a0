import { checkScope, isCovered, missingScopes, nearestScope } from 'genesys-scopes';
import type { NeedCheck } from '../attach/needs';
import { GenesysScopeError } from '../errors';
import type { ResolvedConfig } from '../config';

const list = (scopes: readonly string[]): string => scopes.map((scope) => `"${scope}"`).join(', ');

/** Checks the scopes that a call names against the configuration, before anything is sent. */
export class ScopeCheck {
  readonly #configured: readonly string[];
  readonly #options: { readonly registeredScopes?: readonly string[] };

  constructor({ scopes, optionalScopes, registeredScopes }: ResolvedConfig) {
    this.#configured = [...scopes, ...optionalScopes];
    this.#options = registeredScopes ? { registeredScopes } : {};
  }

  /** What is wrong with each scope that is not fine. The configured ones were checked at start and cost no more here. */
  errors(needed: readonly string[]): GenesysScopeError[] {
    return needed.flatMap((scope) => {
      if (isCovered(scope, this.#configured)) return [];
      const finding = checkScope(scope, this.#options);
      if (!finding) return this.#notConfigured(scope);
      const { kind, message, hint, nearest } = finding;
      return new GenesysScopeError(`scope_${kind}`, [scope], message, { hint, nearest });
    });
  }

  /** The check of a call that needs all these scopes. */
  checkOf(needed: readonly string[]): NeedCheck {
    return (granted) => (granted ? notGranted(needed, granted) : this.errors(needed)[0]);
  }

  #notConfigured(scope: string): GenesysScopeError {
    const nearest = nearestScope(scope, this.#configured);
    return new GenesysScopeError('scope_not_configured', [scope], `The scope "${scope}" is not configured.`, {
      nearest,
      hint: `Add "${scope}" to scopes or optionalScopes of the configuration: one token serves them all, and ${list(this.#configured)} is what it is asked for now.`
    });
  }
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
