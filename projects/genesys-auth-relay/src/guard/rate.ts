import { LRUCache } from 'lru-cache';
import { RelayProblem } from '../reply/problem.ts';
import type { RelayClock } from '../runtime/clock.ts';

/** A rate limit for each caller. */
export interface RateLimit {
  /**
   * Takes one request. Returns 0, or the seconds to wait when none is left.
   *
   * @param perMinute limit of this caller; default: the usual one
   */
  take(who: string, perMinute?: number): number;
  /** Returns a request that turned out not to be one of those that are limited. */
  refund(who: string): void;
}

/**
 * A token bucket for each caller, which is refilled evenly. It counts what is used, not what is left, so that a limit that changes
 * applies to the next request.
 *
 * @param usual requests in a minute, which may all come at once
 * @param callers maximum number of callers in memory; the one that was silent for longest is dropped first
 */
export function createRateLimit(usual: number, clock: RelayClock, callers = 10_000): RateLimit {
  const buckets = new LRUCache<string, { used: number; at: number }>({ max: callers });
  return {
    take(who, perMinute = usual) {
      const perMs = perMinute / 60_000;
      const now = clock.monotonic();
      let bucket = buckets.get(who);
      if (bucket === undefined) {
        bucket = { used: 0, at: now };
        buckets.set(who, bucket);
      }
      const used = Math.max(0, bucket.used - (now - bucket.at) * perMs);
      const excess = used + 1 - perMinute;
      bucket.used = excess > 0 ? used : used + 1;
      bucket.at = now;
      return excess > 0 ? Math.max(1, Math.ceil(excess / perMs / 1000)) : 0;
    },
    refund(who) {
      const bucket = buckets.get(who);
      // `take` never lets it go below zero.
      if (bucket !== undefined) bucket.used -= 1;
    }
  };
}

/** The problem of a caller that has reached its limit. */
export const rateLimited = (seconds: number): RelayProblem =>
  new RelayProblem('rate_limited', 'This caller sent too many requests.', {
    hint: `Wait ${seconds} s. A token can be used for many calls: keep it until it expires.`,
    retryAfterSeconds: seconds
  });
