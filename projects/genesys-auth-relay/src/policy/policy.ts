import { isCovered, isScopeToken, nearestScope } from 'genesys-scopes';
import { canonical } from '../scopes/canonical.ts';
import type { ClientConfig, RelayConfig, Role } from '../config/config.ts';
import { RelayProblem } from '../reply/problem.ts';
import { safeList, safeText } from '../reply/safe-text.ts';
import { createLru } from '../runtime/lru.ts';

/** The clients that may serve a caller with these roles. */
function clientsFor({ genesys, roles }: Pick<RelayConfig, 'genesys' | 'roles'>, held: readonly string[]) {
  const bound = held.flatMap((name) => roles.get(name) ?? []).map(({ client }) => client);
  return bound.includes(undefined) ? genesys.clients : genesys.clients.filter(({ name }) => bound.includes(name));
}

/** The rights of a caller. */
export interface Entitlement {
  /** Scopes that the caller may request, sorted. It may also request scopes that these cover. */
  readonly scopes: readonly string[];
  /** Scopes of a request that names none, sorted. */
  readonly defaultScopes: readonly string[];
  /** OAuth clients that may serve the caller, in the order of the configuration. */
  readonly clients: readonly ClientConfig[];
  /** The roles that these rights come from. */
  readonly roles: readonly Role[];
  /** Equal for all callers with the same rights. */
  readonly key: string;
  /** Scopes of the user's own token, if calls are sent with it; `undefined`: calls are sent with the token of an OAuth client. */
  readonly tokenScopes?: readonly string[];
}

/** A caller who may have a token of its own. */
export interface TokenHolder {
  /** Scopes of the user's own token, if calls are sent with it. An empty list: Genesys Cloud did not report them. */
  readonly tokenScopes?: readonly string[];
  readonly session?: string;
  readonly source: string;
}

/** Scopes that both lists allow. A scope covers its read-only form. */
const common = (one: readonly string[], other: readonly string[]): readonly string[] =>
  canonical([...one.filter((scope) => isCovered(scope, other)), ...other.filter((scope) => isCovered(scope, one))]);

/** The part of an entitlement that remains when each call is sent with the user's own token. */
export function limitedToToken(entitlement: Entitlement, { tokenScopes, session, source }: TokenHolder): Entitlement {
  if (tokenScopes === undefined) return entitlement;
  const isKnown = tokenScopes.length > 0;
  const scopes = isKnown ? common(entitlement.scopes, tokenScopes) : entitlement.scopes;
  return {
    ...entitlement,
    scopes,
    defaultScopes: entitlement.defaultScopes.filter((scope) => isCovered(scope, scopes)),
    tokenScopes,
    // Two users with the same roles never share an answer.
    key: `${entitlement.key} ${session ?? source}`
  };
}

/** The scopes that a caller requests. */
export interface ScopeRequest {
  readonly scopes: readonly string[];
  readonly optionalScopes: readonly string[];
}

/** The decision for a caller: the scopes it must get, and those it may also get. */
export interface ScopeDecision {
  readonly required: readonly string[];
  readonly optional: readonly string[];
}

/** The rules, compiled once from the configuration. */
export interface Policy {
  /** The rights of these roles together. Throws `policy_denied` when there are none. */
  readonly entitlementOfRoles: (roles: readonly string[]) => Entitlement;
  /** How many requests a caller with these roles may send in a minute: the highest limit of a role. */
  readonly requestsPerMinute: (roles: readonly string[]) => number;
  /** Decides a request. Throws `malformed_scope`, `scope_not_registered`, `scope_not_allowed` or `scope_required`. */
  decide(request: ScopeRequest, entitlement: Entitlement): ScopeDecision;
}

/** The resource of a scope: `analytics` of `analytics:readonly`. */
const areaOf = (scope: string): string | undefined => scope.split(':', 1)[0];

/** Builds the policy: roles to scopes, on top of the exact list of registered scopes. */
export function createPolicy(config: Pick<RelayConfig, 'genesys' | 'roles' | 'scopes' | 'limits'>): Policy {
  const registered = config.scopes;
  // A verified token is cached with its roles, so the same list objects repeat, and there are few different lists.
  const entitlements = new WeakMap<readonly string[], Entitlement>();
  const byKey = createLru<Entitlement>(1000);

  function checkGrammar(scopes: readonly string[]): void {
    const malformed = scopes.find((scope) => !isScopeToken(scope));
    if (malformed === undefined) return;
    throw new RelayProblem('malformed_scope', `The scope '${safeText(malformed)}' is not well-formed.`, {
      hint: 'A scope is printable ASCII without spaces, quotes and backslashes (RFC 6749 section 3.3).',
      scopes: [safeText(malformed)],
      nearest: nearestScope(malformed, registered)
    });
  }

  function checkRegistered(scopes: readonly string[]): void {
    // Not checkScope, which searches the nearest name for each scope: a body has room for thousands.
    const unknown = scopes.filter((scope) => !isCovered(scope, registered));
    const [first] = unknown;
    if (first === undefined) return;
    const nearest = nearestScope(first, registered) ?? registered.find((scope) => areaOf(scope) === areaOf(first));
    const what = unknown.length === 1 ? 'The scope is' : 'These scopes are';
    throw new RelayProblem('scope_not_registered', `${what} not registered with the relay: ${safeList(unknown)}.`, {
      hint:
        nearest === undefined
          ? "Remove it, or add it to the list 'scopes' of the relay."
          : `Did you mean '${nearest}'? If not, add it to the list 'scopes' of the relay.`,
      scopes: unknown,
      nearest
    });
  }

  function checkAllowed(scopes: readonly string[], { scopes: allowed }: Entitlement): void {
    const denied = scopes.filter((scope) => !isCovered(scope, allowed));
    if (denied.length === 0) return;
    const readonlyForm = denied.map((scope) => `${scope}:readonly`).find((scope) => isCovered(scope, allowed));
    throw new RelayProblem('scope_not_allowed', `No role of this caller allows: ${safeList(denied)}.`, {
      hint:
        readonlyForm === undefined
          ? "Ask for less, or add the scope to one of the caller's roles."
          : `'${readonlyForm}' is allowed; use it if reading is enough.`,
      scopes: denied
    });
  }

  return {
    entitlementOfRoles(roles) {
      const known = entitlements.get(roles);
      if (known !== undefined) return known;
      const found = roles.flatMap((role) => config.roles.get(role) ?? []);
      if (found.length === 0) {
        throw new RelayProblem('policy_denied', 'The caller is identified, but has no role of this relay.', {
          hint:
            roles.length === 0
              ? 'Give the caller a role; for a JWT check rolesPointer.'
              : "None of the caller's roles is in the section 'roles' of the relay; check their names."
        });
      }
      const names = [...new Set(roles)].filter((role) => config.roles.has(role)).sort();
      const key = JSON.stringify(names);
      let entitlement = byKey.get(key);
      if (entitlement === undefined) {
        entitlement = {
          scopes: canonical(found.flatMap(({ scopes }) => scopes)),
          defaultScopes: canonical(found.flatMap(({ defaultScopes }) => defaultScopes)),
          clients: clientsFor(config, roles),
          roles: found,
          key
        };
        byKey.set(key, entitlement);
      }
      entitlements.set(roles, entitlement);
      return entitlement;
    },

    requestsPerMinute(roles) {
      const { requestsPerMinute: usual } = config.limits;
      const limits = roles
        .flatMap((name) => config.roles.get(name) ?? [])
        .map((role) => role.requestsPerMinute ?? usual);
      return limits.length === 0 ? usual : Math.max(...limits);
    },

    decide({ scopes, optionalScopes }, entitlement) {
      checkGrammar([...scopes, ...optionalScopes]);
      checkRegistered(scopes);
      checkAllowed(scopes, entitlement);
      const optional = canonical(optionalScopes.filter((scope) => isCovered(scope, entitlement.scopes)));
      if (scopes.length > 0 || optional.length > 0) return { required: canonical(scopes), optional };
      if (entitlement.defaultScopes.length > 0) return { required: entitlement.defaultScopes, optional: [] };
      throw new RelayProblem('scope_required', 'The request names no scope, and the caller has no default scopes.', {
        hint: `Ask for one of: ${safeList(entitlement.scopes)}.`
      });
    }
  };
}
