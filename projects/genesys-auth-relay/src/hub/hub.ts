import { randomUUID } from 'node:crypto';
import type { Duplex } from 'node:stream';
import { CLOSE_CODES, type HubServerFrame } from 'genesys-auth-protocol';
import { isCovered } from 'genesys-scopes';
import type WebSocket from 'ws';
import type { NotificationsConfig } from '../config/config.ts';
import type { Caller } from '../identify/caller.ts';
import type { Entitlement } from '../policy/policy.ts';
import type { HubFigures } from '../runtime/observer.ts';
import type { RelayRuntime } from '../runtime/runtime.ts';
import { type Dialect, type HubClient, createClient } from './clients/client.ts';
import { rpcText } from './clients/dialect.ts';
import { textFrame } from './clients/frame.ts';
import { createMemory } from './clients/memory.ts';
import type { SubscribeParts } from './clients/subscribe.ts';
import { createConversation } from './clients/conversation.ts';
import type { Feed, FeedSink } from './feed.ts';
import { createFiguresReport } from './figures.ts';
import { type RegistryCounters, type WantedTopic, createRegistry } from './registry.ts';
import { topicScopes } from './topics/topic-scopes.ts';

/** Times of the hub, in milliseconds. Tests may shorten them. */
export interface HubTimes {
  /** Interval of the heartbeat to every client. */
  readonly heartbeatMs: number;
  readonly pingMs: number;
  /** How long a subscription waits for Genesys Cloud before it is answered without its status. */
  readonly answerMs: number;
  /** How long a topic without clients is kept, for clients that reconnect. */
  readonly lingerMs: number;
}

export const HUB_TIMES: HubTimes = { heartbeatMs: 15_000, pingMs: 30_000, answerMs: 5000, lingerMs: 30_000 };

/** The notification hub, without its HTTP routes. */
export interface Hub {
  /** Adds an open socket. */
  connect(socket: WebSocket, stream: Duplex, about: HubAdmission): void;
  /** Whether it accepts no more sockets because it is stopping. */
  isStopping(): boolean;
  /** The reason why the caller may not open another socket; `undefined` if it may. */
  reachedLimit(caller: Caller): string | undefined;
  /** The callers of the open sockets. */
  callers(): readonly Caller[];
  /**
   * Closes the sockets whose caller has no scope, or has lost one since it connected. Other sockets keep the rights they
   * connected with.
   *
   * @param scopesOf scopes that a caller has now
   */
  review(scopesOf: (caller: Caller) => readonly string[]): void;
  /** Asks the clients to reconnect to another relay. */
  drain(): void;
  close(): Promise<void>;
}

/** The caller of a connection, and the protocol it uses. */
export interface HubAdmission {
  readonly caller: Caller;
  readonly entitlement: Entitlement;
  readonly dialect: Dialect;
}

const TICK_MS = 1000;
const WARN_BEFORE_MS = 30_000;

/**
 * Builds the hub.
 *
 * @param makeFeed creates the source of events
 */
export async function createHub(
  config: NotificationsConfig,
  runtime: RelayRuntime,
  makeFeed: (sink: FeedSink) => Promise<Feed> | Feed,
  times: HubTimes = HUB_TIMES
): Promise<Hub> {
  const { clock, log } = runtime;
  const report = createFiguresReport(runtime.observer);
  const epoch = randomUUID();
  const memory = createMemory(config.memoryEvents, config.memoryBytes);
  const counters: RegistryCounters = { events: 0, duplicates: 0, deliveries: 0, gaps: 0 };
  const registry = createRegistry(memory, counters);
  const feed = await makeFeed(registry);
  const clients = new Map<HubClient, { readonly until: number; warned: boolean }>();
  const perCaller = new Map<string, number>();
  let dirty = false;
  let closed = false;
  let stopping = false;
  let nextHeartbeat = clock.monotonic() + times.heartbeatMs;

  function updateFeed(): void {
    if (dirty) return;
    dirty = true;
    // Deferred, so that a hundred clients that connect together cause one change.
    setImmediate(() => {
      dirty = false;
      if (closed) return;
      feed.want(new Map([...registry.topics.values()].map(({ key, name }) => [key, name])));
    });
  }

  const waitFor = (topic: WantedTopic, ms: number): Promise<void> =>
    new Promise((resolve) => {
      const wake = (): void => {
        clearTimeout(timer);
        topic.waiting.delete(wake);
        resolve();
      };
      const timer = setTimeout(wake, ms);
      topic.waiting.add(wake);
    });

  const parts: SubscribeParts = {
    registry,
    memory,
    feed: () => feed,
    scopeOf: topicScopes(Object.entries(config.topicScopes)),
    epoch,
    counters,
    limits: { topics: config.topicsPerClient, answerMs: times.answerMs },
    changed: updateFeed,
    wait: waitFor,
    now: () => clock.monotonic()
  };

  function expire(client: HubClient, entry: { readonly until: number; warned: boolean }, now: number): void {
    const left = entry.until - now;
    if (left <= 0) client.close(CLOSE_CODES.expired, 'the credential has expired');
    else if (left <= WARN_BEFORE_MS && !entry.warned) {
      entry.warned = true;
      client.send({ type: 'closing', reason: 'expiring', inSeconds: Math.round(left / 1000) });
    }
  }

  function beat(): void {
    const frames: Record<Dialect, Buffer> = {
      native: textFrame(JSON.stringify({ type: 'heartbeat', seq: registry.seq } satisfies HubServerFrame)),
      rpc: textFrame(rpcText({ type: 'heartbeat', seq: registry.seq }) ?? '{}')
    };
    for (const client of clients.keys()) client.beat(frames[client.dialect]);
  }

  const figures = (): HubFigures => ({
    ...counters,
    clients: clients.size,
    topics: registry.topics.size,
    channels: feed.channels()
  });

  const ticker = setInterval(() => {
    const now = clock.monotonic();
    for (const [client, entry] of clients) {
      client.check(now);
      expire(client, entry, now);
    }
    if (now >= nextHeartbeat) {
      nextHeartbeat = now + times.heartbeatMs;
      beat();
    }
    if (registry.sweep(now - times.lingerMs)) updateFeed();
    report(figures());
  }, TICK_MS);
  ticker.unref();

  /** Milliseconds until the caller's credential ends, at most the longest session. */
  const socketLifetimeMs = ({ notAfter }: Caller): number =>
    Math.min(config.sessionSeconds * 1000, notAfter === undefined ? Infinity : notAfter - clock.now());

  return {
    isStopping: () => stopping,

    reachedLimit(caller) {
      if (clients.size >= config.clients) return 'the relay has reached its limit of sockets';
      return (perCaller.get(caller.key) ?? 0) >= config.clientsPerCaller
        ? 'this caller has too many sockets'
        : undefined;
    },

    connect(socket, stream, about) {
      const now = clock.monotonic();
      const client = createClient(
        socket,
        stream,
        about,
        { bufferBytes: config.bufferBytes, slowMs: config.slowSeconds * 1000, pingMs: times.pingMs },
        {
          encode: (frame) => (about.dialect === 'native' ? JSON.stringify(frame) : rpcText(frame)),
          seq: () => registry.seq,
          onGap: () => {
            counters.gaps += 1;
          }
        },
        now
      );
      const lifetimeMs = socketLifetimeMs(about.caller);
      const conversation = createConversation(client, parts, clock);
      clients.set(client, { until: now + lifetimeMs, warned: false });
      const { key } = about.caller;
      perCaller.set(key, (perCaller.get(key) ?? 0) + 1);
      socket.on('message', (data, isBinary) => {
        // A text message arrives as one buffer: ws joins fragments.
        if (!isBinary && Buffer.isBuffer(data)) conversation.receive(data.toString('utf8'));
        else client.close(CLOSE_CODES.protocolError, 'binary messages are not supported');
      });
      socket.on('error', () => {
        socket.terminate();
      });
      socket.on('close', () => {
        clients.delete(client);
        const left = (perCaller.get(key) ?? 1) - 1;
        if (left > 0) perCaller.set(key, left);
        else perCaller.delete(key);
        registry.leave(client, [...client.topics], clock.monotonic());
      });
      client.send({
        type: 'welcome',
        epoch,
        seq: registry.seq,
        heartbeatSeconds: Math.ceil(times.heartbeatMs / 1000),
        expiresIn: Math.max(0, Math.floor(lifetimeMs / 1000))
      });
    },

    callers: () => [...clients.keys()].map(({ caller }) => caller),

    review(scopesOf) {
      for (const client of clients.keys()) {
        const now = scopesOf(client.caller);
        if (now.length > 0 && client.entitlement.scopes.every((scope) => isCovered(scope, now))) continue;
        client.close(CLOSE_CODES.expired, 'the caller has lost rights');
      }
    },

    drain() {
      stopping = true;
      for (const client of clients.keys()) client.send({ type: 'closing', reason: 'draining', inSeconds: 0 });
    },

    async close() {
      if (closed) return;
      closed = stopping = true;
      clearInterval(ticker);
      for (const client of clients.keys()) client.close(CLOSE_CODES.goingAway, 'the relay is stopping');
      await feed.close();
      report({ ...counters, clients: 0, topics: 0, channels: 0 });
      log.debug({ event: 'hub_closed' }, 'notification hub closed');
    }
  };
}
