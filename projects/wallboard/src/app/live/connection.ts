import type { Failure } from './failure';
import { POLL_MS } from './pacing';

/** What the board knows about its own freshness. */
export type Connection =
  | { readonly state: 'connecting' }
  | { readonly state: 'live' }
  /** The last look failed, the figures are still young. */
  | { readonly state: 'retrying'; readonly at: number | null }
  /** The figures are old. They stay on the board, marked. */
  | { readonly state: 'stale'; readonly since: number; readonly at: number | null }
  /** There was never a figure. */
  | { readonly state: 'failed'; readonly at: number | null };

/** Figures older than this are called stale, failure or not: a board that says "live" must be. */
export const STALE_AFTER_MS = 4 * POLL_MS;

/**
 * The state of the connection.
 *
 * @param updatedAt when the figures on the board were read, in epoch milliseconds; `null` before the first
 * @param failure why the last look failed, if it did
 * @param retryAt when the board looks again, in epoch milliseconds
 * @param now epoch milliseconds
 * @param live events tell what happens: without one nothing has changed, however old the figures are
 */
export function connectionOf(
  updatedAt: number | null,
  failure: Failure | null,
  retryAt: number | null,
  now: number,
  live = false
): Connection {
  if (updatedAt === null) return failure === null ? { state: 'connecting' } : { state: 'failed', at: retryAt };
  if (live && failure === null) return { state: 'live' };
  if (now - updatedAt > STALE_AFTER_MS) return { state: 'stale', since: updatedAt, at: retryAt };
  return failure === null ? { state: 'live' } : { state: 'retrying', at: retryAt };
}

/** Whether the figures on the board are what is happening now. */
export function isFresh(connection: Connection): boolean {
  return connection.state === 'live' || connection.state === 'retrying';
}
