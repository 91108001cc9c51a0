import type { RelayRuntime } from '../runtime/runtime.ts';
import { UpstreamError } from './upstream-error.ts';

const TRIES = 3;
const SHORTEST_WAIT_MS = 100;
const LONGEST_WAIT_MS = 2000;

/**
 * Tries up to three times while the failure is transient, with full jitter between 100 ms and 2 s or as long as
 * `Retry-After` says, and never beyond the budget (T5).
 *
 * @param attempt one try; it is told the milliseconds that are left
 * @param budgetMs milliseconds for all tries together
 */
export async function withRetry<T>(
  attempt: (leftMs: number) => Promise<T>,
  budgetMs: number,
  { clock, random }: Pick<RelayRuntime, 'clock' | 'random'>
): Promise<T> {
  const deadline = clock.monotonic() + budgetMs;
  for (let tried = 1; ; tried++) {
    try {
      return await attempt(deadline - clock.monotonic());
    } catch (error) {
      if (!(error instanceof UpstreamError) || error.kind !== 'transient' || tried === TRIES) throw error;
      const widest = Math.min(LONGEST_WAIT_MS, SHORTEST_WAIT_MS * 4 ** tried);
      const jitter = SHORTEST_WAIT_MS + (widest - SHORTEST_WAIT_MS) * random();
      const wait = Math.max(jitter, error.retryAfterMs ?? 0);
      if (clock.monotonic() + wait >= deadline) throw error;
      await clock.sleep(wait);
    }
  }
}
