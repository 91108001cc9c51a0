import type { RelayRuntime } from '../runtime/runtime.ts';
import { UpstreamError } from './upstream-error.ts';

/** Number of attempts of a token request while the failure is transient, and the pauses between them (T5); milliseconds. */
export const RETRY = { tries: 3, shortestWaitMs: 100, longestWaitMs: 2000 } as const;

/**
 * Tries up to three times while the failure is transient, with full jitter between 100 ms and 2 s or as long as
 * `Retry-After` says, and never beyond the time limit (T5).
 *
 * @param attempt one attempt; it receives the remaining milliseconds
 * @param timeLimitMs milliseconds for all attempts together
 */
export async function withRetry<T>(
  attempt: (leftMs: number) => Promise<T>,
  timeLimitMs: number,
  { clock, random }: Pick<RelayRuntime, 'clock' | 'random'>
): Promise<T> {
  const deadline = clock.monotonic() + timeLimitMs;
  for (let tried = 1; ; tried++) {
    try {
      return await attempt(deadline - clock.monotonic());
    } catch (error) {
      if (!(error instanceof UpstreamError) || error.kind !== 'transient' || tried === RETRY.tries) throw error;
      const widest = Math.min(RETRY.longestWaitMs, RETRY.shortestWaitMs * 4 ** tried);
      // At least a quarter of the longest pause: an outage of a second is not over after 200 ms.
      const shortest = Math.max(RETRY.shortestWaitMs, widest / 4);
      const jitter = shortest + (widest - shortest) * random();
      const wait = Math.max(jitter, error.retryAfterMs ?? 0);
      if (clock.monotonic() + wait >= deadline) throw error;
      await clock.sleep(wait);
    }
  }
}
