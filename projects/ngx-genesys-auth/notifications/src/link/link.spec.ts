import { provideHttpClient, withInterceptors } from '@angular/common/http';
import { NgZone } from '@angular/core';
import { TestBed } from '@angular/core/testing';
import { genesysAuthInterceptor, provideGenesysAuth } from 'ngx-genesys-auth';
import { of } from 'rxjs';
import { GenesysNotificationError } from '../error';
import { provideGenesysNotifications } from '../options';
import { type GenesysGap, GenesysNotifications } from '../service';
import type { ConnectionListener, NotificationConnection } from '../source';

const auth = [
  provideHttpClient(withInterceptors([genesysAuthInterceptor])),
  provideGenesysAuth({ region: 'mypurecloud.de', relay: '/genesys', scopes: ['notifications'] })
];
const A = 'v2.users.a.presence';
const B = 'v2.users.b.presence';

/** A connection in the hands of the test. */
class FakeConnection implements NotificationConnection {
  closed = false;
  topics: readonly string[];
  readonly listener: ConnectionListener;
  probed: (() => void) | undefined;

  constructor(topics: readonly string[], listener: ConnectionListener) {
    this.topics = topics;
    this.listener = listener;
  }
  setTopics(topics: readonly string[]): void {
    this.topics = topics;
  }
  probe(answered: () => void): void {
    this.probed = answered;
  }
  close(): void {
    this.closed = true;
  }
  event(n: number, topicName = A): void {
    this.listener.alive();
    this.listener.event({ topicName, eventBody: { n }, metadata: { CorrelationId: `c-${n}` } });
  }
}

const failure = (details: Partial<ConstructorParameters<typeof GenesysNotificationError>[2]> = {}) =>
  new GenesysNotificationError('connection_lost', 'lost', { hint: '', ...details });

describe('a connection that is kept alive', () => {
  let connections: FakeConnection[];
  let live: GenesysNotifications;
  let gaps: GenesysGap[];

  const create = (pauseWhenHidden: boolean | number = false) => {
    const source = {
      open: (topics: readonly string[], listener: ConnectionListener) => {
        const connection = new FakeConnection(topics, listener);
        connections.push(connection);
        return connection;
      }
    };
    TestBed.configureTestingModule({
      providers: [...auth, provideGenesysNotifications({ source: () => source, pauseWhenHidden })]
    });
    live = TestBed.inject(GenesysNotifications);
    live.gaps$.subscribe((gap) => gaps.push(gap));
  };
  const turn = () => jest.advanceTimersByTimeAsync(0);
  const newest = () => {
    const connection = connections.at(-1);
    if (!connection) throw new Error('Nothing was opened.');
    return connection;
  };
  const listen = async (topic = A) => {
    const bodies: unknown[] = [];
    const subscription = live.topic(topic).subscribe(({ eventBody }) => bodies.push(eventBody));
    await turn();
    return { bodies, subscription };
  };
  const goLive = async () => {
    const got = await listen();
    newest().listener.live(false, 30_000);
    return got;
  };
  const show = (state: 'visible' | 'hidden') => {
    Object.defineProperty(document, 'visibilityState', { configurable: true, value: state });
    document.dispatchEvent(new Event('visibilitychange'));
  };

  beforeEach(() => {
    jest.useFakeTimers({ now: Date.UTC(2026, 10, 23, 10) });
    jest.spyOn(Math, 'random').mockReturnValue(0.5);
    connections = [];
    gaps = [];
  });
  afterEach(() => {
    show('visible');
    TestBed.resetTestingModule();
    jest.restoreAllMocks();
    jest.useRealTimers();
  });

  it('is opened for the first listener and closed a while after the last', async () => {
    create();
    expect(live.state()).toBe('idle');
    const { subscription } = await goLive();
    expect(live.state()).toBe('live');
    subscription.unsubscribe();
    await jest.advanceTimersByTimeAsync(4_999);
    expect(newest().closed).toBe(false);
    await jest.advanceTimersByTimeAsync(1);
    expect(newest().closed).toBe(true);
    expect(live.state()).toBe('idle');
  });

  it('is closed a while after the last listener left although the clock was set back by an hour', async () => {
    create();
    const { subscription } = await goLive();
    subscription.unsubscribe();
    await jest.advanceTimersByTimeAsync(1_000);
    jest.setSystemTime(Date.now() - 3_600_000);
    await jest.advanceTimersByTimeAsync(4_000);
    expect([newest().closed, jest.getTimerCount()]).toEqual([true, 0]);
  });

  it('200 routes that come and go leave one connection, its topics and no timer behind', async () => {
    create();
    const { subscription: first } = await goLive();
    for (let route = 0; route < 200; route++) {
      const { subscription } = await listen(`v2.users.u${route}.presence`);
      subscription.unsubscribe();
      await jest.advanceTimersByTimeAsync(100);
    }
    await jest.advanceTimersByTimeAsync(6_000);
    expect(connections).toHaveLength(1);
    expect(newest().topics).toEqual([A]);
    // The one that watches the connection.
    expect(jest.getTimerCount()).toBe(1);
    first.unsubscribe();
    await jest.advanceTimersByTimeAsync(6_000);
    expect(newest().closed).toBe(true);
    expect(jest.getTimerCount()).toBe(0);
  });

  it('pauses up to 1, 2, 4 ... 30 seconds between attempts, and longer if asked to', async () => {
    create();
    await goLive();
    const pauses: number[] = [];
    const lose = async (error: GenesysNotificationError) => {
      const before = connections.length;
      newest().listener.closed(error);
      const from = Date.now();
      while (connections.length === before) await jest.advanceTimersByTimeAsync(100);
      pauses.push(Date.now() - from);
    };
    for (let attempt = 0; attempt < 7; attempt++) await lose(failure());
    await lose(failure({ retryAfterSeconds: 90 }));
    // Longer than a timer can wait.
    await lose(failure({ retryAfterSeconds: 9_999_999_999 }));
    expect(pauses).toEqual([500, 1000, 2000, 4000, 8000, 15_000, 15_000, 90_000, 300_000]);
  });

  it('waits a minute after what does not pass by itself, and says that it failed', async () => {
    create();
    await listen();
    newest().listener.closed(failure({ permanent: true }));
    expect(live.state()).toBe('failed');
    await jest.advanceTimersByTimeAsync(44_999);
    expect(connections).toHaveLength(1);
    await jest.advanceTimersByTimeAsync(1);
    expect(connections).toHaveLength(2);
  });

  it('detects a half-open connection in time although the clock was set back by an hour', async () => {
    create();
    await goLive();
    await jest.advanceTimersByTimeAsync(1_000);
    jest.setSystemTime(Date.now() - 3_600_000);
    const heard = Date.now() - 1_000;
    await jest.advanceTimersByTimeAsync(33_999);
    expect(live.state()).toBe('live');
    await jest.advanceTimersByTimeAsync(1);
    expect(live.error()?.code).toBe('connection_silent');
    await jest.advanceTimersByTimeAsync(1_000);
    newest().listener.live(false, 30_000);
    expect(gaps).toEqual([{ topics: [A], from: new Date(heard), to: new Date(), reason: 'reconnected' }]);
  });

  it('finds out a half-open connection, and tells the hole from the last thing that came', async () => {
    create();
    const { bodies } = await goLive();
    await jest.advanceTimersByTimeAsync(10_000);
    newest().event(1);
    const heard = Date.now();
    await jest.advanceTimersByTimeAsync(34_999);
    expect(live.state()).toBe('live');
    await jest.advanceTimersByTimeAsync(1);
    expect(live.error()?.code).toBe('connection_silent');
    await jest.advanceTimersByTimeAsync(1_000);
    newest().listener.live(false, 30_000);
    expect(gaps).toEqual([{ topics: [A], from: new Date(heard), to: new Date(), reason: 'reconnected' }]);
    expect(bodies).toEqual([{ n: 1 }]);
  });

  it('is replaced: the old one delivers until it has delivered everything, and what both deliver arrives once', async () => {
    create();
    const { bodies } = await goLive();
    const [old] = connections;
    old?.listener.closing();
    const next = newest();
    expect(connections).toHaveLength(2);
    next.listener.live(false, 30_000);
    next.event(2);
    next.event(3);
    old?.event(1);
    old?.event(2);
    expect(bodies).toEqual([{ n: 1 }, { n: 2 }]);
    old?.probed?.();
    expect(bodies).toEqual([{ n: 1 }, { n: 2 }, { n: 3 }]);
    expect(old?.closed).toBe(true);
    next.event(4);
    expect(bodies).toHaveLength(4);
    expect(gaps).toEqual([]);
  });

  it.each([
    ['cut', 1, false],
    ['closed properly', 0, true]
  ])('an old one that is %s in the middle of it leaves %i gaps', async (_how, count, clean) => {
    create();
    const { bodies } = await goLive();
    const [old] = connections;
    old?.listener.closing();
    newest().listener.live(false, 30_000);
    newest().event(1);
    old?.listener.closed(failure(), clean);
    expect(bodies).toEqual([{ n: 1 }]);
    expect(live.state()).toBe('live');
    expect(gaps).toHaveLength(count);
  });

  it('a replacement that fails before the old one has answered: the old one stays, and another replacement is opened', async () => {
    create();
    const { bodies } = await goLive();
    const [old] = connections;
    old?.listener.closing();
    newest().listener.live(false, 30_000);
    newest().event(1);
    newest().listener.closed(failure());
    old?.event(1);
    await jest.advanceTimersByTimeAsync(4_999);
    expect([connections.length, old?.closed, live.state()]).toEqual([2, false, 'live']);
    old?.probed?.();
    expect(old?.closed).toBe(false);
    await jest.advanceTimersByTimeAsync(1);
    newest().listener.live(false, 30_000);
    old?.probed?.();
    newest().event(2);
    expect([connections.length, bodies, gaps]).toEqual([3, [{ n: 1 }, { n: 2 }], []]);
  });

  it('an old one that does not answer is left, and the gap is reported', async () => {
    create();
    await goLive();
    connections[0]?.listener.closing();
    newest().listener.live(false, 30_000);
    await jest.advanceTimersByTimeAsync(3_000);
    expect(connections[0]?.closed).toBe(true);
    expect(gaps).toHaveLength(1);
  });

  it('a topic that left and came back while the connection was being opened delivers when the connection says so', async () => {
    create();
    await listen();
    const { subscription } = await listen(B);
    newest().listener.live(false, 30_000);
    newest().listener.covered([A, B]);
    newest().listener.closed(failure());
    await jest.advanceTimersByTimeAsync(1_000);
    subscription.unsubscribe();
    await jest.advanceTimersByTimeAsync(5_000);
    expect(newest().topics).toEqual([A]);
    let readings = 0;
    live.withCatchUp(B, () => of(++readings)).subscribe();
    await turn();
    newest().listener.live(false, 30_000);
    expect([readings, gaps.map(({ topics }) => topics)]).toEqual([0, [[A]]]);
    newest().listener.covered([A, B]);
    expect(readings).toBe(1);
  });

  it('what the old one delivers and its replacement does not yet is reported as a gap as soon as it does', async () => {
    create();
    await goLive();
    const [old] = connections;
    old?.listener.closing();
    await listen(B);
    old?.listener.covered([B]);
    newest().listener.live(false, 30_000);
    await jest.advanceTimersByTimeAsync(1_000);
    const heard = Date.now();
    old?.listener.alive();
    old?.probed?.();
    expect([old?.closed, gaps]).toEqual([true, []]);
    await jest.advanceTimersByTimeAsync(1_000);
    newest().listener.covered([A, B]);
    expect(gaps).toEqual([{ topics: [B], from: new Date(heard), to: new Date(), reason: 'reconnected' }]);
  });

  it('waits for another listener outside of Angular’s zone', async () => {
    create();
    const { subscription } = await goLive();
    const before = jest.getTimerCount();
    let outside = 0;
    jest.spyOn(TestBed.inject(NgZone), 'runOutsideAngular').mockImplementation((work) => {
      const done = work();
      outside = jest.getTimerCount() - before;
      return done;
    });
    subscription.unsubscribe();
    expect([jest.getTimerCount() - before, outside]).toEqual([1, 1]);
  });

  it('rests while nobody sees the page, if told to, and tells the gap when somebody does', async () => {
    create(10_000);
    await goLive();
    await jest.advanceTimersByTimeAsync(1_000);
    newest().event(1);
    const heard = Date.now();
    await jest.advanceTimersByTimeAsync(1_000);
    show('hidden');
    await jest.advanceTimersByTimeAsync(9_999);
    expect(live.state()).toBe('live');
    await jest.advanceTimersByTimeAsync(1);
    expect([live.state(), newest().closed]).toEqual(['paused', true]);
    await jest.advanceTimersByTimeAsync(3_600_000);
    expect(connections).toHaveLength(1);
    show('visible');
    await turn();
    newest().listener.live(false, 30_000);
    expect(gaps).toEqual([{ topics: [A], from: new Date(heard), to: new Date(), reason: 'paused' }]);
  });

  it('tries at once when the network is back', async () => {
    create();
    await goLive();
    newest().listener.closed(failure({ retryAfterSeconds: 60 }));
    window.dispatchEvent(new Event('online'));
    await turn();
    expect(connections).toHaveLength(2);
  });

  it('a topic that comes later is subscribed on the same connection', async () => {
    create();
    await goLive();
    const { bodies } = await listen(B);
    expect(connections).toHaveLength(1);
    expect(newest().topics).toEqual([A, B]);
    newest().event(1, B.toUpperCase());
    expect(bodies).toEqual([{ n: 1 }]);
  });
});
