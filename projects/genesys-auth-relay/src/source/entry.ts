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
  /** When a renewal behind the callers is due. */
  renewAt: number;
  /** Renewals that failed in a row. */
  failures: number;
  /** Whether it has all scopes that were asked for. */
  readonly covers: boolean;
  /** Whether it has these and no others. */
  readonly fits: boolean;
  /** Answers in a row whose scopes did not fit. */
  misfits: number;
}

/** Milliseconds between two renewals that fail, at least. */
const SHORTEST_RETRY_MS = 100;

/** Milliseconds after which a token whose scopes do not fit is asked for again: at first, and at most. */
const MISFIT_RETRY_MS = { first: 5000, longest: 600_000 } as const;

/** Tells whether a token has all scopes that were asked for. One that has not is of no use to anybody. */
export const grantCovers = (granted: readonly string[], asked: readonly string[]): boolean =>
  asked.every((scope) => isCovered(scope, granted));

/**
 * @param asked scopes that were asked for
 * @param chance a number from 0 to 1: each process renews at a time of its own
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
 * Which of two tokens to keep. A server that hands out the same token until late in its life would bring the same again
 * soon, so the next try is put off by half of what is left (F3). A token whose scopes fit is kept before one whose scopes do not.
 */
export function laterOf(fresh: Entry, previous: Entry | undefined, now: number): Entry {
  if (!fresh.fits && previous?.fits !== true) return misfit(fresh, previous, now);
  if (!previous?.fits) return fresh;
  if (fresh.fits && fresh.hash !== previous.hash && fresh.lifetime.expires > previous.lifetime.expires) return fresh;
  return { ...previous, failures: 0, renewAt: now + Math.max(1000, (previous.lifetime.hard - now) / 2) };
}

/** A token whose scopes do not fit is asked for again soon, and less often each time: its server may be put right. */
function misfit(fresh: Entry, previous: Entry | undefined, now: number): Entry {
  const misfits = (previous?.misfits ?? 0) + 1;
  const wait = Math.min(MISFIT_RETRY_MS.longest, MISFIT_RETRY_MS.first * 2 ** (misfits - 1));
  return { ...fresh, misfits, renewAt: Math.min(fresh.renewAt, now + wait) };
}

/**
 * Puts off the next renewal after one that failed: longer each time, up to 30 s; but near the end of a token the tries come
 * closer, so that nobody has to wait for the one that succeeds.
 *
 * @param askedMs milliseconds the token endpoint asked to be left alone
 */
export function putOff(entry: Entry, now: number, chance: number, askedMs: number): void {
  entry.failures += 1;
  const widest = Math.min(30_000, 1000 * 2 ** entry.failures);
  const left = Math.max(SHORTEST_RETRY_MS, (entry.lifetime.hard - now) / 4);
  entry.renewAt = now + Math.max(Math.min(1000 + (widest - 1000) * chance, left), askedMs);
}
