import { LRUCache } from 'lru-cache';
import { RelayProblem } from '../reply/problem.ts';
import type { RelayClock } from '../runtime/clock.ts';

/** A set counts for its caller until it was not asked for during this time. */
const REMEMBERED_MS = 3_600_000;

/** How many different sets of scopes each caller may use. Every set is a token of its own at the token endpoint. */
export interface ScopeSets {
  /**
   * Throws `rate_limited` when the caller asks for one set too many.
   *
   * @param set the scopes, sorted, with a space between
   */
  check(caller: string, set: string): void;
}

/**
 * Bounds the tokens that one caller can make the relay fetch: with `n` scopes there are 2^n sets, and each is a token.
 *
 * @param most sets for each caller within an hour
 * @param callers how many callers are remembered; the longest silent is forgotten first
 */
export function createScopeSets(most: number, clock: RelayClock, callers = 10_000): ScopeSets {
  const used = new LRUCache<string, Map<string, number>>({ max: callers });
  return {
    check(caller, set) {
      const now = clock.monotonic();
      let sets = used.get(caller);
      if (sets === undefined) {
        sets = new Map();
        used.set(caller, sets);
      }
      if (!sets.has(set) && sets.size >= most) {
        for (const [other, at] of sets) if (now - at >= REMEMBERED_MS) sets.delete(other);
        if (sets.size >= most) {
          const wait = Math.max(1, Math.ceil((Math.min(...sets.values()) + REMEMBERED_MS - now) / 1000));
          throw new RelayProblem('rate_limited', `This caller asked for more than ${most} different sets of scopes.`, {
            hint: "Ask for the scopes of an app as one set: each set is a token of its own. The limit is 'limits.scopeSetsPerCaller'.",
            retryAfterSeconds: wait
          });
        }
      }
      sets.set(set, now);
    }
  };
}
