import { randomUUID } from 'node:crypto';
import { errorFields } from '../../reply/error-fields.ts';
import type { HubRole } from '../../runtime/observer.ts';
import type { RelayRuntime } from '../../runtime/runtime.ts';
import type { Feed, FeedSink, TopicStatus } from '../feed.ts';
import type { Bus, BusSink } from './bus.ts';
import type { FleetMessage } from './message.ts';

/** Times of a fleet, in milliseconds. */
export interface FleetTimes {
  /** How often the lease is requested or renewed. All other times are counted in ticks, because a suspended process has none. */
  readonly tickMs: number;
  /** Lifetime of the lease: another instance takes over this long after the leader has stopped. */
  readonly leaseMs: number;
  /** Silence after which an instance counts as stopped. */
  readonly silenceMs: number;
  /** How long the store may fail to answer or to deliver messages before this instance listens for itself. */
  readonly aloneMs: number;
}

export const FLEET_TIMES: FleetTimes = { tickMs: 1000, leaseMs: 4000, silenceMs: 6000, aloneMs: 3000 };

/** Dependencies of a fleet feed. */
export interface FleetParts {
  /** Joins the other instances. */
  readonly openBus: (self: string, sink: BusSink) => Promise<Bus>;
  /** Listens to Genesys Cloud itself. */
  readonly makeLocal: (sink: FeedSink) => Feed;
  /** Ids of all queues or users. */
  readonly list: Feed['list'];
}

/** Topic changes are collected for this long, in milliseconds. */
const SETTLE_MS = 50;
/** Everything is sent again after this many ticks, because a message may be lost. */
const REPEAT_TICKS = 3;

/** Whether an instance with this role has its own line to Genesys Cloud. */
const LISTENS: Readonly<Record<HubRole, boolean>> = {
  starting: false,
  following: false,
  leading: true,
  alone: true,
  'handing-over': true
};

/** Explains a role in the log. */
const REASONS: Readonly<Record<HubRole, string>> = {
  starting: 'the shared store has not answered yet',
  following: 'another relay listens to Genesys Cloud for all',
  leading: 'this relay listens to Genesys Cloud for all',
  alone:
    'the shared store does not answer, or does not deliver messages; this relay listens to Genesys Cloud for itself',
  'handing-over': 'another relay leads; this one listens for itself until the other one serves all its topics'
};

interface Member {
  readonly topics: ReadonlyMap<string, string>;
  /** Ticks since its last message. */
  silentTicks: number;
}

type LeaderMessage = Extract<FleetMessage, { n: number }>;
type Unnumbered<M> = M extends LeaderMessage ? Omit<M, 'term' | 'n'> : never;

/**
 * A feed that several instances share. The leader, which holds a lease, listens to Genesys Cloud for all, so that each topic has
 * one subscription. Followers get its events through the store. An instance that cannot use the store listens for itself.
 */
export async function createFleetFeed(
  { openBus, makeLocal, list }: FleetParts,
  sink: FeedSink,
  { clock, log, observer }: RelayRuntime,
  times: FleetTimes = FLEET_TIMES
): Promise<Feed> {
  const self = randomUUID();
  const aloneTicks = Math.ceil(times.aloneMs / times.tickMs);
  const silenceTicks = Math.ceil(times.silenceMs / times.tickMs);

  let role: HubRole = 'starting';
  /** The holder of the lease, as far as this instance knows: itself while it leads, `undefined` while it is alone. */
  let leader: string | undefined;
  /** The newest known term of the leader, from the store or from a message of the leader. */
  let term = 0;
  /** Number of my last message as the leader. */
  let said = 0;
  /** Number of the last message from the leader; `undefined` before the first. */
  let heardUpTo: number | undefined;

  let ticks = 0;
  let ticksSinceLeader = 0;
  /** Ticks since a message of mine came back, which shows that publishing and receiving work. */
  let ticksSinceEcho = 0;
  /** Ticks since the store last returned the holder of the lease. */
  let ticksSinceLease = 0;

  const others = new Map<string, Member>();
  let mine: ReadonlyMap<string, string> = new Map();
  /** My own line to Genesys Cloud, in the roles that have one. */
  let local: Feed | undefined;
  /** Status of the topics on my own line. */
  const own = new Map<string, TopicStatus>();
  /** My lines that are closing. They still deliver events in transit. */
  let closingLines = 0;
  /** Topics of which the leader has sent an event while a line was closing. */
  const overtaken = new Set<string>();
  /** Topics in `overtaken` for which a closing line then delivered another event. That event may be older than the leader's. */
  const late = new Set<string>();
  let closed = false;
  let settling = false;

  /**
   * The one place where the role changes.
   *
   * @param holder the holder of the lease; `undefined` for an instance that is alone
   */
  function move(next: HubRole, holder: string | undefined): void {
    if (next === role && holder === leader) return;
    const [before, leaderBefore] = [role, leader];
    // An instance without its own line misses the events between two leaders.
    if (!LISTENS[before]) markLost();
    role = next;
    leader = holder;
    if (next !== before) reportRole(before);
    if (next === 'alone' && before === 'leading') void bus.release();
    if (next === 'leading') {
      // Skip a number: my followers of an earlier term have missed the events that I have not published since then.
      said += 1;
      // Before my line delivers anything: no instance may take the same events from the previous leader any more.
      sayAsLeader({ kind: 'status', isFull: false, topics: [] });
    }
    if (LISTENS[next]) listenMyself();
    else stopListening();
    if (holder === undefined || holder === self || holder === leaderBefore) return;
    heardUpTo = undefined;
    ticksSinceLeader = 0;
    introduceMyself();
  }

  function reportRole(before: HubRole): void {
    const fields = { event: 'hub_role', from: before, to: role };
    if (role === 'alone') log.warn(fields, REASONS[role]);
    else log.info(fields, REASONS[role]);
    observer.hubRole?.(role, before);
  }

  /** Another instance leads. This instance keeps its own line until the leader has all its topics. */
  function follow(name: string): void {
    if (name !== leader) move(LISTENS[role] ? 'handing-over' : 'following', name);
  }

  function lead(): void {
    move('leading', self);
    listenMyself();
    if (ticks % REPEAT_TICKS === 0) sayAsLeader({ kind: 'status', isFull: true, topics: [...own] });
  }

  const sayWhatIWant = (): void => {
    bus.say({ kind: 'want', topics: [...mine] });
  };

  function introduceMyself(): void {
    sayWhatIWant();
    bus.say({ kind: 'hello' });
  }

  function sayAsLeader(message: Unnumbered<LeaderMessage>): void {
    said += 1;
    bus.say({ ...message, term, n: said });
  }

  function wanted(): ReadonlyMap<string, string> {
    if (role !== 'leading') return mine;
    return new Map([...[...others.values()].flatMap(({ topics }) => [...topics]), ...mine]);
  }

  function listenMyself(): void {
    if (local === undefined) {
      own.clear();
      local = openLine();
    }
    const topics = wanted();
    const dropped = [...own.keys()].filter((key) => !topics.has(key));
    for (const key of dropped) own.delete(key);
    // A follower that was silent for too long counts as stopped, but may still want these topics: report them as down.
    if (role === 'leading' && dropped.length > 0) {
      sayAsLeader({ kind: 'status', isFull: false, topics: dropped.map((key) => [key, { state: 'down' }]) });
    }
    local.want(topics);
  }

  /** Opens a line to Genesys Cloud. It delivers events in transit even after another line has replaced it. */
  function openLine(): Feed {
    const line: Feed = makeLocal({
      event(key, envelope, id) {
        const isNew = sink.event(key, envelope, id);
        if (line !== local) {
          if (isNew && overtaken.has(key)) late.add(key);
          return isNew;
        }
        // Even if no follower is known to want the topic: a follower may see that the topic is live before its request arrives here.
        if (role === 'leading') sayAsLeader({ kind: 'event', key, id, envelope });
        return isNew;
      },
      status(keys, status) {
        if (line === local) {
          for (const key of keys) own.set(key, status);
          sink.status(keys, status);
          if (role === 'leading') {
            sayAsLeader({ kind: 'status', isFull: false, topics: keys.map((key) => [key, status]) });
          }
        } else if (status.state === 'down') reportGap(keys);
      }
    });
    return line;
  }

  function stopListening(): void {
    const before = local;
    local = undefined;
    own.clear();
    if (before !== undefined) void closeLine(before);
  }

  async function closeLine(line: Feed): Promise<void> {
    closingLines += 1;
    await line.close();
    closingLines -= 1;
    if (closingLines > 0) return;
    if (late.size > 0) reportGap([...late]);
    late.clear();
    overtaken.clear();
  }

  /** Events of the leader are lost. My own line also delivers them for the topics that are live on it. */
  function markLost(): void {
    const keys = [...mine.keys()].filter((key) => own.get(key)?.state !== 'live');
    if (keys.length > 0) sink.status(keys, { state: 'down' });
  }

  /** Events were lost or out of order. Topics that are live on my own line are live again at once; the leader reports the others. */
  function reportGap(keys: readonly string[]): void {
    sink.status(keys, { state: 'down' });
    for (const key of keys) {
      const status = own.get(key);
      if (status !== undefined) sink.status([key], status);
    }
  }

  /** Notes the number of a message of the leader. If numbers are missing, their events are lost. */
  function count(n: number): void {
    if (heardUpTo !== undefined && n !== heardUpTo + 1) {
      markLost();
      bus.say({ kind: 'hello' });
    }
    heardUpTo = n;
  }

  function hearEvent({ key, envelope, id }: Extract<FleetMessage, { kind: 'event' }>): void {
    // My own line delivers it as well, and in order.
    if (role === 'handing-over' && own.get(key)?.state === 'live') return;
    sink.event(key, envelope, id);
    if (closingLines > 0) overtaken.add(key);
  }

  function hearStatus({ topics, isFull }: Extract<FleetMessage, { kind: 'status' }>): void {
    const known = new Map(topics);
    const liveKeys: string[] = [];
    for (const [key, status] of known) {
      if (!mine.has(key)) continue;
      if (status.state === 'live') liveKeys.push(key);
      // My own line still serves topics that the leader does not serve yet.
      else if (status.state === 'rejected' || role === 'following') sink.status([key], status);
    }
    // Together, so that all their gaps are in one frame.
    if (liveKeys.length > 0) sink.status(liveKeys, { state: 'live' });
    if (role === 'following' && isFull) {
      // The leader has dropped topics that its list does not name: it did not get my request for them.
      const missing = [...mine.keys()].filter((key) => !known.has(key));
      if (missing.length > 0) sink.status(missing, { state: 'down' });
    }
    const isServed = [...mine.keys()].every((key) => ['live', 'rejected'].includes(known.get(key)?.state ?? ''));
    if (role === 'handing-over' && isServed) move('following', leader);
  }

  /**
   * Whether this is a message of the current leader. An instance that was suspended and has lost the lease is ignored: the new
   * leader delivers the same events. An instance that got the lease is followed from its first message on.
   */
  function isOfLeader(from: string, { term: since }: LeaderMessage): boolean {
    // Only a tick ends this role: an instance that cannot publish cannot tell a leader which topics it wants.
    if (role === 'alone') return false;
    if (since > term) {
      term = since;
      follow(from);
    }
    return since === term && from === leader;
  }

  function heard(from: string, message: FleetMessage): void {
    if (closed) return;
    if (from === leader) ticksSinceLeader = 0;
    const member = others.get(from);
    if (member !== undefined) member.silentTicks = 0;
    switch (message.kind) {
      case 'event':
      case 'status':
        if (!isOfLeader(from, message)) return;
        count(message.n);
        if (message.kind === 'event') hearEvent(message);
        else hearStatus(message);
        return;
      case 'want':
        others.set(from, { topics: new Map(message.topics), silentTicks: 0 });
        if (role === 'leading') serve(message.topics.map(([key]) => key));
        return;
      case 'hello':
        sayWhatIWant();
        if (role === 'leading') sayAsLeader({ kind: 'status', isFull: true, topics: [...own] });
        return;
      case 'beat':
        return;
      case 'bye':
        others.delete(from);
        if (from === leader) tickSafely();
    }
  }

  /** Listens to the topics that another instance wants, and reports their status. */
  function serve(keys: readonly string[]): void {
    listenMyself();
    const topics = keys.flatMap((key) => {
      const status = own.get(key);
      return status === undefined ? [] : [[key, status] as const];
    });
    if (topics.length > 0) sayAsLeader({ kind: 'status', isFull: false, topics });
  }

  /** Counts one more tick of silence for every instance. */
  function countSilence(): void {
    ticksSinceLeader += 1;
    ticksSinceEcho += 1;
    ticksSinceLease += 1;
    for (const [name, member] of others) {
      member.silentTicks += 1;
      if (member.silentTicks > silenceTicks) others.delete(name);
    }
  }

  async function tick(): Promise<void> {
    ticks += 1;
    countSilence();
    bus.say({ kind: 'beat' });
    if (ticks % REPEAT_TICKS === 0) sayWhatIWant();
    // The connection may be half-open. If a new one does not help, the next tick changes the role to `alone`.
    if (ticksSinceEcho % (aloneTicks + 1) === aloneTicks) bus.reconnect();
    if (Math.max(ticksSinceEcho, ticksSinceLease) > aloneTicks) move('alone', undefined);
    if (role === 'following' && ticksSinceLeader > silenceTicks) markLost();
    // An instance that does not receive its own messages must not lead.
    if (ticksSinceEcho > aloneTicks) return;
    let held;
    try {
      held = await bus.hold(times.leaseMs, Math.max(clock.now(), term + 1));
    } catch {
      return;
    }
    if (isOver() || ticksSinceEcho > aloneTicks) return;
    ticksSinceLease = 0;
    term = held.term;
    if (held.holder === self) lead();
    else follow(held.holder);
  }

  function tickSafely(): void {
    if (closed) return;
    tick().catch((error: unknown) => {
      log.error({ event: 'internal_error', ...errorFields(error) }, 'unexpected error');
    });
  }

  /** Refusals that have been logged. */
  const refusals = new Set<'publish' | 'subscribe'>();
  const isOver = (): boolean => closed;
  const bus: Bus = await openBus(self, {
    heard,
    heardMyself: () => {
      ticksSinceEcho = 0;
    },
    lost: () => {
      if (role === 'following') markLost();
    },
    refused: (what, code) => {
      if (refusals.has(what)) return;
      refusals.add(what);
      const why = code === 'NOPERM' ? ': allow the Redis user the channel, for example with &genesys-auth:*' : '';
      log.warn({ event: 'hub_bus_failed', what, code }, `the shared store refuses to ${what} for the hub${why}`);
    },
    joined: () => {
      refusals.clear();
      introduceMyself();
    }
  });
  observer.hubRole?.(role, undefined);
  await tick();
  // After pending data is read: a process that was suspended must not mistake unread messages for silence.
  const ticker = setInterval(() => setImmediate(tickSafely), times.tickMs);
  ticker.unref();

  return {
    want(topics) {
      const added = [...topics.keys()].filter((key) => !mine.has(key));
      mine = topics;
      if (local !== undefined) listenMyself();
      // My line already has them for another instance, so it will not report them again.
      for (const key of added) {
        const status = own.get(key);
        if (status !== undefined) sink.status([key], status);
      }
      if (settling) return;
      settling = true;
      setTimeout(() => {
        settling = false;
        if (!closed) sayWhatIWant();
      }, SETTLE_MS).unref();
    },
    list,
    channels: () => local?.channels() ?? 0,
    async close() {
      closed = true;
      clearInterval(ticker);
      observer.hubRole?.(undefined, role);
      // Also when it does not lead: a tick may have requested the lease a moment ago.
      if (role !== 'alone') await bus.release();
      bus.say({ kind: 'bye' });
      await local?.close();
      await bus.close();
    }
  };
}
