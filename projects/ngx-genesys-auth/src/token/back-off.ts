import type { GenesysAuthError } from '../errors';
import { type Age, stopwatch } from './stopwatch';

const FIRST_PAUSE_MS = 1000;
const LONGEST_PAUSE_MS = 5000;
/** The longest pause while the browser is offline, and the longest that a `Retry-After` of the relay can cause. */
const LONGEST_OFFLINE_PAUSE_MS = 60_000;

/**
 * Decides how long the relay is not called after failures.
 *
 * The first failure causes no pause: after a short interruption the next request succeeds. The failures after it cause pauses
 * of 1, 2, 4 and then 5 s, so that a relay that is down is not flooded and is soon found to be back. A `Retry-After` of the
 * relay makes the pause longer.
 *
 * While the browser reports that it is offline, the pause grows to a minute. It ends as soon as the browser reports that it is
 * online. The report never replaces a call: some systems report offline although they can reach the relay.
 */
export class BackOff {
  #failures = 0;
  #lastError: GenesysAuthError | undefined;
  #sinceLastError: Age = () => 0;
  #pauseMs = 0;
  #wasOffline = false;

  /** The last error, while the pause after it lasts. */
  error(): GenesysAuthError | undefined {
    if (this.#wasOffline && !isOffline()) this.reset();
    return this.#sinceLastError() < this.#pauseMs ? this.#lastError : undefined;
  }

  /** Starts a pause. */
  failed(error: GenesysAuthError): void {
    this.#wasOffline = isOffline();
    this.#pauseMs = pauseMs(this.#failures, error, this.#wasOffline);
    this.#failures++;
    this.#lastError = error;
    this.#sinceLastError = stopwatch();
  }

  /** Ends the pause and forgets all failures. */
  reset(): void {
    this.#failures = 0;
    this.#lastError = undefined;
  }
}

/** @param earlierFailures the number of failures in a row before this one */
function pauseMs(earlierFailures: number, { retryAfterSeconds = 0 }: GenesysAuthError, offline: boolean): number {
  const longestMs = offline ? LONGEST_OFFLINE_PAUSE_MS : LONGEST_PAUSE_MS;
  const growing = earlierFailures === 0 ? 0 : Math.min(FIRST_PAUSE_MS * 2 ** (earlierFailures - 1), longestMs);
  return Math.max(growing, Math.min(retryAfterSeconds * 1000, LONGEST_OFFLINE_PAUSE_MS));
}

/** A runtime without `navigator` never counts as offline. */
const isOffline = (): boolean => (globalThis.navigator as Navigator | undefined)?.onLine === false;
