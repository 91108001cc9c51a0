import { createRateLimit } from '../guard/rate.ts';
import { type BudgetLimits, createBudget } from '../proxy/budget.ts';
import type { RelayClock } from '../runtime/clock.ts';
import { createLru } from '../runtime/lru.ts';

/** How many callbacks may wait, and how long. */
const QUEUE = { queueLength: 2000, queueWaitMs: 20_000 };
/** If more codes of an address are refused in a minute than this part of all exchanges, the address has to leave capacity. */
const REFUSED_PART = 0.1;
/** How long it leaves capacity. */
const SUSPECT_MS = 600_000;
/** Maximum number of addresses in memory. */
const MAX_ADDRESSES = 10_000;

/** The exchanges of codes that all addresses share. */
export interface ExchangeTurns {
  /**
   * Waits for the turn of an address. While no other address waits, one address may use everything that is left, because many
   * users may share it. Otherwise the addresses are served in turn.
   *
   * @param perMinute exchanges in any 60 seconds
   * @throws RelayProblem `api_budget_spent` after 20 s
   */
  take(address: string, perMinute: number): Promise<void>;
  /** Reports that Genesys Cloud refused a code. An address that sends made-up codes has to leave capacity for the others. */
  codeRefused(address: string): void;
}

/** Builds the turns. */
export function createExchangeTurns(clock: RelayClock): ExchangeTurns {
  const refusals = createRateLimit(1, clock, MAX_ADDRESSES);
  /** Until when an address has to leave capacity, on the monotonic clock. */
  const suspects = createLru<number>(MAX_ADDRESSES);
  let limits: BudgetLimits = {
    requestsPerMinute: 1,
    ...QUEUE,
    mayUseAll: (address) => clock.monotonic() >= (suspects.get(address) ?? -Infinity)
  };
  const budget = createBudget(() => limits, clock);
  return {
    async take(address, perMinute) {
      limits = { ...limits, requestsPerMinute: perMinute };
      await budget.take(address, new AbortController());
    },
    codeRefused(address) {
      const perMinute = Math.max(1, Math.floor(limits.requestsPerMinute * REFUSED_PART));
      if (refusals.take(address, perMinute) > 0) suspects.set(address, clock.monotonic() + SUSPECT_MS);
    }
  };
}
