import type { RelayConfig } from '../config/config.ts';
import type { RelayClock } from '../runtime/clock.ts';
import { retryAfterMs } from '../token-source/upstream-error.ts';
import { errorBody } from './api-refusal.ts';
import { type Budget, createBudget, spent } from './budget.ts';
import { type WholeAnswer, headerOf } from './answer.ts';

/** Whose tokens the limits are for: an OAuth client, or a user. */
interface Named {
  readonly name: string;
}

/** The limits of the API: a budget for each token, and operations that an OAuth client must pause. */
export interface ApiLimits {
  /** @param slot which token of the client's pool */
  budget(client: Named, slot: number): Budget;
  /** @throws RelayProblem `api_budget_spent` while the API wants this operation to wait */
  checkPause(client: Named, operation: string): void;
  /** Handles a 429: obeys `Retry-After`, up to a minute, for the token or, if the answer names the operation, for that one only. */
  onRateLimited(client: Named, slot: number, operation: string, answer: WholeAnswer): void;
}

/**
 * The longest pause after a 429, in milliseconds: the API counts by the minute, and one answer must not stop all callers for an
 * hour.
 */
const LONGEST_PAUSE_MS = 60_000;

/** Whether a 429 is about the token. Its body names the limit; if it does not, the token is the safe assumption. */
function isAboutToken(answer: WholeAnswer): boolean {
  const limit = errorBody(answer)?.['limit'];
  const key = typeof limit === 'object' && limit !== null && 'key' in limit ? limit.key : undefined;
  return typeof key !== 'string' || /token|client\.credentials|org\.app/.test(key);
}

/** Keeps the limits of the API. */
export function createApiLimits({ proxy }: Pick<RelayConfig, 'proxy'>, clock: RelayClock): ApiLimits {
  const budgets = new Map<string, Budget>();
  const pauses = new Map<string, number>();
  const budget = ({ name }: Named, slot: number): Budget => {
    const key = slot === 0 ? name : `${slot} ${name}`;
    let known = budgets.get(key);
    if (known === undefined) budgets.set(key, (known = createBudget(proxy, clock)));
    return known;
  };
  const keyOf = ({ name }: Named, operation: string) => `${name} ${operation}`;
  return {
    budget,
    checkPause(client, operation) {
      if (pauses.size === 0) return;
      const key = keyOf(client, operation);
      const left = (pauses.get(key) ?? 0) - clock.monotonic();
      if (left > 0) throw spent(left);
      pauses.delete(key);
    },
    onRateLimited(client, slot, operation, answer) {
      const asked = retryAfterMs(headerOf(answer.headers, 'retry-after'), clock.now());
      if (asked === undefined || asked === 0) return;
      const wait = Math.min(asked, LONGEST_PAUSE_MS);
      if (isAboutToken(answer)) budget(client, slot).pause(wait);
      else pauses.set(keyOf(client, operation), clock.monotonic() + wait);
    }
  };
}
