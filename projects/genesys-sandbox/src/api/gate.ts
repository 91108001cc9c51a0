import type { FastifyRequest } from 'fastify';
import { GenesysError } from '../http/errors.ts';
import type { SandboxClock } from '../options.ts';
import { takeFrom } from '../tokens/minute-limiter.ts';
import type { LiveToken, TokenStore } from '../tokens/token-store.ts';
import { type Admission, type Operation, type PermissionRule, queryOf } from './operation.ts';

/** The checks of every API request: bearer token, rate limit, scopes, permissions; in this order. */
export class Gate {
  readonly #store: TokenStore;
  readonly #clock: SandboxClock;
  readonly #requestsPerMinute: number | false;
  readonly #enforceScopes: boolean;

  constructor(store: TokenStore, clock: SandboxClock, requestsPerMinute: number | false, enforceScopes: boolean) {
    this.#store = store;
    this.#clock = clock;
    this.#requestsPerMinute = requestsPerMinute;
    this.#enforceScopes = enforceScopes;
  }

  admit(request: FastifyRequest, operation: Operation): Admission {
    const token = bearer(request.headers.authorization);
    const live = this.#store.find(token);
    if (live === undefined) throw new GenesysError(401, 'bad.credentials', 'Invalid login credentials.');
    const isUse = operation.mayPreserveIdleTime !== true || queryOf(request).get('preserveIdleTTL') !== 'true';
    if (isUse) live.usedAt = this.#clock.now();
    this.#count(live);
    if (this.#enforceScopes && live.grant !== undefined) checkScopes(operation.scopes, live.grant.scopes);
    checkPermissions(operation.permissions, live.permissions);
    return { token, live };
  }

  #count(live: LiveToken): void {
    const limit = this.#requestsPerMinute;
    if (limit === false) return;
    const wait = takeFrom(live.window, this.#clock.now(), limit);
    if (wait === 0) return;
    throw new GenesysError(
      429,
      'too.many.requests.retry.after',
      `Rate limit exceeded the maximum. Retry the request in [${wait}] seconds`,
      {
        retryAfterSeconds: wait,
        limit: {
          key: live.grant === undefined ? 'client.credentials.token.rate.per.minute' : 'token.rate.per.minute',
          namespace: 'platform.api',
          value: limit
        }
      }
    );
  }
}

function bearer(header: string | undefined): string {
  const [scheme, token, ...rest] = (header ?? '').trim().split(/\s+/);
  if (scheme?.toLowerCase() !== 'bearer' || token === undefined)
    throw new GenesysError(
      401,
      'authentication.required',
      'No authentication bearer token specified in authorization header.'
    );
  if (rest.length > 0) throw new GenesysError(401, 'bad.credentials', 'Invalid login credentials.');
  return token;
}

function checkScopes(anyOf: readonly string[], held: readonly string[]): void {
  if (anyOf.length === 0 || anyOf.some((scope) => held.includes(scope))) return;
  throw new GenesysError(403, 'app.not.authorized.for.scope', `App not authorized to use scope [${anyOf.join(', ')}]`);
}

function checkPermissions(rule: PermissionRule, held: readonly string[] | 'all'): void {
  if (rule.type === 'none' || held === 'all') return;
  const missing = rule.permissions.filter((permission) => !held.includes(permission));
  if (rule.type === 'any' && missing.length === rule.permissions.length)
    throw new GenesysError(
      403,
      'missing.any.permissions',
      `Unable to perform the requested action. You must have at least one of the following permissions assigned: [${rule.permissions.join(', ')}]`
    );
  if (rule.type === 'all' && missing.length > 0)
    throw new GenesysError(
      403,
      'missing.permissions',
      `Unable to perform the requested action. You are missing the following permission(s): [${missing.join(', ')}]`
    );
}
