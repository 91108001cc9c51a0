import type { RelayClock } from '../runtime/clock.ts';
import { retryAfterMs } from '../token-source/upstream-error.ts';
import { errorBody } from './api-refusal.ts';
import { type Budget, type BudgetLimits, createBudget, spent } from './budget.ts';
import { type WholeAnswer, headerOf } from './answer.ts';

/** The limits of the API for one token. */
export interface TokenLimits {
  readonly budget: Budget;
  /** @throws RelayProblem `api_budget_spent` while the API wants this operation to wait */
  checkPause(operation: string): void;
  /** Handles a 429: obeys `Retry-After`, up to a minute, for the token or, if the answer names the operation, for that one only. */
  onRateLimited(operation: string, answer: WholeAnswer): void;
}

/** The limits of the API for all tokens of the relay. They outlive a configuration: a reload must not refill a budget. */
export interface ApiLimits {
  /** Replaces the settings, also of the budgets in use. */
  configure(settings: BudgetLimits): void;
  /**
   * @param owner the OAuth client, session or user's token
   * @param slot which token of the client's pool. All tokens of a pool share the pauses of operations.
   */
  of(owner: string, slot?: number): TokenLimits;
}

/**
 * The longest pause after a 429, in milliseconds: the API counts by the minute, and one answer must not stop all callers for an
 * hour.
 */
const LONGEST_PAUSE_MS = 60_000;

/** An owner that was silent for so long, in milliseconds, has no request in the window, no pause, and none that waits. */
const SILENT_MS = 300_000;

/** Whether a 429 is about the token. Its body names the limit; if it does not, the token is the safe assumption. */
function isAboutToken(answer: WholeAnswer): boolean {
  const limit = errorBody(answer)?.['limit'];
  const key = typeof limit === 'object' && limit !== null && 'key' in limit ? limit.key : undefined;
  return typeof key !== 'string' || /token|client\.credentials|org\.app/.test(key);
}

/** Builds the function that returns the limits of each token of one owner. */
function createOwnerLimits(settings: () => BudgetLimits, clock: RelayClock): (slot: number) => TokenLimits {
  const pauses = new Map<string, number>();
  const tokens = new Map<number, TokenLimits>();

  function checkPause(operation: string): void {
    const left = (pauses.get(operation) ?? 0) - clock.monotonic();
    if (left > 0) throw spent(left);
    pauses.delete(operation);
  }

  function createTokenLimits(): TokenLimits {
    const budget = createBudget(settings, clock);
    return {
      budget,
      checkPause,
      onRateLimited(operation, answer) {
        const asked = retryAfterMs(headerOf(answer.headers, 'retry-after'), clock.now());
        if (asked === undefined || asked === 0) return;
        const wait = Math.min(asked, LONGEST_PAUSE_MS);
        if (isAboutToken(answer)) budget.pause(wait);
        else pauses.set(operation, clock.monotonic() + wait);
      }
    };
  }

  return (slot) => {
    let limits = tokens.get(slot);
    if (limits === undefined) tokens.set(slot, (limits = createTokenLimits()));
    return limits;
  };
}

interface Owner {
  readonly limitsOf: (slot: number) => TokenLimits;
  /** On the monotonic clock. */
  readonly usedAt: number;
}

/**
 * Keeps the limits of the API.
 *
 * @param first settings until {@link ApiLimits.configure} replaces them
 */
export function createApiLimits(first: BudgetLimits, clock: RelayClock): ApiLimits {
  let settings = first;
  /** In the order of their last use. */
  const owners = new Map<string, Owner>();

  function dropSilent(now: number): void {
    for (const [owner, { usedAt }] of owners) {
      if (usedAt > now - SILENT_MS) return;
      owners.delete(owner);
    }
  }

  return {
    configure(next) {
      settings = next;
    },
    of(owner, slot = 0) {
      const now = clock.monotonic();
      const limitsOf = owners.get(owner)?.limitsOf ?? createOwnerLimits(() => settings, clock);
      owners.delete(owner);
      owners.set(owner, { limitsOf, usedAt: now });
      dropSilent(now);
      return limitsOf(slot);
    }
  };
}
