import type { NotificationsConfig, RelayConfig } from '../config/config.ts';
import { narrowestClient } from '../policy/client-choice.ts';
import type { RelayRuntime } from '../runtime/runtime.ts';
import type { TokenSource } from '../source/token-source.ts';
import { type Hub, createHub } from './hub.ts';
import { servedScopes } from './topics/topic-scopes.ts';
import { type HubTokens, createHubApi } from './upstream/api.ts';
import type { LineTimes } from './upstream/line.ts';
import { createLocalFeed } from './upstream/local-feed.ts';

const LINE_TIMES: Omit<LineTimes, 'handshakeMs'> = {
  pingMs: 15_000,
  watchdogMs: 35_000,
  settleMs: 50,
  checkMs: 15_000,
  overlapMs: 1000,
  maxPauseMs: 30_000
};

/** The hub of a relay, with Genesys Cloud behind it. */
export function createRelayHub(
  config: RelayConfig,
  notifications: NotificationsConfig,
  source: TokenSource,
  runtime: RelayRuntime
): Hub {
  const served = servedScopes(Object.entries(notifications.topicScopes), config.scopes);
  // No browser gets this token, so it may be of any client: the one that can serve most topics.
  const wanted = { required: ['notifications'], optional: served };
  const choice = narrowestClient(config.genesys.clients, wanted);
  // The check of the configuration has seen to it that there is one.
  if (choice === undefined) throw new Error('No OAuth client covers the scope notifications.');
  const { client, optional: scopes } = choice;
  const tokens: HubTokens = {
    get: () => source.get(client, scopes),
    rejected: (hash) => source.report(client, scopes, hash, () => true)
  };
  const { apiOrigin, timeoutMs } = config.genesys;
  const api = createHubApi(apiOrigin, tokens, timeoutMs);
  const times = { ...LINE_TIMES, handshakeMs: timeoutMs };
  return createHub(notifications, runtime, (sink) =>
    createLocalFeed({ api, tokens, times, runtime }, { channels: notifications.channels }, sink)
  );
}
