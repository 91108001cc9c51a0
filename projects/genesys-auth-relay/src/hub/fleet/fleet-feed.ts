import { randomUUID } from 'node:crypto';
import type { RelayRuntime } from '../../runtime/runtime.ts';
import type { Feed, FeedSink, TopicStatus } from '../feed.ts';
import type { Bus, BusSink } from './bus.ts';
import type { FleetMessage } from './message.ts';

/** Times of a fleet, in milliseconds. */
export interface FleetTimes {
  /** How often the lease is asked for or kept. */
  readonly tickMs: number;
  /** Life of the lease: when the instance that listens is gone, another takes over after this. */
  readonly leaseMs: number;
  /** Silence of an instance after which it counts as gone. */
  readonly silenceMs: number;
  /** How long the store may be away before this instance listens for itself. */
  readonly aloneMs: number;
}

export const FLEET_TIMES: FleetTimes = { tickMs: 1000, leaseMs: 4000, silenceMs: 6000, aloneMs: 3000 };

/** What a fleet feed is made of. */
export interface FleetParts {
  /** Joins the other instances. */
  readonly openBus: (self: string, sink: BusSink) => Promise<Bus>;
  /** Listens to Genesys Cloud itself. */
  readonly makeLocal: (sink: FeedSink) => Feed;
  /** Ids of all queues or users. */
  readonly list: Feed['list'];
}

/** Changes of the topics are collected for so long, in milliseconds. */
const SETTLE_MS = 50;
/** Every so many ticks all is said again, as a message may be lost. */
const REPEAT_TICKS = 3;

interface Member {
  readonly topics: ReadonlyMap<string, string>;
  readonly heardAt: number;
}

/**
 * A feed that several instances share: one of them, the holder of a lease, listens to Genesys Cloud for all, so that a topic is
 * subscribed once; the others hear events from it through the store. Without the store each listens for itself.
 */
export async function createFleetFeed(
  { openBus, makeLocal, list }: FleetParts,
  sink: FeedSink,
  { clock, log }: RelayRuntime,
  times: FleetTimes = FLEET_TIMES
): Promise<Feed> {
  const self = randomUUID();
  const others = new Map<string, Member>();
  /** How topics stand with my own line to Genesys Cloud, while I have one. */
  const own = new Map<string, TopicStatus>();
  let mine: ReadonlyMap<string, string> = new Map();
  let local: Feed | undefined;
  let leader: string | undefined;
  /** The term of the leader, as the store or the leader itself told it last. */
  let term = 0;
  let leaderHeardAt = -Infinity;
  let storeSeenAt = clock.monotonic();
  let ticks = 0;
  /** Number of my last message as the leader. */
  let said = 0;
  /** Number of the leader's last message that I heard; `undefined` before the first. */
  let heardUpTo: number | undefined;
  /** Since when I have no subscription to what the others say. */
  let deafSince: number | undefined = clock.monotonic();
  let closed = false;
  let settling = false;

  const iLead = (): boolean => leader === self;

  function wanted(): ReadonlyMap<string, string> {
    const deadline = clock.monotonic() - times.silenceMs;
    for (const [name, { heardAt }] of others) if (heardAt < deadline) others.delete(name);
    if (!iLead()) return mine;
    return new Map([...[...others.values()].flatMap(({ topics }) => [...topics]), ...mine]);
  }

  type OfLeader = Extract<FleetMessage, { n: number }>;

  function sayAsLeader(
    message:
      | Omit<Extract<OfLeader, { kind: 'event' }>, 'term' | 'n'>
      | Omit<Extract<OfLeader, { kind: 'status' }>, 'term' | 'n'>
  ): void {
    said += 1;
    bus.say({ ...message, term, n: said });
  }

  const localSink: FeedSink = {
    event(key, envelope, id) {
      sink.event(key, envelope, id);
      // Also what nobody else seems to want: one may have heard that the topic is live before its request for it is heard here.
      if (iLead()) sayAsLeader({ kind: 'event', key, id, envelope });
    },
    status(keys, status) {
      for (const key of keys) own.set(key, status);
      sink.status(keys, status);
      if (iLead()) sayAsLeader({ kind: 'status', isFull: false, topics: keys.map((key) => [key, status]) });
    }
  };

  function listenMyself(): void {
    if (local === undefined) {
      own.clear();
      local = makeLocal(localSink);
    }
    const topics = wanted();
    // What nobody wants any more is not looked after; its last status would be told to the next who wants it.
    for (const key of own.keys()) if (!topics.has(key)) own.delete(key);
    local.want(topics);
  }

  function stopListening(): void {
    const before = local;
    local = undefined;
    own.clear();
    void before?.close();
  }

  function markLost(): void {
    if (local === undefined && mine.size > 0) sink.status([...mine.keys()], { state: 'down' });
  }

  /** Another instance listens. What came between two of them may be lost. */
  function follow(name: string): void {
    if (leader === name) return;
    markLost();
    leader = name;
    heardUpTo = undefined;
    leaderHeardAt = clock.monotonic();
    bus.say({ kind: 'want', topics: [...mine] });
    bus.say({ kind: 'hello' });
  }

  function lead(): void {
    if (!iLead()) {
      log.info({ event: 'hub_leads' }, 'this instance listens to Genesys Cloud for all');
      // What came after the last word of the one before is lost to me as well.
      markLost();
      // Before anything can come over my line: from here on nobody takes the same events from the one before.
      sayAsLeader({ kind: 'status', isFull: false, topics: [] });
    }
    leader = self;
    listenMyself();
    if (ticks % REPEAT_TICKS === 0) sayAsLeader({ kind: 'status', isFull: true, topics: [...own] });
  }

  /** Notes the number of a message of the leader. Where some are missing, their events are lost. */
  function count(n: number): void {
    if (heardUpTo !== undefined && n !== heardUpTo + 1) {
      markLost();
      bus.say({ kind: 'hello' });
    }
    heardUpTo = n;
  }

  function hearStatus(topics: readonly (readonly [string, TopicStatus])[], isFull: boolean): void {
    for (const [key, status] of topics) if (mine.has(key)) sink.status([key], status);
    // My own line served until the other one is complete; what came over both is dropped by its correlation id.
    const known = new Map(topics);
    // The leader has given up what its list does not name: it did not hear that I want it.
    const missing = [...mine.keys()].filter((key) => !known.has(key));
    if (isFull && local === undefined && missing.length > 0) sink.status(missing, { state: 'down' });
    const isServed = [...mine.keys()].every((key) => ['live', 'rejected'].includes(known.get(key)?.state ?? ''));
    if (local !== undefined && isServed) stopListening();
  }

  /**
   * Whether one that says what it hears listens for all. Who was frozen, say, and has lost the lease meanwhile without knowing is
   * not heard any more: what it hears comes from another, too. One that got the lease is followed from its first word on.
   */
  function isCurrent(from: string, since: number): boolean {
    if (since > term) {
      term = since;
      follow(from);
    }
    return since === term && from === leader;
  }

  function heard(from: string, message: FleetMessage): void {
    if (from === leader) leaderHeardAt = clock.monotonic();
    switch (message.kind) {
      case 'event':
        if (!isCurrent(from, message.term)) return;
        count(message.n);
        sink.event(message.key, message.envelope, message.id);
        return;
      case 'status':
        if (!isCurrent(from, message.term)) return;
        count(message.n);
        hearStatus(message.topics, message.isFull);
        return;
      case 'want':
        others.set(from, { topics: new Map(message.topics), heardAt: clock.monotonic() });
        if (iLead()) {
          listenMyself();
          const asked = message.topics.flatMap(([key]) => {
            const status = own.get(key);
            return status === undefined ? [] : [[key, status] as const];
          });
          if (asked.length > 0) sayAsLeader({ kind: 'status', isFull: false, topics: asked });
        }
        return;
      case 'hello':
        bus.say({ kind: 'want', topics: [...mine] });
        if (iLead()) sayAsLeader({ kind: 'status', isFull: true, topics: [...own] });
        return;
      case 'bye':
        others.delete(from);
        if (from === leader) void tick();
    }
  }

  function goAlone(why: string): void {
    if (local === undefined || iLead()) log.warn({ event: 'hub_alone' }, `${why}; this instance listens for itself`);
    markLost();
    leader = undefined;
    listenMyself();
  }

  async function tick(): Promise<void> {
    ticks += 1;
    if (deafSince !== undefined && clock.monotonic() - deafSince >= times.aloneMs) {
      const led = iLead();
      goAlone('this instance cannot hear the others');
      if (led) await bus.release();
      return;
    }
    try {
      const held = await bus.hold(times.leaseMs, clock.now());
      storeSeenAt = clock.monotonic();
      if (isOver()) return;
      term = held.term;
      if (held.holder === self) lead();
      else follow(held.holder);
    } catch {
      if (isOver() || clock.monotonic() - storeSeenAt < times.aloneMs) return;
      goAlone('the shared store is away');
      return;
    }
    if (ticks % REPEAT_TICKS === 0) bus.say({ kind: 'want', topics: [...mine] });
    if (!iLead() && clock.monotonic() - leaderHeardAt > times.silenceMs) markLost();
  }

  /** What was refused and is in the log already. */
  const refusals = new Set<'publish' | 'subscribe'>();
  const isOver = (): boolean => closed;
  const bus: Bus = await openBus(self, {
    heard,
    lost: () => {
      deafSince ??= clock.monotonic();
      if (!iLead()) markLost();
    },
    refused: (what, code) => {
      if (refusals.has(what)) return;
      refusals.add(what);
      const why = code === 'NOPERM' ? ': allow the Redis user the channel, for example with &genesys-auth:*' : '';
      log.warn({ event: 'hub_bus_failed', what, code }, `the shared store refuses to ${what} for the hub${why}`);
    },
    joined: () => {
      refusals.clear();
      deafSince = undefined;
      bus.say({ kind: 'want', topics: [...mine] });
      bus.say({ kind: 'hello' });
    }
  });
  await tick();
  const ticker = setInterval(() => void tick(), times.tickMs);
  ticker.unref();

  return {
    want(topics) {
      const added = [...topics.keys()].filter((key) => !mine.has(key));
      mine = topics;
      if (local !== undefined) listenMyself();
      // My line has them already, for another instance: it will not say so again.
      for (const key of added) {
        const status = own.get(key);
        if (status !== undefined) sink.status([key], status);
      }
      if (settling) return;
      settling = true;
      setTimeout(() => {
        settling = false;
        if (!closed) bus.say({ kind: 'want', topics: [...mine] });
      }, SETTLE_MS).unref();
    },
    list,
    channels: () => local?.channels() ?? 0,
    async close() {
      closed = true;
      clearInterval(ticker);
      const led = iLead();
      if (led) await bus.release();
      bus.say({ kind: 'bye' });
      await local?.close();
      await bus.close();
    }
  };
}
