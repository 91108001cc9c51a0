import type { RelayRuntime } from '../runtime/runtime.ts';
import type { SharedToken } from '../store/stored-token.ts';
import type { Claim, TokenStore } from '../store/token-store.ts';
import { MIN_CACHED_MS, lifetimeOf } from './lifetime.ts';

/** A relay that waits for another one reads the store again after 30 to 70 ms (T4). */
const SHORTEST_LOOK_MS = 30;
const LONGEST_LOOK_MS = 70;
/** With less than this left, in milliseconds, a relay does not wait for another one. */
const LEAST_PATIENCE_MS = 150;

/** A requested token. */
export interface Need {
  readonly key: string;
  /** Whether a token from the store can be used: it is live, newer than ours, and not known to be dead. */
  readonly wants: (token: SharedToken) => boolean;
  /** The latest time at which a token is useful, on the monotonic clock: after it a caller has to wait, or gives up. */
  readonly deadline: number;
  /** Expected duration of a token request in milliseconds, from the last ones. */
  readonly requestMs: number;
}

/** Whether a token may still be issued (T1). */
export const isLive = ({ start, lifetimeSeconds }: SharedToken, now: number): boolean =>
  now < lifetimeOf(start, lifetimeSeconds, 0).issueUntil;

/**
 * Obtains a token once for all relays that share the store (T3, F1). The relay with the lease sends the request; the others wait
 * for its token in the store. A relay that has waited for a third of its remaining time, or until just enough time for a request
 * is left, takes the lease over, because its holder may be dead and no caller should wait until a lease expires (F8). If the
 * store does not answer, the relay sends its own request (F6).
 *
 * @param ask sends the request to the token endpoint
 */
export async function obtainOnce(
  store: TokenStore,
  { key, wants, deadline, requestMs }: Need,
  ask: () => Promise<SharedToken>,
  { clock, random, observer }: RelayRuntime
): Promise<SharedToken> {
  let waitedFor: string | undefined;
  let takeAt = Infinity;
  for (;;) {
    const now = clock.monotonic();
    const takeFrom = now >= takeAt ? waitedFor : undefined;
    const claim = await store.claim(key, takeFrom);
    if (claim === undefined) return ask();
    const isMine = claim.holder === claim.name;
    if (claim.token !== undefined && wants(claim.token)) {
      if (isMine) void store.release(key, claim);
      observer.storeEvent?.('adopted');
      return claim.token;
    }
    if (isMine) {
      observer.storeEvent?.(takeFrom === undefined ? 'lease' : 'lease_taken');
      return askForAll(store, key, claim, ask);
    }
    const left = deadline - clock.monotonic();
    // No time is left to wait: asks without the lease, and stores the token all the same.
    if (left < Math.max(LEAST_PATIENCE_MS, 1.5 * requestMs)) return askForAll(store, key, claim, ask);
    if (claim.holder !== waitedFor) {
      if (waitedFor === undefined) observer.storeEvent?.('lease_wait');
      waitedFor = claim.holder;
      takeAt = clock.monotonic() + Math.min(left / 3, left - 1.5 * requestMs);
    }
    await clock.sleep(SHORTEST_LOOK_MS + (LONGEST_LOOK_MS - SHORTEST_LOOK_MS) * random());
  }
}

async function askForAll(store: TokenStore, key: string, claim: Claim, ask: () => Promise<SharedToken>) {
  let token;
  try {
    token = await ask();
  } catch (error) {
    void store.release(key, claim);
    throw error;
  }
  // Callers do not wait until the store has answered.
  if (token.lifetimeSeconds * 1000 >= MIN_CACHED_MS) void store.put(key, claim, token);
  else void store.release(key, claim);
  return token;
}
