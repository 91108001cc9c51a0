import type { ApiToken } from '../proxy/token-provider.ts';
import { createLru } from '../runtime/lru.ts';
import type { RelayRuntime } from '../runtime/runtime.ts';
import type { GenesysApi, TokenState } from './genesys.ts';

/** How long a token that was found dead counts as dead without another request. */
const DEAD_MS = 60_000;
const MAX_TOKENS = 10_000;

/** Verifies users' tokens to which an operation has answered 401. */
export interface TokenVerifier {
  /** Whether a verification in the last minute has found the token dead. */
  isDead(hash: string): boolean;
  /**
   * Asks `tokens/me` about a token. Concurrent calls for one token wait for the same answer. A token that was found dead needs no other
   * request. When the limit is used up, the state is `unknown`.
   *
   * @param limitKey the limit from which a request is taken: that of a session or a token
   */
  verify(limitKey: string, token: ApiToken): Promise<TokenState>;
}

/**
 * Builds the verifier.
 *
 * @param takeVerification takes one verification from a limit by key. Returns `false` when none is left
 */
export function createTokenVerifier(
  api: Pick<GenesysApi, 'tokenState'>,
  takeVerification: (key: string) => boolean,
  { clock, log, observer }: RelayRuntime
): TokenVerifier {
  const flights = new Map<string, Promise<TokenState>>();
  const deadUntil = createLru<number>(MAX_TOKENS);
  const isDead = (hash: string): boolean => clock.monotonic() < (deadUntil.get(hash) ?? -Infinity);

  async function ask({ token, hash }: ApiToken): Promise<TokenState> {
    const state = await api.tokenState(token);
    if (state === 'unknown') return state;
    const refused = state === 'dead';
    if (refused) deadUntil.set(hash, clock.monotonic() + DEAD_MS);
    observer.tokenVerified?.(refused);
    log.info(
      { event: 'token_verified', client: 'user', refused },
      refused ? 'the API refuses the token' : 'the token is live'
    );
    return state;
  }

  return {
    isDead,
    verify(limitKey, token) {
      const { hash } = token;
      if (isDead(hash)) return Promise.resolve('dead');
      const before = flights.get(hash);
      if (before !== undefined) return before;
      if (!takeVerification(limitKey)) return Promise.resolve('unknown');
      const flight = ask(token).finally(() => flights.delete(hash));
      flights.set(hash, flight);
      return flight;
    }
  };
}
