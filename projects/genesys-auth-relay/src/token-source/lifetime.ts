import { MAX_LIFETIME_SECONDS } from '../store/stored-token.ts';

/** Lifetime of a token whose answer names none, in seconds. */
export const DEFAULT_LIFETIME_SECONDS = 300;
/** A token with a shorter lifetime than this, in milliseconds, is issued but not kept. */
export const MIN_CACHED_MS = 2000;

/** When a token is renewed, and when it is no longer issued; on the monotonic clock, in milliseconds. */
export interface Lifetime {
  readonly start: number;
  /** When it expires according to the token endpoint. */
  readonly expires: number;
  /** From this time on it is never issued. */
  readonly issueUntil: number;
  /** From this time on it is issued while a renewal runs in the background. */
  readonly refreshAt: number;
}

/**
 * The lifetime in an answer, in seconds. `expires_in` is only recommended (RFC 6749 section 5.1): some servers write it as a
 * string, as zero or not at all.
 */
export function lifetimeSeconds(expiresIn: unknown): number {
  const seconds = typeof expiresIn === 'string' && /^\d{1,15}$/.test(expiresIn) ? Number(expiresIn) : expiresIn;
  if (typeof seconds !== 'number' || Number.isNaN(seconds) || seconds <= 0) return DEFAULT_LIFETIME_SECONDS;
  return Math.min(seconds, MAX_LIFETIME_SECONDS);
}

/**
 * Rules T1 and T2: `issueUntil` is 2 % of the lifetime before the end, at least 5 s and at most 10 % of the lifetime. `refreshAt` is a
 * random time between 70 % and 85 % of the lifetime, so that instances do not renew at the same time.
 *
 * @param start when the request for the token started, in milliseconds: the token may be as old as its request
 * @param seconds the stated lifetime
 * @param random a number from 0 to 1
 */
export function lifetimeOf(start: number, seconds: number, random: number): Lifetime {
  const life = seconds * 1000;
  const expires = start + life;
  const issueUntil = expires - Math.min(Math.max(5000, 0.02 * life), 0.1 * life);
  return { start, expires, issueUntil, refreshAt: start + life * (0.7 + 0.15 * random) };
}

/**
 * Rule T8: the seconds that are reported to a caller. A little less than the remaining time, and different for each caller, so that
 * they do not all return in the same second. At least one second.
 *
 * @param left milliseconds to `issueUntil`
 * @param share the caller's number from 0 to 1, always the same for the same caller
 */
export function expiresIn(left: number, share: number): number {
  const jitter = Math.min(0.1 * left, 30_000) * share;
  return Math.max(1, Math.floor((left - jitter) / 1000));
}
