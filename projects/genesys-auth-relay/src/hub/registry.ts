import { createHash } from 'node:crypto';
import type { GapReason } from 'genesys-auth-protocol';
import { createLru } from '../runtime/lru.ts';
import type { HubClient } from './clients/client.ts';
import { eventText } from './clients/dialect.ts';
import { textFrame } from './clients/frame.ts';
import { createOutages } from './clients/outages.ts';
import { createGaps } from './clients/gaps.ts';
import type { EventMemory } from './clients/memory.ts';
import type { FeedSink, TopicStatus } from './feed.ts';
import type { Topic } from './topics/topic.ts';

/** Number of correlation ids that are remembered, to drop duplicates, which occur when sockets or leaders change. */
const REMEMBERED_IDS = 10_000;
/** Correlation id of events that have none. */
const NO_ID = /^[0-]*$/;

/** A topic with clients, or one whose last client left a moment ago. */
export interface WantedTopic extends Topic {
  readonly clients: Set<HubClient>;
  status: TopicStatus | { readonly state: 'new' };
  /** Position since which no event of it was missed. */
  liveFrom: number;
  /** Clients that have missed events of it. They get a gap when it is live again. */
  readonly pendingGaps: Map<HubClient, GapReason>;
  /** Called once when its status is known. */
  readonly waiting: Set<() => void>;
  /** When its last client left, on the monotonic clock. */
  idleSince: number;
}

/** The subscriptions of all clients. A feed writes to its sink. */
export interface Registry extends FeedSink {
  readonly topics: ReadonlyMap<string, WantedTopic>;
  /** Position of the last event. */
  readonly seq: number;
  /** Adds a topic, or finds it. */
  topic(topic: Topic): WantedTopic;
  /** Notes that a client got "permitted" for a topic that is not live yet. It gets a gap when the topic is live. */
  addPendingGap(client: HubClient, topic: WantedTopic, reason: GapReason): void;
  /** Removes a client from topics. */
  leave(client: HubClient, keys: Iterable<string>, now: number): void;
  /** Removes topics that have had no clients for a while. Returns whether there were any. */
  sweep(before: number): boolean;
}

/** Counts what the hub does. */
export interface RegistryCounters {
  events: number;
  duplicates: number;
  deliveries: number;
  gaps: number;
}

/** Builds the registry. It sends events to the clients of their topic, in order, and makes each frame once. */
export function createRegistry(memory: EventMemory, counters: RegistryCounters): Registry {
  const topics = new Map<string, WantedTopic>();
  const seen = createLru<true>(REMEMBERED_IDS);
  let seq = 0;
  const gaps = createGaps(() => seq, counters);
  const outages = createOutages();

  /** The same topic, correlation id and text: one action may well cause two different events. */
  function isRepeated(key: string, id: string, envelope: string): boolean {
    if (NO_ID.test(id)) return false;
    const mark = `${key} ${id} ${createHash('sha1').update(envelope).digest('base64')}`;
    if (seen.has(mark)) return true;
    seen.set(mark, true);
    return false;
  }

  function setLive(topic: WantedTopic): void {
    topic.status = { state: 'live' };
    topic.liveFrom = seq;
    for (const [client, reason] of topic.pendingGaps) gaps.add(client, topic.name, reason);
    topic.pendingGaps.clear();
    for (const client of topic.clients) outages.remove(client, topic.key);
  }

  function addPendingGap(client: HubClient, topic: WantedTopic, reason: GapReason): void {
    if (!topic.pendingGaps.has(client)) topic.pendingGaps.set(client, reason);
    outages.add(client, topic.key);
  }

  function setDown(topic: WantedTopic): void {
    // A client that still waits for the answer to its subscription has missed nothing yet.
    const wasLive = topic.status.state === 'live';
    topic.status = { state: 'down' };
    if (!wasLive) return;
    for (const client of topic.clients) addPendingGap(client, topic, 'upstream');
  }

  function leave(client: HubClient, topic: WantedTopic): void {
    client.topics.delete(topic.key);
    topic.clients.delete(client);
    topic.pendingGaps.delete(client);
    outages.remove(client, topic.key);
  }

  function setRejected(topic: WantedTopic, status: Extract<TopicStatus, { state: 'rejected' }>): void {
    // Clients that got "permitted" are notified now; the others get the status with their answer.
    const notified = topic.status.state === 'live' ? [...topic.clients] : [...topic.pendingGaps.keys()];
    topic.status = status;
    for (const client of notified) {
      leave(client, topic);
      client.send({ type: 'subscribed', id: 0, topics: [{ topic: topic.name, ...status }] });
    }
    // Not kept for clients that reconnect: the next sweep removes it from the channel.
    if (topic.clients.size === 0) topic.idleSince = -Infinity;
  }

  return {
    topics,
    get seq() {
      return seq;
    },
    topic({ key, name }) {
      const known = topics.get(key);
      if (known !== undefined) return known;
      const topic: WantedTopic = {
        key,
        name,
        clients: new Set(),
        status: { state: 'new' },
        liveFrom: seq,
        pendingGaps: new Map(),
        waiting: new Set(),
        idleSince: Infinity
      };
      topics.set(key, topic);
      return topic;
    },
    addPendingGap,
    leave(client, keys, now) {
      for (const key of keys) {
        const topic = topics.get(key);
        if (topic === undefined) continue;
        leave(client, topic);
        if (topic.clients.size === 0) topic.idleSince = now;
      }
    },
    sweep(before) {
      const idle = [...topics.values()].filter(({ clients, idleSince }) => clients.size === 0 && idleSince <= before);
      for (const { key } of idle) topics.delete(key);
      return idle.length > 0;
    },
    event(key, envelope, id) {
      const topic = topics.get(key);
      if (topic === undefined) return false;
      if (isRepeated(key, id, envelope)) {
        counters.duplicates += 1;
        return false;
      }
      seq += 1;
      counters.events += 1;
      counters.deliveries += topic.clients.size;
      memory.add({ seq, key, text: envelope });
      let native: Buffer | undefined;
      let rpc: Buffer | undefined;
      for (const client of topic.clients) {
        if (client.dialect === 'native')
          client.deliver((native ??= textFrame(eventText.native(seq, envelope))), topic.name);
        else client.deliver((rpc ??= textFrame(eventText.rpc(seq, envelope))), topic.name);
      }
      return true;
    },
    status(keys, status) {
      const changed = keys.flatMap((key) => topics.get(key) ?? []);
      // The gap gets its own sequence number, so that a client that resumes from the previous one is notified of it.
      if (status.state === 'live' && changed.some(({ status: { state } }) => state === 'down')) seq += 1;
      for (const topic of changed) {
        if (status.state === 'live') {
          if (topic.status.state !== 'live') setLive(topic);
        } else if (status.state === 'down') setDown(topic);
        else setRejected(topic, status);
        if (status.state === 'down') continue;
        for (const wake of topic.waiting) wake();
        topic.waiting.clear();
      }
      gaps.flush();
    }
  };
}
