import { LRUCache } from 'lru-cache';
import { RelayProblem } from '../reply/problem.ts';
import type { RelayClock } from '../runtime/clock.ts';

/** A budget of requests for each caller. */
export interface RateLimit {
  /**
   * Takes one; returns the seconds to wait when there is none left, or 0.
   *
   * @param perMinute requests of this caller; default: those of all
   */
  take(who: string, perMinute?: number): number;
  /** Gives back one that was taken for a request which turned out to be none of those that are limited. */
  refund(who: string): void;
}

/**
 * A token bucket for each caller: so many requests at once, refilled evenly.
 *
 * @param usual requests in a minute
 * @param callers how many callers are remembered; the longest silent is forgotten first
 */
export function createRateLimit(usual: number, clock: RelayClock, callers = 10_000): RateLimit {
  const buckets = new LRUCache<string, { left: number; at: number }>({ max: callers });
  return {
    take(who, perMinute = usual) {
      const perMs = perMinute / 60_000;
      const now = clock.monotonic();
      let bucket = buckets.get(who);
      if (bucket === undefined) {
        bucket = { left: perMinute, at: now };
        buckets.set(who, bucket);
      }
      const left = Math.min(perMinute, bucket.left + (now - bucket.at) * perMs);
      const taken = left >= 1;
      bucket.left = taken ? left - 1 : left;
      bucket.at = now;
      return taken ? 0 : Math.max(1, Math.ceil((1 - left) / perMs / 1000));
    },
    refund(who) {
      const bucket = buckets.get(who);
      // `take` never lets it exceed a full budget.
      if (bucket !== undefined) bucket.left += 1;
    }
  };
}

/** The problem of a caller whose budget is spent. */
export const rateLimited = (seconds: number): RelayProblem =>
  new RelayProblem('rate_limited', 'This caller sent too many requests.', {
    hint: `Wait ${seconds} s. A token is good for many calls: keep it until it expires.`,
    retryAfterSeconds: seconds
  });
