import { isCovered } from 'genesys-scopes';
import type { SharedToken } from '../store/stored-token.ts';
import { sha256 } from '../runtime/sha256.ts';
import { type Lifetime, lifetimeOf } from './lifetime.ts';

/** A token of the relay. */
export interface SourceToken {
  readonly token: string;
  /** Lower-case hex SHA-256 of the token. */
  readonly hash: string;
  /** Granted scopes, sorted. */
  readonly scopes: readonly string[];
  readonly lifetime: Lifetime;
}

/** A token in the memory of this process. */
export interface Entry extends SourceToken {
  /** When a renewal in the background is due. */
  renewAt: number;
  /** Renewals that failed in a row. */
  failures: number;
  /** Whether it has all scopes that were requested. */
  readonly covers: boolean;
  /** Whether it has these and no others. */
  readonly fits: boolean;
  /** Answers in a row whose scopes did not fit. */
  misfits: number;
}

/** Shortest time between two renewals that fail, in milliseconds. */
const SHORTEST_RETRY_MS = 100;

/** Milliseconds after which a token with unexpected scopes is requested again: at first, and at most. */
const MISFIT_RETRY_MS = { first: 5000, longest: 600_000 } as const;

/** Whether a token has all scopes that were requested. Otherwise no caller can use it. */
export const grantCovers = (granted: readonly string[], asked: readonly string[]): boolean =>
  asked.every((scope) => isCovered(scope, granted));

/**
 * @param asked the requested scopes
 * @param chance a number from 0 to 1, by which each process renews at a different time
 */
export function entryOf(shared: SharedToken, asked: readonly string[], chance: number): Entry {
  const { token, scopes, lifetimeSeconds, start } = shared;
  const lifetime = lifetimeOf(start, lifetimeSeconds, chance);
  const covers = grantCovers(scopes, asked);
  const fits = covers && grantCovers(asked, scopes);
  return {
    token,
    hash: sha256(token),
    scopes,
    lifetime,
    renewAt: lifetime.refreshAt,
    failures: 0,
    covers,
    fits,
    misfits: 0
  };
}

/**
 * Chooses which of two tokens to keep. A server may return the same token until late in its lifetime, so the next attempt is
 * delayed by half of the remaining time (F3). A token whose scopes fit is preferred to one whose scopes do not.
 */
export function preferredEntry(fresh: Entry, previous: Entry | undefined, now: number): Entry {
  if (!fresh.fits && previous?.fits !== true) return misfit(fresh, previous, now);
  if (!previous?.fits) return fresh;
  if (fresh.fits && fresh.hash !== previous.hash && fresh.lifetime.expires > previous.lifetime.expires) return fresh;
  return { ...previous, failures: 0, renewAt: now + Math.max(1000, (previous.lifetime.issueUntil - now) / 2) };
}

/** A token with unexpected scopes is requested again soon, and then less often each time, because its server may be corrected. */
function misfit(fresh: Entry, previous: Entry | undefined, now: number): Entry {
  const misfits = (previous?.misfits ?? 0) + 1;
  const wait = Math.min(MISFIT_RETRY_MS.longest, MISFIT_RETRY_MS.first * 2 ** (misfits - 1));
  return { ...fresh, misfits, renewAt: Math.min(fresh.renewAt, now + wait) };
}

/**
 * Delays the next renewal after one that failed: longer each time, up to 30 s. Near the end of a token the attempts are closer
 * together, so that no caller has to wait for the one that succeeds.
 *
 * @param askedMs `Retry-After` of the token endpoint in milliseconds
 */
export function delayRenewal(entry: Entry, now: number, chance: number, askedMs: number): void {
  entry.failures += 1;
  const widest = Math.min(30_000, 1000 * 2 ** entry.failures);
  const left = Math.max(SHORTEST_RETRY_MS, (entry.lifetime.issueUntil - now) / 4);
  entry.renewAt = now + Math.max(Math.min(1000 + (widest - 1000) * chance, left), askedMs);
}
