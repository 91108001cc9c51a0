/** How often the board looks, when all is well. */
export const POLL_MS = 5_000;
/**
 * How often the board reads the figures while events report them. Events report everything except the longest wait, which is
 * calculated between two readings, and the names of the agents: a reading corrects both.
 */
export const LIVE_LOADS_MS = 60_000;
/** How often the service level is asked for: it moves slowly and costs Genesys Cloud more. */
export const SERVICE_MS = 30_000;
/** How often the list of queues is read again. */
export const QUEUES_MS = 10 * 60_000;
/** How long after the last input the page counts as unattended. Much shorter than the idle limit of a session, 60 minutes. */
export const UNATTENDED_AFTER_MS = 15 * 60_000;
/** A request that takes longer has failed. */
export const REQUEST_TIMEOUT_MS = 15_000;

/** Genesys Cloud allows 300 requests a minute for a token, and other boards share it: one board takes at most this. */
const REQUESTS_PER_MINUTE = 120;
const MIN_GAP_MS = 1_500;
const FIRST_RETRY_MS = 2_000;
const LAST_RETRY_MS = 60_000;

/**
 * How long after a look began the next one may begin at the soonest, however often the page is hidden and shown, and events
 * are missed.
 *
 * @param requests how many requests the last look took: many queues need several
 * @returns milliseconds
 */
export function gapAfter(requests: number): number {
  return Math.max(MIN_GAP_MS, Math.ceil((requests * 60_000) / REQUESTS_PER_MINUTE));
}

/**
 * How long to pause before the next look.
 *
 * @param requests how many requests the last look took: many queues need several
 * @returns milliseconds
 */
export function pauseAfter(requests: number): number {
  return Math.max(POLL_MS, gapAfter(requests));
}

/**
 * How long to pause after a failure: exponential with jitter, so that many boards do not come back at once, but never
 * shorter than the server asked for.
 *
 * @param failures failures in a row, 1 for the first
 * @param askedMs milliseconds the server asked for
 * @param random between 0 and 1
 * @returns milliseconds
 */
export function pauseAfterFailure(failures: number, askedMs: number | undefined, random: number): number {
  const longest = Math.min(LAST_RETRY_MS, FIRST_RETRY_MS * 2 ** Math.min(failures - 1, 10));
  const jittered = Math.round(longest / 2 + (longest / 2) * random);
  return askedMs === undefined ? jittered : Math.max(jittered, askedMs);
}
