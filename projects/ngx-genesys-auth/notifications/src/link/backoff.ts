import type { GenesysNotificationError } from '../error';
import { askedMs } from '../retry-after';

const FIRST_MS = 1000;
const LONGEST_MS = 30_000;
/** After an error that the next attempt would bring again. */
const PERMANENT_MS = 60_000;

/**
 * How long to wait before the next attempt: a random time up to 1, 2, 4, ... 30 seconds (full jitter, so that clients that
 * fell off together do not come back together), and never less than the server asked for, of which
 * five minutes count.
 *
 * @param attempts failed attempts in a row, 0 for a connection that was live
 * @returns milliseconds
 */
export function waitMs(attempts: number, error: GenesysNotificationError, random: () => number): number {
  const asked = askedMs(error.retryAfterSeconds);
  const own = error.permanent
    ? PERMANENT_MS * (0.5 + random() / 2)
    : random() * Math.min(FIRST_MS * 2 ** attempts, LONGEST_MS);
  return Math.max(asked, own);
}
