import { RelayProblem } from '../reply/problem.ts';
import type { RelayClock } from '../runtime/clock.ts';
import { createLru } from '../runtime/lru.ts';
import { LONGEST_RETRY_AFTER_MS, UpstreamError } from './upstream-error.ts';

/** Pauses after a permanent refusal (T6), and the longest `Retry-After` that is obeyed (T5); milliseconds. */
export const REFUSAL = {
  firstWaitMs: 5000,
  longestWaitMs: 60_000,
  longestRetryAfterMs: LONGEST_RETRY_AFTER_MS
} as const;

interface Refusal {
  readonly until: number;
  readonly waitMs: number;
  readonly error: UpstreamError;
}

/** Permanent refusals of the token endpoint, so that it is not asked again at once (T6). */
export interface Refusals {
  /** Throws the refusal that still applies to this key or to its client. */
  check(client: string, key: string): void;
  /** Whether no refusal applies. */
  allow(client: string, key: string): boolean;
  /** Remembers a refusal: 5 s at first, twice as long each time, up to 60 s; or as long as `Retry-After` says. */
  remember(client: string, key: string, error: UpstreamError): void;
  /** A success: forgets both the key's refusal and the client's. */
  clear(client: string, key: string): void;
  /** Forgets all refusals, because the clients may have new secrets. */
  forget(): void;
}

/** The key of refusals that concern a client for all scopes. */
const ofClient = (client: string): string => `client ${client}`;

/** Builds the list of refusals, a negative cache. */
export function createRefusals(clock: RelayClock): Refusals {
  const known = createLru<Refusal>(1000);
  const standing = (client: string, key: string, now: number) =>
    [known.get(ofClient(client)), known.get(key)].find((refusal) => refusal !== undefined && now < refusal.until);
  return {
    check(client, key) {
      const now = clock.monotonic();
      const refusal = standing(client, key, now);
      if (refusal === undefined) return;
      const { problem, kind, retryAfterMs } = refusal.error;
      const left = refusal.until - now;
      const details = { ...problem.details, retryAfterSeconds: Math.max(1, Math.ceil(left / 1000)) };
      throw new UpstreamError(
        new RelayProblem(problem.code, problem.message, details),
        kind,
        retryAfterMs === undefined ? undefined : left
      );
    },

    allow: (client, key) => standing(client, key, clock.monotonic()) === undefined,

    remember(client, key, error) {
      const now = clock.monotonic();
      if (error.kind === 'transient') {
        if (error.retryAfterMs === undefined) return;
        const waitMs = Math.min(error.retryAfterMs, REFUSAL.longestRetryAfterMs);
        known.set(ofClient(client), { until: now + waitMs, waitMs: 0, error });
      } else if (error.kind !== 'once') {
        const at = error.kind === 'client' ? ofClient(client) : key;
        const waitMs = Math.min(Math.max((known.get(at)?.waitMs ?? 0) * 2, REFUSAL.firstWaitMs), REFUSAL.longestWaitMs);
        known.set(at, { until: now + waitMs, waitMs, error });
      }
    },

    clear(client, key) {
      known.delete(ofClient(client));
      known.delete(key);
    },

    forget() {
      known.clear();
    }
  };
}
