import type { RelayConfig } from '../config/config.ts';
import { DOCUMENT_TIMEOUT_MS } from '../identify/fetch-json.ts';
import { KEY_TIMES } from '../identify/key-set.ts';
import { LINE_TIMES } from '../hub/create.ts';
import { FIRST_PAUSE_MS } from '../hub/upstream/line.ts';
import { IDEMPOTENT } from '../proxy/upstream-api.ts';
import { CONNECTIONS, proxyPoolOptions } from '../runtime/connections.ts';
import { CHECKED_MS } from '../sign-in/genesys-tokens.ts';
import { FACTS_MS, STALE_FACTS_MS } from '../sign-in/sessions.ts';
import { RETRY } from '../token-source/retry.ts';
import { REFUSAL } from '../token-source/refusals.ts';

const seconds = (ms: number): string => `${ms / 1000} s`;
const pool = ({ connections, keepAliveTimeout }: { connections: number; keepAliveTimeout: number }): string =>
  `at most ${connections} connections, idle ones kept ${seconds(keepAliveTimeout)}`;

function passingOn({ mode, genesys, proxy }: RelayConfig): readonly string[] {
  if (mode === 'token') return [];
  const options = proxyPoolOptions(proxy);
  const bodies = `with a body of at most ${proxy.replayBytes} bytes`;
  return [
    `to ${new URL(genesys.apiOrigin).host}: ${pool(options)}, for forwarded calls; ${options.connect.timeout} ms to connect, ${proxy.timeoutMs} ms until an answer begins and between its parts; ${[...IDEMPOTENT].join(', ')} ${bodies} are sent again once when the connection turns out to be closed, any call ${bodies} after a 401 and a new token; a Retry-After is obeyed; while it is unreachable callers get a 503, or a 504 when it does not answer`
  ];
}

function channels({ genesys, notifications }: RelayConfig): readonly string[] {
  if (notifications === false) return [];
  return [
    `to ${new URL(genesys.apiOrigin).host}: ${pool(CONNECTIONS.channels)}, for the channels of the notification hub; ${genesys.timeoutMs} ms a call, tried again after ${FIRST_PAUSE_MS} to ${LINE_TIMES.maxPauseMs} ms; at most ${notifications.channels} WebSockets to the streaming host that it names, closed after ${seconds(LINE_TIMES.watchdogMs)} of silence; while it is unreachable clients stay connected and get a gap afterwards`
  ];
}

function signIn({ genesys, signIn: users }: RelayConfig): readonly string[] {
  if (users === undefined) return [];
  return [
    `to ${new URL(genesys.tokenEndpoint).host}: at most ${CONNECTIONS.userTokens.connections} connections, each for one request, for tokens of users; ${genesys.timeoutMs} ms, sent again once when no connection was made; while it is unreachable sign-in fails, and users whose token has expired get a 503`,
    `to ${new URL(genesys.apiOrigin).host}: ${pool(CONNECTIONS.users)}, for signed-in users and their tokens; ${genesys.timeoutMs} ms, no retry, users read again after ${seconds(FACTS_MS)}; while it is unreachable sign-in fails, and the last roles of a user are used for ${seconds(STALE_FACTS_MS)}, then the user gets a 503`
  ];
}

function genesysTokens({ genesys, identities }: RelayConfig): readonly string[] {
  if (!identities.some(({ type }) => type === 'genesysToken')) return [];
  return [
    `to ${new URL(genesys.apiOrigin).host}: ${pool(CONNECTIONS.users)}, for tokens that callers send; ${genesys.timeoutMs} ms, no retry, checked again after ${seconds(CHECKED_MS)}; while it is unreachable callers get a 503`
  ];
}

/**
 * Describes how the relay uses each host that it depends on: connections, time-outs, retries, and what happens while the host is
 * unreachable (ASVS 5.0 13.1.2 and 13.1.3). The numbers are those in use.
 */
export function describeDependencies(config: RelayConfig): readonly string[] {
  const { genesys, identities } = config;
  // If `jwksUri` is configured, the issuer itself is not asked.
  const issuers = identities.flatMap((identity) =>
    identity.type === 'jwt' ? [identity.jwksUri ?? identity.issuer] : []
  );
  const { tries, shortestWaitMs, longestWaitMs } = RETRY;
  const credentials = genesys.clients.flatMap((client) => [client, ...client.fallbacks]);
  const perCertificate = credentials.some(({ auth }) => auth === 'tls_client_auth')
    ? ', as many for each certificate'
    : '';
  return [
    `to ${new URL(genesys.tokenEndpoint).host}: ${pool(CONNECTIONS.tokenEndpoint)}${perCertificate}; ${genesys.timeoutMs} ms for a token request with its retries (${tries} tries, ${shortestWaitMs} to ${longestWaitMs} ms apart, Retry-After up to ${seconds(REFUSAL.longestRetryAfterMs)}); after a permanent refusal a pause of ${seconds(REFUSAL.firstWaitMs)} to ${seconds(REFUSAL.longestWaitMs)}; while it is unreachable live tokens stay in use, other requests get a 503`,
    `to ${new URL(genesys.apiOrigin).host}: ${pool(CONNECTIONS.api)} for reported tokens; ${genesys.timeoutMs} ms, no retry; while it is unreachable tokens are kept`,
    ...passingOn(config),
    ...channels(config),
    ...signIn(config),
    ...genesysTokens(config),
    ...issuers.map(
      (issuer) =>
        `to ${new URL(issuer).host}: ${pool(CONNECTIONS.identityProvider)}; ${DOCUMENT_TIMEOUT_MS} ms, keys read again after ${seconds(KEY_TIMES.freshMs)} and at most every ${seconds(KEY_TIMES.cooldownMs)}; while it is unreachable the last keys are used for ${seconds(KEY_TIMES.lastGoodMs)}, then callers get a 503`
    )
  ];
}
