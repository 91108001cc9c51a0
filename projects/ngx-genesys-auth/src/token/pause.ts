import type { GenesysAuthError } from '../errors';

/**
 * How long after a failed renewal the relay is left alone and the error is told again, in milliseconds. One failure is
 * forgiven at once, so that a blip is over with the next request; from the second on the pause is 1, 2, 4 and then 5 s,
 * so that a relay that is down is neither stormed nor found to be back much later than it is. A `Retry-After` counts.
 *
 * While the browser says that it is offline the pause grows to a minute, and ends as soon as it says otherwise. It is asked
 * only between attempts, never instead of one: some systems say offline where a relay can be reached.
 *
 * @param before how many failures there were before this one
 */
export function pauseMs(before: number, { retryAfterSeconds = 0 }: GenesysAuthError, offline: boolean): number {
  const FIRST_PAUSE_MS = 1000;
  const LONGEST_PAUSE_MS = 5000;
  /** The longest while offline, and the longest that a `Retry-After` counts for. */
  const LONGEST_OF_ALL_MS = 60_000;
  return Math.max(
    before && Math.min(FIRST_PAUSE_MS * 2 ** (before - 1), offline ? LONGEST_OF_ALL_MS : LONGEST_PAUSE_MS),
    Math.min(retryAfterSeconds * 1000, LONGEST_OF_ALL_MS)
  );
}

/** Some runtimes have no navigator, and know nothing of a network. */
export const isOffline = (): boolean => (globalThis.navigator as Navigator | undefined)?.onLine === false;
