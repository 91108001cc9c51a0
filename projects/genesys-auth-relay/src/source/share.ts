import type { RelayRuntime } from '../runtime/runtime.ts';
import type { SharedToken } from '../store/stored-token.ts';
import type { Claim, TokenStore } from '../store/token-store.ts';
import { MIN_CACHED_MS, lifetimeOf } from './lifetime.ts';

/** Who waits for another relay looks again after 30 to 70 ms (T4). */
const SHORTEST_LOOK_MS = 30;
const LONGEST_LOOK_MS = 70;
/** With less than this left, in milliseconds, a relay waits for nobody. */
const LEAST_PATIENCE_MS = 150;

/** A token that is wanted. */
export interface Need {
  readonly key: string;
  /** Whether a token from the store would do: it is live, later than ours, and not known to be dead. */
  readonly wants: (token: SharedToken) => boolean;
  /** When somebody has to wait, or to give up, if there is no token by then; on the monotonic clock. */
  readonly deadline: number;
  /** Milliseconds that a token request may well take, as the last ones did. */
  readonly requestMs: number;
}

/** Whether a token is still handed out (T1). */
export const isLive = ({ start, lifetimeSeconds }: SharedToken, now: number): boolean =>
  now < lifetimeOf(start, lifetimeSeconds, 0).hard;

/**
 * Obtains a token once for all relays that share the store (T3, F1): the one that holds the lease asks, the others wait for
 * what it puts there. Whoever has waited for a third of the time that is left, or until there is just
 * enough of it for a request, takes the lease over: its holder may be dead, and
 * nobody shall have to wait for a lease to run out (F8). Without an answer from the store the relay asks by itself (F6).
 *
 * @param ask asks the token endpoint
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
  // Callers do not wait for the store.
  if (token.lifetimeSeconds * 1000 >= MIN_CACHED_MS) void store.put(key, claim, token);
  else void store.release(key, claim);
  return token;
}
