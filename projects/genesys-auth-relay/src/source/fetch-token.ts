import type { ProblemCode } from 'genesys-auth-protocol';
import type { ClientConfig, GenesysConfig } from '../config/config.ts';
import type { RelayRuntime } from '../runtime/runtime.ts';
import type { SharedToken } from '../store/stored-token.ts';
import { withRetry } from './retry.ts';
import type { Upstream } from './upstream.ts';
import { UpstreamError } from './upstream-error.ts';

/**
 * Asks the token endpoint.
 *
 * @param budgetMs milliseconds for all tries together
 * @param tries one for a renewal behind the callers, who have a live token; otherwise as many as T5 allows
 * @throws UpstreamError
 */
export type FetchToken = (
  wanted: { readonly client: ClientConfig; readonly scopes: readonly string[] },
  budgetMs: number,
  tries: 'one' | 'all'
) => Promise<SharedToken>;

/** Builds the function that asks the token endpoint, with its retries, and tells the observer of each request. */
export function createFetchToken(genesys: GenesysConfig, upstream: Upstream, runtime: RelayRuntime): FetchToken {
  const { clock, observer } = runtime;
  return async ({ client, scopes }, budgetMs, tries) => {
    let start = 0;
    const attempt = async (leftMs: number) => {
      start = clock.monotonic();
      const ended = (outcome: 'ok' | ProblemCode) =>
        observer.tokenRequest?.(outcome, (clock.monotonic() - start) / 1000);
      try {
        const granted = await upstream.requestToken(client, scopes, leftMs);
        ended('ok');
        return granted;
      } catch (error) {
        ended(error instanceof UpstreamError ? error.problem.code : 'internal_error');
        throw error;
      }
    };
    const granted = await (tries === 'one' ? attempt(budgetMs) : withRetry(attempt, budgetMs, runtime));
    // A server that was not asked for scopes may say that it granted none; that is no answer to a question.
    const named = genesys.sendScope || granted.scopes?.length !== 0 ? granted.scopes : undefined;
    return { token: granted.token, lifetimeSeconds: granted.lifetimeSeconds, scopes: named ?? scopes, start };
  };
}
