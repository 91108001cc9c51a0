import type { RelayConfig } from '../config/config.ts';
import { DOCUMENT_TIMEOUT_MS } from '../identify/fetch-json.ts';
import { KEY_TIMES } from '../identify/key-set.ts';
import { CONNECTIONS } from '../runtime/connections.ts';
import { RETRY } from '../source/retry.ts';
import { REFUSAL } from '../source/refusals.ts';

const seconds = (ms: number): string => `${ms / 1000} s`;
const pool = ({ connections, keepAliveTimeout }: { connections: number; keepAliveTimeout: number }): string =>
  `at most ${connections} connections, idle ones kept ${seconds(keepAliveTimeout)}`;

/**
 * What the relay does with each host it depends on: connections, time-outs, retries, and what happens while it is away (ASVS
 * 5.0 13.1.2 and 13.1.3). The numbers are those in use.
 */
export function describeDependencies({ genesys, identities }: RelayConfig): readonly string[] {
  const issuers = identities.flatMap((identity) => (identity.type === 'jwt' ? [identity.issuer] : []));
  const { tries, shortestWaitMs, longestWaitMs } = RETRY;
  return [
    `to ${new URL(genesys.tokenEndpoint).host}: ${pool(CONNECTIONS.tokenEndpoint)}; ${genesys.timeoutMs} ms for a token request with its retries (${tries} tries, ${shortestWaitMs} to ${longestWaitMs} ms apart, Retry-After up to ${seconds(REFUSAL.longestRetryAfterMs)}); after a refusal for good a rest of ${seconds(REFUSAL.firstWaitMs)} to ${seconds(REFUSAL.longestWaitMs)}; while it is away live tokens go on, others get a 503`,
    `to ${new URL(genesys.apiOrigin).host}: ${pool(CONNECTIONS.api)} for reported tokens; ${genesys.timeoutMs} ms, no retry; while it is away a token is kept`,
    ...issuers.map(
      (issuer) =>
        `to ${new URL(issuer).host}: ${pool(CONNECTIONS.identityProvider)}; ${DOCUMENT_TIMEOUT_MS} ms, keys read again after ${seconds(KEY_TIMES.freshMs)} and at most every ${seconds(KEY_TIMES.cooldownMs)}; while it is away the last keys serve for ${seconds(KEY_TIMES.lastGoodMs)}, then callers get a 503`
    )
  ];
}
