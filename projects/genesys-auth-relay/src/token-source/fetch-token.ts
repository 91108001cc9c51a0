import type { ProblemCode } from 'genesys-auth-protocol';
import type { ClientConfig, Credential, GenesysConfig } from '../config/config.ts';
import type { RelayRuntime } from '../runtime/runtime.ts';
import type { SharedToken } from '../store/stored-token.ts';
import { withRetry } from './retry.ts';
import type { Upstream } from './upstream.ts';
import { UpstreamError } from './upstream-error.ts';

/** Asks the token endpoint. */
export interface FetchToken {
  /**
   * @param timeLimitMs milliseconds for all attempts together
   * @param tries `once` for a renewal in the background, when callers have a live token; `withRetries`: see {@link withRetry}
   * @throws UpstreamError
   */
  (
    wanted: { readonly client: ClientConfig; readonly scopes: readonly string[] },
    timeLimitMs: number,
    tries: 'once' | 'withRetries'
  ): Promise<SharedToken>;
  /** Expected duration of a request in milliseconds: that of the slowest of the last ones. */
  typicalMs(): number;
}

/** Failures that another credential of the client may avoid. */
const MAY_FALL_BACK: ReadonlySet<string> = new Set(['upstream_invalid_client', 'upstream_unauthorized_client']);
const isRefusedClient = (error: unknown): boolean =>
  error instanceof UpstreamError && MAY_FALL_BACK.has(error.problem.code);

/** Builds the function that asks the token endpoint, with its retries, and reports each request to the observer. */
export function createFetchToken(genesys: GenesysConfig, upstream: Upstream, runtime: RelayRuntime): FetchToken {
  const { clock, log, observer } = runtime;
  /** By client: the credential that worked last. */
  const working = new Map<string, number>();
  let slowest = 0;

  async function askOnce(credential: Credential, scopes: readonly string[], leftMs: number): Promise<SharedToken> {
    const start = clock.monotonic();
    const ended = (outcome: 'ok' | ProblemCode) => observer.tokenRequest?.(outcome, (clock.monotonic() - start) / 1000);
    try {
      const { token, lifetimeSeconds, scopes: granted } = await upstream.requestToken(credential, scopes, leftMs);
      ended('ok');
      slowest = Math.max(clock.monotonic() - start, 0.9 * slowest);
      // If no scopes were requested, a server may report that it granted none. That is not a refusal.
      const named = genesys.sendScope || granted?.length !== 0 ? granted : undefined;
      return { token, lifetimeSeconds, scopes: named ?? scopes, start };
    } catch (error) {
      ended(error instanceof UpstreamError ? error.problem.code : 'internal_error');
      throw error;
    }
  }

  /** Uses the credential that worked last. If the client is refused, tries each of the others once (T7). */
  async function ask(client: ClientConfig, scopes: readonly string[], leftMs: number): Promise<SharedToken> {
    const deadline = clock.monotonic() + leftMs;
    const all = [client, ...client.fallbacks];
    const first = working.get(client.name) ?? 0;
    let refusal: unknown;
    for (let step = 0; step < all.length; step++) {
      const at = (first + step) % all.length;
      const credential = all[at] ?? client;
      try {
        const token = await askOnce(credential, scopes, Math.max(1, deadline - clock.monotonic()));
        if (at !== first) {
          working.set(client.name, at);
          const which = at === 0 ? 'its first credential' : `fallback ${at}`;
          log.warn(
            { event: 'credential_changed', client: client.name },
            `the OAuth client was refused; ${which} works`
          );
        }
        return token;
      } catch (error) {
        refusal ??= error;
        if (!isRefusedClient(error)) throw error;
      }
    }
    throw refusal;
  }

  const fetchToken: FetchToken = ({ client, scopes }, timeLimitMs, tries) => {
    const attempt = (leftMs: number) => ask(client, scopes, leftMs);
    return tries === 'once' ? attempt(timeLimitMs) : withRetry(attempt, timeLimitMs, runtime);
  };
  fetchToken.typicalMs = () => slowest;
  return fetchToken;
}
