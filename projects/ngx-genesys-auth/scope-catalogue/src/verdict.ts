import { checkScope, isCovered, nearestScope } from 'genesys-scopes';
import type { Operation } from 'genesys-scopes/operations';
import {
  GenesysScopeError,
  type ɵResolvedConfig as ResolvedConfig,
  type ɵScopeRequirement as ScopeRequirement
} from 'ngx-genesys-auth';

/** What an operation needs, as a sentence without its full stop. */
export const needsOf = ({ method, path, scopes }: Operation): string =>
  `${method} ${path} needs ${scopes.length > 1 ? 'one of ' : ''}${scopes.join(', ') || 'no scope'}`;

/** Tells how a configuration stands to what operations need: any one of an operation's scopes is enough. */
export class Verdicts {
  readonly #config: ResolvedConfig;
  readonly #configured: readonly string[];
  // Operations that need the same share one list, so a request costs a look-up here.
  readonly #known = new WeakMap<readonly string[], 'granted' | 'optional' | 'missing'>();

  constructor(config: ResolvedConfig) {
    this.#config = config;
    this.#configured = [...config.scopes, ...config.optionalScopes];
  }

  /** `undefined` if no check can fail: the operation needs no scope, or one that every token has. */
  requirementOf(operation: Operation): ScopeRequirement | undefined {
    switch (this.#of(operation.scopes)) {
      case 'granted':
        return undefined;
      case 'optional':
        return { beforeToken: () => undefined, afterGrant: (granted) => notGranted(operation, granted) };
      case 'missing':
        return { beforeToken: () => this.#notConfigured(operation), afterGrant: () => undefined };
    }
  }

  #of(scopes: readonly string[]) {
    let verdict = this.#known.get(scopes);
    if (!verdict) {
      const isMet = (by: readonly string[]) => scopes.length === 0 || scopes.some((scope) => isCovered(scope, by));
      verdict = isMet(this.#config.scopes) ? 'granted' : isMet(this.#configured) ? 'optional' : 'missing';
      this.#known.set(scopes, verdict);
    }
    return verdict;
  }

  #notConfigured(operation: Operation): GenesysScopeError {
    const { registeredScopes } = this.#config;
    const { scopes } = operation;
    const registered = registeredScopes ? scopes.filter((scope) => !checkScope(scope, { registeredScopes })) : scopes;
    const candidates = registered.length > 0 ? registered : scopes;
    // The least that will do.
    const least = candidates.find((scope) => scope.endsWith(':readonly')) ?? candidates[0] ?? '';
    return new GenesysScopeError(
      'scope_not_configured',
      scopes,
      `${needsOf(operation)}; the configuration has ${this.#configured.join(', ')}.`,
      {
        hint:
          `Add "${least}" to scopes ${registered.length > 0 ? '' : 'and registeredScopes '}of the configuration, and to ` +
          `the policy of the relay. If the operation needs none of them, mark the request by genesysScopes().`,
        nearest: nearestScope(least, this.#configured)
      }
    );
  }
}

function notGranted(operation: Operation, granted: ReadonlySet<string>): GenesysScopeError | undefined {
  const { scopes } = operation;
  if (scopes.some((scope) => isCovered(scope, granted))) return undefined;
  const held = [...granted];
  return new GenesysScopeError(
    'scope_not_granted',
    scopes,
    `${needsOf(operation)}; the relay granted ${held.join(', ') || 'nothing'}.`,
    {
      hint: "Give one of your roles the scope in the relay's policy, or do without.",
      nearest: nearestScope(scopes[0] ?? '', held)
    }
  );
}
