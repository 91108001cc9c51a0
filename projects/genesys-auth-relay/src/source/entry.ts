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
}

/** Milliseconds between two renewals that fail, at least. */
const SHORTEST_RETRY_MS = 100;

/** @param chance a number from 0 to 1: each process renews at a time of its own */
export function entryOf({ token, scopes, lifetimeSeconds, start }: SharedToken, chance: number): Entry {
  const lifetime = lifetimeOf(start, lifetimeSeconds, chance);
  return { token, hash: sha256(token), scopes, lifetime, renewAt: lifetime.refreshAt, failures: 0 };
}

/**
 * Which of two tokens to keep. A server that hands out the same token until late in its life would bring the same again
 * soon, so the next try is put off by half of what is left (F3).
 */
export function laterOf(fresh: Entry, previous: Entry | undefined, now: number): Entry {
  if (previous === undefined) return fresh;
  if (fresh.hash !== previous.hash && fresh.lifetime.expires > previous.lifetime.expires) return fresh;
  return { ...previous, failures: 0, renewAt: now + Math.max(1000, (previous.lifetime.hard - now) / 2) };
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
