import { RelayProblem } from '../reply/problem.ts';
import type { RelayClock } from '../runtime/clock.ts';
import { createLru } from '../runtime/lru.ts';

/** A rate limit for each caller. */
export interface RateLimit {
  /**
   * Takes one request. Returns 0, or the seconds to wait when none is left.
   *
   * @param perMinute limit of this caller; default: that of `createRateLimit`
   */
  take(who: string, perMinute?: number): number;
  /** Gives one request back, for a limit that counts only failures: call it after a success. */
  refund(who: string): void;
}

/** Part of a request by which the sums of a bucket may be wrong. */
const ROUNDING = 1e-6;

interface Bucket {
  /** Requests taken and not yet refilled, counted in those of `limit`. */
  used: number;
  /** The highest limit a minute with which requests were taken since the bucket was empty. */
  limit: number;
  at: number;
  /** What the last request cost. */
  cost: number;
}

/**
 * A token bucket for each caller, which is refilled evenly. A limit that changes applies to the next request: what was used stays used
 * with a higher limit. With a lower one, a request costs as much more, so that a caller who had used up the old limit waits for one
 * request of the new one.
 *
 * @param defaultPerMinute requests in a minute, which may all come at once
 * @param callers maximum number of callers in memory; the one that was silent for longest is dropped first
 */
export function createRateLimit(defaultPerMinute: number, clock: RelayClock, callers = 10_000): RateLimit {
  const buckets = createLru<Bucket>(callers);
  return {
    take(who, perMinute = defaultPerMinute) {
      const now = clock.monotonic();
      const before = buckets.get(who);
      const used = before === undefined ? 0 : Math.max(0, before.used - ((now - before.at) * before.limit) / 60_000);
      const limit = before === undefined || used === 0 ? perMinute : Math.max(perMinute, before.limit);
      const cost = limit / perMinute;
      const excess = used + cost - limit;
      const isTaken = excess <= ROUNDING;
      buckets.set(who, { used: isTaken ? used + cost : used, limit, at: now, cost });
      return isTaken ? 0 : Math.max(1, Math.ceil((excess * 60) / limit));
    },
    refund(who) {
      const bucket = buckets.get(who);
      // `take` never lets it go below zero.
      if (bucket !== undefined) bucket.used -= bucket.cost;
    }
  };
}

/** The problem of a caller that has reached its limit. */
export const rateLimited = (seconds: number, message = 'This caller sent too many requests.'): RelayProblem =>
  new RelayProblem('rate_limited', message, {
    hint: `Wait ${seconds} s.`,
    retryAfterSeconds: seconds
  });
