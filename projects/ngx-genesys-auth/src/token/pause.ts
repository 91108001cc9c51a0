import type { GenesysAuthError } from '../errors';
import { stopwatch } from './moment';

/**
 * The time after failed renewals in which the relay is left alone and the last error is told again. One failure is
 * forgiven at once, so that a blip is over with the next request; from the second on the pause is 1, 2, 4 and then 5 s,
 * so that a relay that is down is neither stormed nor found to be back much later than it is. A `Retry-After` counts.
 *
 * While the browser says that it is offline the pause grows to a minute, and ends as soon as it says otherwise. It is asked
 * only between attempts, never instead of one: some systems say offline where a relay can be reached.
 */
export interface Pause {
  /** The error to tell instead of calling the relay, or `undefined` if it may be called. */
  error(): GenesysAuthError | undefined;
  failed(error: GenesysAuthError): void;
  reset(): void;
}

/** Makes a {@link Pause}: there is none until something failed. */
export function createPause(): Pause {
  const FIRST_PAUSE_MS = 1000;
  const LONGEST_PAUSE_MS = 5000;
  /** The longest while offline, and the longest that a `Retry-After` counts for. */
  const LONGEST_OF_ALL_MS = 60_000;
  let failures = 0;
  let age = stopwatch();
  let lengthMs = 0;
  let last: GenesysAuthError | undefined;
  let wasOffline = false;
  const reset = (): void => {
    failures = 0;
    last = undefined;
  };
  return {
    error() {
      if (wasOffline && !isOffline()) reset();
      return age() < lengthMs ? last : undefined;
    },
    failed(error) {
      wasOffline = isOffline();
      const longest = wasOffline ? LONGEST_OF_ALL_MS : LONGEST_PAUSE_MS;
      const own = failures && Math.min(FIRST_PAUSE_MS * 2 ** (failures - 1), longest);
      lengthMs = Math.max(own, Math.min((error.retryAfterSeconds ?? 0) * 1000, LONGEST_OF_ALL_MS));
      failures++;
      age = stopwatch();
      last = error;
    },
    reset
  };
}

/** Some runtimes have no navigator, and know nothing of a network. */
const isOffline = (): boolean => (globalThis.navigator as Navigator | undefined)?.onLine === false;
