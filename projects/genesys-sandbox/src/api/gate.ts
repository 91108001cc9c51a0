import type { FastifyRequest } from 'fastify';
import { GenesysError } from '../http/errors.ts';
import type { SandboxClock } from '../options.ts';
import { takeFrom } from '../tokens/minute-limiter.ts';
import type { LiveToken, TokenStore } from '../tokens/token-store.ts';

/** What a client's roles must hold for an operation: nothing, one of several permissions, or all of them. */
export type PermissionRule =
  { readonly type: 'none' } | { readonly type: 'any' | 'all'; readonly permissions: readonly string[] };

/** Who came through the gate. */
export interface Admission {
  readonly token: string;
  readonly live: LiveToken;
}

/** The gate every API request walks through: bearer token, rate limit, permissions; in this order. */
export class Gate {
  readonly #store: TokenStore;
  readonly #clock: SandboxClock;
  readonly #requestsPerMinute: number | false;

  constructor(store: TokenStore, clock: SandboxClock, requestsPerMinute: number | false) {
    this.#store = store;
    this.#clock = clock;
    this.#requestsPerMinute = requestsPerMinute;
  }

  admit(request: FastifyRequest, rule: PermissionRule): Admission {
    const token = bearer(request.headers.authorization);
    const live = this.#store.find(token);
    if (live === undefined) throw new GenesysError(401, 'bad.credentials', 'Invalid login credentials.');
    this.#count(live);
    checkPermissions(rule, live.client.permissions ?? 'all');
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
        limit: { key: 'client.credentials.token.rate.per.minute', namespace: 'platform.api', value: limit }
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
