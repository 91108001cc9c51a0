import { randomBytes } from 'node:crypto';
import type { StoreConfig } from '../../config/config.ts';
import { Secret } from '../../config/secret.ts';
import { systemClock } from '../../runtime/clock.ts';
import { runtimeOf, silentLogger } from '../../runtime/runtime.ts';
import { openRedis } from '../../store/redis-client.ts';
import { createSeal } from '../../store/seal.ts';
import { type TestRedis, describeWithRedis, startRedis } from '../../testing/redis.ts';
import { until } from '../../testing/until.ts';
import { createTickets } from '../clients/ticket.ts';
import type { Feed, FeedSink } from '../feed.ts';
import { type Bus, type BusSink, openBus } from './bus.ts';
import { type FleetTimes, createFleetFeed } from './fleet-feed.ts';
import { type FleetMessage, readMessage, writeMessage } from './message.ts';
import { createSharedTickets } from './shared-tickets.ts';

// Long enough for a machine under load, short enough to wait for.
const TIMES: FleetTimes = { tickMs: 50, leaseMs: 1000, silenceMs: 1500, aloneMs: 800 };
const [A, B] = ['v2.a', 'v2.b'];
const topics = (...keys: string[]) => new Map(keys.map((key) => [key, key]));
const event = (n: number) => JSON.stringify({ topicName: A, eventBody: { n } });

describe('a message of the fleet', () => {
  it('is read as it was written', () => {
    const envelope = '{"topicName":"v2.a","eventBody":"line\\nbreak"}';
    const messages = [
      { kind: 'event', term: 7, n: 3, key: A, id: 'x\n"', envelope },
      { kind: 'hello' },
      { kind: 'want', topics: [[A, A]] }
    ] as const;
    for (const message of messages) expect(readMessage(writeMessage('me', message))).toEqual({ from: 'me', message });
  });

  it.each([[''], ['me'], ['me\n'], ['me\n{'], ['me\n!x\ny']])('is ignored if it is malformed: %j', (text) => {
    expect(readMessage(text)).toBeUndefined();
  });
});

describe('an instance of the hub', () => {
  /** An instance whose bus and lines are the test's. It leads at first. */
  async function join() {
    const statuses: string[] = [];
    const lines: { readonly sink: FeedSink; close(): void }[] = [];
    let wire: BusSink | undefined;
    let name = '';
    let held: { holder: string; term: number } | undefined;
    let hasLease = false;
    const feed = await createFleetFeed(
      {
        openBus: (self, busSink) => {
          name = self;
          wire = busSink;
          return Promise.resolve({
            say: () => {
              busSink.heardMyself();
            },
            hold: () => {
              const answer = held ?? { holder: self, term: 1 };
              hasLease = answer.holder === self;
              return Promise.resolve(answer);
            },
            release: () => {
              hasLease = false;
              return Promise.resolve();
            },
            reconnect: () => undefined,
            close: () => Promise.resolve()
          });
        },
        makeLocal: (sink) => {
          let close: () => void = () => undefined;
          const closed = new Promise<void>((resolve) => {
            close = resolve;
          });
          lines.push({ sink, close });
          const nothing = Promise.resolve([]);
          return { want: () => undefined, list: () => nothing, channels: () => 1, close: () => closed };
        },
        list: () => Promise.resolve([])
      },
      {
        event: () => true,
        status(keys, { state }) {
          statuses.push(...keys.map((topic) => `${topic} ${state}`));
        }
      },
      runtimeOf({ clock: systemClock, log: silentLogger }),
      { ...TIMES, tickMs: 60_000 }
    );
    return {
      feed,
      lines,
      /** What it has reported of its topics since the last call. */
      reported: () => statuses.splice(0),
      hears: (from: string, message: FleetMessage) => wire?.heard(from, message),
      hasLease: () => hasLease,
      /** The leader leaves, and this instance asks for the lease, which it gets. */
      askForLease(from: string, term: number) {
        held = { holder: name, term };
        wire?.heard(from, { kind: 'bye' });
      },
      async takeOver(from: string, term: number) {
        const before = lines.length;
        this.askForLease(from, term);
        await until(() => lines.length > before, 'another line');
      },
      async leave() {
        for (const line of lines) line.close();
        await feed.close();
      }
    };
  }
  const live = (...keys: string[]) => keys.map((topic) => [topic, { state: 'live' }] as const);
  const status = (term: number, n: number, ...keys: string[]): FleetMessage => ({
    kind: 'status',
    term,
    n,
    isFull: false,
    topics: live(...keys)
  });
  const sent = (term: number, n: number): FleetMessage => ({
    kind: 'event',
    term,
    n,
    key: A,
    id: `id-${n}`,
    envelope: event(n)
  });

  it('reports a gap for a lost message of the leader in the role handing-over, too, for topics that its own line lacks', async () => {
    const one = await join();
    one.feed.want(topics(A, B));
    one.lines[0]?.sink.status([B], { state: 'live' });
    one.hears('leader', status(2, 1, A));
    expect(one.reported()).toEqual([`${B} live`, `${A} live`]);
    one.hears('leader', sent(2, 3));
    expect(one.reported()).toEqual([`${A} down`]);
    await one.leave();
  });

  it('gives back a lease that it has asked for before it is closed, and gets after that', async () => {
    const one = await join();
    one.hears('first', status(2, 1));
    one.askForLease('first', 3);
    expect(one.hasLease()).toBe(true);
    await one.leave();
    expect(one.hasLease()).toBe(false);
  });

  it('reports a gap for a late event of its last line but one, too', async () => {
    const one = await join();
    one.feed.want(topics(A));
    one.hears('first', status(2, 1, A));
    one.hears('first', sent(2, 2));
    await one.takeOver('first', 3);
    one.hears('second', status(4, 1, A));
    one.reported();
    one.lines[0]?.sink.event(A, event(1), 'id-1');
    for (const line of one.lines) line.close();
    await until(() => one.reported().includes(`${A} down`), 'a gap');
    await one.leave();
  });
});

describeWithRedis('instances of the hub that share a store', () => {
  let redis: TestRedis;
  let store: StoreConfig;
  const key = randomBytes(32);
  const seal = createSeal('hub messages', [key]);
  const members: { kill(): Promise<void> }[] = [];

  /** An instance whose line to Genesys Cloud is the test's. The first that joins leads the others. */
  async function join(times = TIMES) {
    const heard: string[] = [];
    const states = new Map<string, string>();
    const gaps: string[] = [];
    let formerLine: FeedSink | undefined;
    let closing: Promise<void> = Promise.resolve();
    let line: { readonly sink: FeedSink; wanted: string[] } | undefined;
    let bus: Bus | undefined;
    let dead = false;
    let mute = false;
    let frozen = false;
    let deaf = false;
    let isHalfOpen = false;
    let isMute = false;
    let reconnects = 0;
    const roles: (string | undefined)[] = [];
    const lines: Record<string, unknown>[] = [];
    let dropping = 0;
    let wire: BusSink | undefined;
    let knowsLeader = false;
    const sink: FeedSink = {
      event: (_key, envelope) => heard.push(envelope) > 0,
      status(keys, { state }) {
        for (const topic of keys) {
          if (state === 'live' && states.get(topic) === 'down') gaps.push(topic);
          if (state !== 'down' || states.get(topic) === 'live') states.set(topic, state);
        }
      }
    };
    const makeLocal = (own: FeedSink): Feed => {
      const mine = { sink: own, wanted: [] as string[] };
      line = mine;
      return {
        want(wanted) {
          const fresh = [...wanted.keys()].filter((topic) => !mine.wanted.includes(topic));
          mine.wanted = [...wanted.keys()].sort();
          setImmediate(() => {
            if (fresh.length > 0 && !dead && !mute) own.status(fresh, { state: 'live' });
          });
        },
        list: () => Promise.resolve([]),
        channels: () => 1,
        close() {
          if (line === mine) line = undefined;
          formerLine = own;
          return closing;
        }
      };
    };
    const feed = await createFleetFeed(
      {
        openBus: async (self, busSink) => {
          wire = busSink;
          bus = await openBus(store, seal, self, {
            heard: (from, message) => {
              if (!dead && !deaf) busSink.heard(from, message);
            },
            heardMyself: () => {
              if (!dead && !isHalfOpen) busSink.heardMyself();
            },
            lost: () => {
              busSink.lost();
            },
            joined: () => {
              busSink.joined();
            },
            refused: (what, code) => {
              busSink.refused(what, code);
            }
          });
          return {
            ...bus,
            hold: async (...about) => {
              if (dead || bus === undefined) throw new Error('dead');
              if (frozen) return new Promise<never>(() => undefined);
              const held = await bus.hold(...about);
              knowsLeader = true;
              return held;
            },
            reconnect: () => {
              reconnects += 1;
              bus?.reconnect();
            },
            say: (message) => {
              if (dead || isMute) return;
              dropping -= 1;
              if (dropping < 0) bus?.say(message);
            }
          };
        },
        makeLocal,
        list: () => Promise.resolve([])
      },
      sink,
      runtimeOf({
        clock: systemClock,
        observer: { hubRole: (role) => roles.push(role) },
        log: {
          ...silentLogger,
          info: (fields) => lines.push({ ...fields }),
          warn: (fields) => lines.push({ ...fields }),
          error: (fields) => lines.push({ ...fields })
        }
      }),
      times
    );
    // Without a connection yet it asks for the lease again at the next tick, by when another one could have it.
    await until(() => knowsLeader, 'an instance that knows who leads');
    const member = {
      feed,
      heard,
      states,
      gaps,
      /** Its roles so far, as the metrics show them. */
      roles,
      /** What it has logged. */
      lines,
      /** How often it has replaced its subscription. */
      reconnects: () => reconnects,
      /** Topics it has subscribed at Genesys Cloud itself. */
      subscribed: () => line?.wanted ?? [],
      emit(n: number, id = `id-${n}`) {
        line?.sink.event(A, event(n), id);
      },
      /** As {@link emit}, over the line that it has closed. */
      emitLate(n: number) {
        formerLine?.event(A, event(n), `id-${n}`);
      },
      /** Its lines do not end before the returned function is called. */
      holdClose() {
        let release: () => void = () => undefined;
        closing = new Promise((resolve) => {
          release = resolve;
        });
        return release;
      },
      /** From now on its line says nothing of new topics. */
      hush() {
        mute = true;
      },
      /** It asks for the lease no more, and does not know that it loses it; if it hears no more either, not from others. */
      freeze(hearsOthers: boolean) {
        frozen = true;
        deaf = !hearsOthers;
      },
      /** The next messages that it says are lost on their way. */
      loseNext(count: number) {
        dropping = count;
      },
      /** It hears the others no more, and does not notice. */
      deafen(isDeaf: boolean) {
        deaf = isDeaf;
      },
      /** Its subscription delivers nothing, and no connection ends. */
      goHalfOpen() {
        deaf = isHalfOpen = true;
      },
      recover() {
        deaf = isHalfOpen = false;
      },
      /** Its messages reach no one. */
      mute() {
        isMute = true;
      },
      /** Its subscription is gone, and it notices. */
      loseListener() {
        deaf = isHalfOpen = true;
        wire?.lost();
      },
      /** As a process ends that is killed: without a word. */
      async kill() {
        dead = true;
        await bus?.close();
        await feed.close();
      },
      close: () => feed.close()
    };
    members.push(member);
    return member;
  }

  beforeAll(async () => {
    redis = await startRedis();
    store = {
      url: new Secret(redis.url),
      keys: [],
      prefix: 'test:',
      timeoutMs: 1000,
      ca: undefined,
      sentinel: undefined,
      cluster: false
    };
  });
  afterEach(async () => {
    await Promise.all(members.splice(0).map((member) => member.kill()));
    await redis.client.flushall();
  });
  afterAll(() => redis.close());

  const live = (member: { states: Map<string, string> }, ...keys: string[]) =>
    until(() => keys.every((topic) => member.states.get(topic) === 'live'), `${keys.join()} live`, 15_000);

  it('subscribes the topics of all instances at the leader', async () => {
    const [first, second] = [await join(), await join()];
    first.feed.want(topics(A));
    second.feed.want(topics(A, B));
    await Promise.all([live(first, A), live(second, A, B)]);
    expect([first.subscribed(), second.subscribed()]).toEqual([[A, B], []]);
    first.emit(1);
    await until(() => second.heard.length === 1);
    expect([first.heard, second.heard]).toEqual([[event(1)], [event(1)]]);
    second.feed.want(new Map());
    await until(() => first.subscribed().length === 1);
  });

  it('subscribes topics at the leader that only another instance wants', async () => {
    const [first, second] = [await join(), await join()];
    second.feed.want(topics(B));
    await live(second, B);
    first.feed.want(topics(A));
    await live(first, A);
    expect(first.subscribed()).toEqual([A, B]);
  });

  it('reports a topic to the leader that only another instance wanted before', async () => {
    const [first, second] = [await join(), await join()];
    second.feed.want(topics(B));
    await live(second, B);
    first.feed.want(topics(B));
    await live(first, B);
    expect(first.subscribed()).toEqual([B]);
  });

  it('does not answer with the status from before a topic was dropped', async () => {
    const [first, second] = [await join(), await join()];
    second.feed.want(topics(A, B));
    await live(second, A, B);
    second.feed.want(topics(A));
    await until(() => first.subscribed().length === 1, 'the end of B');
    second.states.delete(B);
    first.hush();
    second.feed.want(topics(A, B));
    await until(() => first.subscribed().length === 2, 'B again');
    // What the first had to say about B is in front of this.
    first.emit(1);
    await until(() => second.heard.length === 1);
    expect(second.states.get(B)).toBeUndefined();
  });

  it('reports a gap for a lost message before later events', async () => {
    const [first, second] = [await join(), await join()];
    first.feed.want(topics(A));
    second.feed.want(topics(A));
    await Promise.all([live(first, A), live(second, A)]);
    first.loseNext(1);
    first.emit(1);
    first.emit(2);
    await until(() => second.heard.length === 1, 'the second event');
    await until(() => second.gaps.length === 1, 'a gap');
    expect([second.heard, second.gaps, first.gaps]).toEqual([[event(2)], [A], []]);
  });

  it('reports a gap for a lost message that nothing follows', async () => {
    const [first, second] = [await join(), await join()];
    first.feed.want(topics(A));
    second.feed.want(topics(A));
    await Promise.all([live(first, A), live(second, A)]);
    first.loseNext(1);
    first.emit(1);
    await until(() => second.gaps.length === 1, 'a gap');
    expect(second.heard).toEqual([]);
  });

  it('reports a gap when the one that listens had given a topic up without being asked to', async () => {
    const [first, second] = [await join(), await join()];
    second.feed.want(topics(B));
    await live(second, B);
    first.deafen(true);
    await until(() => first.subscribed().length === 0, 'the end of B', 15_000);
    await until(() => second.states.get(B) === 'down', 'B down');
    first.deafen(false);
    await live(second, B);
    expect(second.gaps).toEqual([B]);
  });

  it('gives the place of the one that listens to another when it cannot hear', async () => {
    const [first, second] = [await join(), await join()];
    first.feed.want(topics(A));
    second.feed.want(topics(A));
    await Promise.all([live(first, A), live(second, A)]);
    first.loseListener();
    await until(() => second.subscribed().includes(A), 'another that listens', 15_000);
    await live(second, A);
    second.emit(1);
    expect(second.heard).toEqual([event(1)]);
    // It goes on by itself until it hears again.
    first.emit(2);
    expect([first.subscribed(), first.heard]).toEqual([[A], [event(2)]]);
    expect([first.gaps, second.gaps]).toEqual([[], [A]]);
  });

  it('gives the lease up when the messages of the leader reach no one', async () => {
    const [first, second] = [await join(), await join()];
    first.feed.want(topics(A));
    second.feed.want(topics(A));
    await Promise.all([live(first, A), live(second, A)]);
    first.mute();
    first.emit(1);
    await until(() => second.subscribed().includes(A), 'another that listens', 15_000);
    await live(second, A);
    second.emit(2);
    expect([second.heard, second.gaps, first.gaps]).toEqual([[event(2)], [A], []]);
    expect(first.roles.at(-1)).toBe('alone');
  });

  it('reports a gap for events that a leader did not publish while it was alone for a moment', async () => {
    // The follower does not get the lease meanwhile.
    const [first, second] = [await join(), await join({ ...TIMES, aloneMs: 120_000 })];
    first.feed.want(topics(A));
    second.feed.want(topics(A));
    await Promise.all([live(first, A), live(second, A)]);
    second.freeze(true);
    first.goHalfOpen();
    await until(() => first.roles.at(-1) === 'alone', 'the role alone');
    first.emit(1);
    first.recover();
    await until(() => first.roles.at(-1) === 'leading', 'the role leading');
    first.emit(2);
    await until(() => second.gaps.length === 1 && second.heard.length === 1, 'a gap, and what came after it');
    expect(second.heard).toEqual([event(2)]);
  });

  it('a follower that hears nothing replaces its subscription, and listens itself if that does not help', async () => {
    const [first, second] = [await join(), await join()];
    first.feed.want(topics(A));
    second.feed.want(topics(A));
    await Promise.all([live(first, A), live(second, A)]);
    second.goHalfOpen();
    await until(() => second.subscribed().includes(A), 'its own line', 15_000);
    await live(second, A);
    expect([second.reconnects(), second.gaps, second.roles.at(-1)]).toEqual([1, [A], 'alone']);
    expect([first.subscribed(), first.gaps]).toEqual([[A], []]);
  });

  it('reports each role to the log and to the metrics, once', async () => {
    const [first, second] = [await join(), await join()];
    first.feed.want(topics(A));
    second.feed.want(topics(A));
    await Promise.all([live(first, A), live(second, A)]);
    await first.close();
    await until(() => second.subscribed().length === 1, 'the successor');
    expect(first.roles).toEqual(['starting', 'leading', undefined]);
    expect(second.roles).toEqual(['starting', 'following', 'leading']);
    expect(second.lines).toEqual([
      { event: 'hub_role', from: 'starting', to: 'following' },
      { event: 'hub_role', from: 'following', to: 'leading' }
    ]);
  });

  it('listens by its own line until the leader serves it, when the store is back', async () => {
    const [first, second] = [await join(), await join()];
    first.feed.want(topics(A));
    second.feed.want(topics(A));
    await Promise.all([live(first, A), live(second, A)]);
    await redis.kill();
    await until(() => [first, second].every(({ roles }) => roles.at(-1) === 'alone'), 'both alone', 15_000);
    await redis.restart();
    await until(() => [first, second].some(({ roles }) => roles.at(-1) === 'following'), 'a follower', 20_000);
    const [leader, other] = first.roles.at(-1) === 'following' ? [second, first] : [first, second];
    expect(other.roles.slice(-3)).toEqual(['alone', 'handing-over', 'following']);
    expect(leader.roles.at(-1)).toBe('leading');
  });

  it('reports one gap when events of its former line come after a later one of the leader', async () => {
    const [first, second] = [await join(), await join()];
    first.feed.want(topics(A));
    second.feed.want(topics(A));
    await Promise.all([live(first, A), live(second, A)]);
    await redis.kill();
    await until(() => [first, second].every(({ roles }) => roles.at(-1) === 'alone'), 'both alone', 15_000);
    const releases = [first.holdClose(), second.holdClose()];
    await redis.restart();
    await until(() => [first, second].some(({ roles }) => roles.at(-1) === 'following'), 'a follower', 20_000);
    const [leader, other] = first.roles.at(-1) === 'following' ? [second, first] : [first, second];
    const gapsBefore = other.gaps.length;
    leader.emit(3);
    await until(() => other.heard.length === 1, 'the later event');
    other.emitLate(1);
    other.emitLate(2);
    for (const release of releases) release();
    await until(() => other.gaps.length > gapsBefore, 'a gap');
    expect([other.heard, other.gaps.length]).toEqual([[event(3), event(1), event(2)], gapsBefore + 1]);
  });

  it('terms grow when the store loses the lease and the term, or the term alone', async () => {
    const said: number[] = [];
    const ignore = () => undefined;
    const bus = await openBus(store, seal, 'me', {
      heard: ignore,
      heardMyself: ignore,
      lost: ignore,
      joined: ignore,
      refused: ignore
    });
    const ahead = Date.now() + 3_600_000;
    const hold = async (newTerm: number) => {
      const { term } = await until(() => bus.hold(1000, newTerm).catch(() => undefined), 'the lease');
      said.push(term);
      return term;
    };
    const first = await hold(ahead);
    await redis.client.flushall();
    const second = await hold(first + 1);
    await redis.client.del('test:{hub}:term');
    await hold(second + 1);
    expect(said).toEqual([ahead, ahead + 1, ahead + 2]);
    await bus.close();
  });

  it('reports no gap while nothing is lost', async () => {
    const [first, second] = [await join(), await join()];
    first.feed.want(topics(A));
    second.feed.want(topics(A));
    await Promise.all([live(first, A), live(second, A)]);
    const all = Array.from({ length: 100 }, (_, n) => n);
    for (const n of all) first.emit(n);
    await until(() => second.heard.length === 100, 'all events');
    expect([second.heard, second.gaps]).toEqual([all.map(event), []]);
  });

  it('continues on another instance with one gap when the leader is killed', async () => {
    const [first, second, third] = [await join(), await join(), await join()];
    for (const member of [first, second, third]) member.feed.want(topics(A));
    await Promise.all([live(first, A), live(second, A), live(third, A)]);
    await first.kill();
    await until(() => second.gaps.length + third.gaps.length === 2, 'two gaps', 15_000);
    const [heir, other] = second.subscribed().length > 0 ? [second, third] : [third, second];
    heir.emit(2);
    await until(() => other.heard.length === 1);
    expect([second.gaps, third.gaps, other.subscribed()]).toEqual([[A], [A], []]);
  });

  it('a former leader that does not know it has lost the lease is ignored', async () => {
    // It must not notice by itself that the store has not answered.
    const times = { ...TIMES, aloneMs: 120_000 };
    const [first, second, third] = [await join(times), await join(), await join()];
    for (const member of [first, second, third]) member.feed.want(topics(A));
    await Promise.all([live(first, A), live(second, A), live(third, A)]);
    first.freeze(false);
    await until(() => second.gaps.length + third.gaps.length === 2, 'two gaps', 15_000);
    const [heir, other] = second.subscribed().length > 0 ? [second, third] : [third, second];
    // An event without a correlation id comes over both lines, which is how another of the same text would look.
    first.emit(1, '');
    heir.emit(1, '');
    first.emit(2, '');
    heir.emit(2, '');
    await until(() => other.heard.includes(event(2)), 'the events');
    heir.emit(3, '');
    await until(() => other.heard.includes(event(3)), 'the last event');
    expect(other.heard).toEqual([event(1), event(2), event(3)]);
    expect(heir.heard).toEqual([event(1), event(2), event(3)]);
  });

  it('one that has lost its place follows the one that took it as soon as it hears of it', async () => {
    const times = { ...TIMES, aloneMs: 120_000 };
    const [first, second] = [await join(times), await join()];
    for (const member of [first, second]) member.feed.want(topics(A));
    await Promise.all([live(first, A), live(second, A)]);
    first.freeze(true);
    await until(() => first.subscribed().length === 0, 'the end of its line', 15_000);
    second.emit(1);
    await until(() => first.heard.length === 1, 'an event');
    expect([first.gaps, second.gaps]).toEqual([[], [A]]);
  });

  it('changes the leader at once when the old one stops in order', async () => {
    // The new leader does not wait until the lease expires.
    const times = { ...TIMES, leaseMs: 120_000, silenceMs: 120_000 };
    const [first, second] = [await join(times), await join(times)];
    first.feed.want(topics(A));
    second.feed.want(topics(A));
    await Promise.all([live(first, A), live(second, A)]);
    await first.close();
    await until(() => second.subscribed().length === 1);
    await live(second, A);
    expect(second.gaps.length).toBeLessThanOrEqual(1);
  });

  it('listens on each by itself while the store is away, and on one again when it is back', async () => {
    const [first, second] = [await join(), await join()];
    first.feed.want(topics(A));
    second.feed.want(topics(A));
    await Promise.all([live(first, A), live(second, A)]);
    await redis.kill();
    await until(() => second.subscribed().length === 1, 'the second to listen', 15_000);
    await live(second, A);
    second.emit(1);
    first.emit(1);
    expect([first.heard, second.heard]).toEqual([[event(1)], [event(1)]]);
    expect(first.gaps).toEqual([]);
    await redis.restart();
    await until(() => first.subscribed().length + second.subscribed().length === 1, 'one to listen', 20_000);
    const [heir, other] = first.subscribed().length > 0 ? [first, second] : [second, first];
    heir.emit(2);
    await until(() => other.heard.length === 2);
    expect(second.gaps.length).toBeLessThanOrEqual(1);
    expect(first.gaps).toEqual([]);
  });

  it('hears nothing from whoever does not have the key', async () => {
    const [leader, member] = [await join(), await join()];
    member.feed.want(topics(A));
    await live(member, A);
    expect(leader.subscribed()).toEqual([A]);
    const foreign = createSeal('hub messages', [randomBytes(32)]);
    const term = Number.MAX_SAFE_INTEGER;
    const text = writeMessage('foreign', { kind: 'event', term, n: 1, key: A, id: '1', envelope: event(666) });
    await redis.client.publish('test:hub', foreign.seal('test:hub', text));
    await redis.client.publish('test:hub', text);
    await redis.client.publish('test:hub', seal.seal('elsewhere', text));
    await redis.client.publish(
      'test:hub',
      seal.seal('test:hub', writeMessage('friend', { kind: 'event', term, n: 1, key: A, id: '1', envelope: event(1) }))
    );
    await until(() => member.heard.length > 0, 'the friend');
    expect(member.heard).toEqual([event(1)]);
  });

  describe('tickets', () => {
    const caller = { key: 'k', subject: 's', identity: 'loopback', roles: ['r'], source: 'loopback' } as const;
    const origin = 'https://app.example.com';
    const instance = async () => {
      const client = await openRedis(store);
      return { client, tickets: createSharedTickets(client, seal, 'test:', createTickets(systemClock)) };
    };

    it('of one instance are good at another, once', async () => {
      const [first, second] = [await instance(), await instance()];
      const ticket = await first.tickets.issue({ caller, origin });
      expect(await second.tickets.redeem(ticket, origin)).toEqual({ caller, origin });
      expect(await first.tickets.redeem(ticket, origin)).toBeUndefined();
      const stolen = await first.tickets.issue({ caller, origin });
      expect(await second.tickets.redeem(stolen, 'https://evil.example')).toBeUndefined();
      expect(await second.tickets.redeem(stolen, origin)).toBeUndefined();
      await Promise.all([first.client.close(), second.client.close()]);
    });

    it('lie in the store sealed, under their hash', async () => {
      const { client, tickets } = await instance();
      const ticket = await tickets.issue({ caller, origin });
      const keys = await redis.client.keys('*');
      const values = await Promise.all(keys.map((place) => redis.client.getBuffer(place)));
      expect(keys).toHaveLength(1);
      expect(keys.join() + values.join()).not.toContain(ticket);
      expect(values.join()).not.toContain(origin);
      await client.close();
    });
  });
});
