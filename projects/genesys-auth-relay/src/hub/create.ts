import type { GenesysConfig, NotificationsConfig, RelayConfig } from '../config/config.ts';
import { keyBytes } from '../config/resolve-store.ts';
import { narrowestClient } from '../scopes/narrowest-client.ts';
import type { RelayRuntime } from '../runtime/runtime.ts';
import { tupleHash } from '../token-source/cache-key.ts';
import type { TokenSource } from '../token-source/token-source.ts';
import { openRedis } from '../store/redis-client.ts';
import { createSeal } from '../store/seal.ts';
import { type Tickets, createTickets } from './clients/ticket.ts';
import type { Feed, FeedSink } from './feed.ts';
import { openBus } from './fleet/bus.ts';
import { createFleetFeed } from './fleet/fleet-feed.ts';
import { createSharedTickets } from './fleet/shared-tickets.ts';
import { type Hub, createHub } from './hub.ts';
import { servedScopes } from './topics/topic-scopes.ts';
import { type HubTokens, createHubApi } from './upstream/api.ts';
import { cachedList } from './upstream/cached-list.ts';
import type { LineTimes } from './upstream/line.ts';
import { createLocalFeed } from './upstream/local-feed.ts';

export const LINE_TIMES: Omit<LineTimes, 'handshakeMs'> = {
  pingMs: 15_000,
  watchdogMs: 35_000,
  settleMs: 50,
  checkMs: 15_000,
  overlapMs: 1000,
  maxPauseMs: 30_000
};

/** The hub of a relay, and its tickets. */
export interface RelayHub {
  readonly hub: Hub;
  readonly tickets: Tickets;
  /** Replaces the source of its tokens, after a reload has changed the OAuth clients. */
  readonly use: (config: RelayConfig, tokenSource: TokenSource) => void;
  close(): Promise<void>;
}

/** The token of the hub. No browser gets it, so it may be of any client. The client that covers the most topics is used. */
function tokensOf(config: RelayConfig, { topicScopes }: NotificationsConfig, tokenSource: TokenSource): HubTokens {
  const served = servedScopes(Object.entries(topicScopes), config.scopes);
  const choice = narrowestClient(config.genesys.clients, { required: ['notifications'], optional: served });
  // The configuration check has made sure that there is one.
  if (choice === undefined) throw new Error('No OAuth client covers the scope notifications.');
  const { client, optional: scopes } = choice;
  return {
    get: () => tokenSource.get(client, scopes),
    rejected: (hash) => tokenSource.report(client, scopes, hash, () => true)
  };
}

/**
 * Names the organization of a hub by the origin of its tokens. Fleets of different organizations may share a Redis, a prefix and a
 * key by mistake. They must exchange neither events nor tickets then.
 */
function organizationOf({ tokenEndpoint, apiOrigin, clients }: GenesysConfig): string {
  const ids = clients.map(({ id }) => id).sort();
  return tupleHash([tokenEndpoint, apiOrigin, ...ids]).slice(0, 32);
}

/**
 * Builds the hub of a relay. With a store, it is part of a fleet.
 *
 * @throws RelayConfigError `config_invalid` when a store is configured and ioredis is not installed
 */
export async function createRelayHub(
  config: RelayConfig,
  notifications: NotificationsConfig,
  tokenSource: TokenSource,
  runtime: RelayRuntime
): Promise<RelayHub> {
  let held = tokensOf(config, notifications, tokenSource);
  const tokens: HubTokens = { get: () => held.get(), rejected: (hash) => held.rejected(hash) };
  const use = (next: RelayConfig, from: TokenSource): void => {
    held = tokensOf(next, notifications, from);
  };
  const { apiOrigin, timeoutMs } = config.genesys;
  const calls = createHubApi(apiOrigin, tokens, timeoutMs, runtime.outbound);
  const api = { ...calls, list: cachedList((what) => calls.list(what), runtime.clock) };
  const parts = { api, tokens, times: { ...LINE_TIMES, handshakeMs: timeoutMs }, runtime };
  const makeLocal = (sink: FeedSink): Feed => createLocalFeed(parts, { channels: notifications.channels }, sink);
  const { store } = config;
  const own = createTickets(runtime.clock);
  if (store === undefined) {
    const hub = await createHub(notifications, runtime, makeLocal);
    const close = async () => {
      await hub.close();
      await api.close();
    };
    return { hub, tickets: own, use, close };
  }

  const keys = store.keys.flatMap((key) => keyBytes(key.reveal()) ?? []);
  const shared = { ...store, prefix: `${store.prefix}${organizationOf(config.genesys)}:` };
  const seal = createSeal('hub messages', keys);
  const redis = await openRedis(store);
  const fleet = {
    openBus: (self: string, sink: Parameters<typeof openBus>[3]) => openBus(shared, seal, self, sink),
    makeLocal,
    list: (what: 'queue' | 'user') => api.list(what)
  };
  const hub = await createHub(notifications, runtime, (sink) => createFleetFeed(fleet, sink, runtime));
  return {
    hub,
    tickets: createSharedTickets(redis, createSeal('hub tickets', keys), shared.prefix, own),
    use,
    async close() {
      await hub.close();
      await Promise.all([api.close(), redis.close()]);
    }
  };
}
