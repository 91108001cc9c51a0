import { RelayProblem } from '../reply/problem.ts';
import type { RelayClock } from '../runtime/clock.ts';
import { createLru } from '../runtime/lru.ts';

/** A set counts until its caller has not requested it for this long. */
const REMEMBERED_MS = 3_600_000;

/** Limits how many different sets of scopes each caller may use. Every set needs a separate token. */
export interface ScopeSets {
  /**
   * Throws `rate_limited` when the caller requests more sets than the limit.
   *
   * @param set the scopes, sorted, with a space between
   * @param most maximum number of sets for each caller within an hour
   */
  check(caller: string, set: string, most: number): void;
}

/**
 * Limits the tokens that one caller can make the relay fetch: `n` scopes have 2^n sets, and each needs a token.
 *
 * @param callers maximum number of callers in memory; the one that was silent for longest is dropped first
 */
export function createScopeSets(clock: RelayClock, callers = 10_000): ScopeSets {
  const used = createLru<Map<string, number>>(callers);
  return {
    check(caller, set, most) {
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
            hint: "Ask for the scopes of an app as one set: each set needs a separate token. The limit is 'limits.scopeSetsPerCaller'.",
            retryAfterSeconds: wait
          });
        }
      }
      sets.set(set, now);
    }
  };
}
