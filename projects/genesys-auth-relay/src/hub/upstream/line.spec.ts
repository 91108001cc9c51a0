import { RelayProblem } from '../../reply/problem.ts';
import { createOutbound } from '../../runtime/outbound.ts';
import { runtimeOf } from '../../runtime/runtime.ts';
import { sha256 } from '../../runtime/sha256.ts';
import { testClock } from '../../testing/clock.ts';
import { type NotificationServer, startNotificationServer } from '../../testing/notification-server.ts';
import { until } from '../../testing/until.ts';
import { UpstreamError } from '../../token-source/upstream-error.ts';
import { type HubApi, type HubTokens, createHubApi, isOwnSocket } from './api.ts';
import { type Line, createLine } from './line.ts';

const A = 'v2.routing.queues.q1.users';
const B = 'v2.routing.queues.q2.users';
const topics = (...names: string[]) => new Map(names.map((name) => [name.toLowerCase(), name]));
const TIMES = {
  handshakeMs: 2000,
  pingMs: 100,
  // Longer than a busy machine holds up a process.
  watchdogMs: 1000,
  settleMs: 10,
  checkMs: 50,
  overlapMs: 100,
  maxPauseMs: 30_000
};

describe('where a channel may lead', () => {
  it.each([
    ['wss://streaming.mypurecloud.de/channels/x', 'https://api.mypurecloud.de', true],
    ['wss://streaming.usw2.pure.cloud/channels/x', 'https://api.usw2.pure.cloud', true],
    ['wss://api.mypurecloud.de/channels/x', 'https://api.mypurecloud.de', true],
    ['ws://127.0.0.1:4211/channels/x', 'http://127.0.0.1:4211', true],
    ['ws://streaming.mypurecloud.de/channels/x', 'https://api.mypurecloud.de', false],
    ['wss://streaming.mypurecloud.de.evil.example/x', 'https://api.mypurecloud.de', false],
    ['wss://evilmypurecloud.de/x', 'https://api.mypurecloud.de', false],
    ['wss://user@streaming.mypurecloud.de/x', 'https://api.mypurecloud.de', false],
    ['wss://169.254.169.254/x', 'https://api.mypurecloud.de', false],
    ['ws://127.0.0.1:4212/channels/x', 'http://127.0.0.1:4211', false],
    ['https://streaming.mypurecloud.de/x', 'https://api.mypurecloud.de', false],
    ['', 'https://api.mypurecloud.de', false]
  ])('%s of %s: %s', (uri, origin, expected) => {
    expect(isOwnSocket(uri, origin)).toBe(expected);
  });
});

describe('a line to Genesys Cloud', () => {
  let server: NotificationServer;
  let api: HubApi;
  let line: Line | undefined;
  let token = '';
  const clock = testClock(Date.now());
  const heard: string[] = [];
  const states: string[] = [];
  const sink = {
    event: (_key: string, envelope: string) =>
      heard.push((JSON.parse(envelope) as { eventBody: string }).eventBody) > 0,
    status: (_keys: readonly string[], { state }: { state: string }) => states.push(state)
  };
  const newToken = async () => {
    const answer = await fetch(server.tokenEndpoint, { method: 'POST' });
    token = ((await answer.json()) as { access_token: string }).access_token;
  };
  const tokens: HubTokens = {
    get: () => Promise.resolve({ token, hash: sha256(token) }),
    rejected: newToken
  };
  const made = () => server.requests.filter((request) => request === 'POST /api/v2/notifications/channels').length;
  const written = () => server.requests.filter((request) => request.startsWith('PUT ')).length;
  const arrives = (body: string) =>
    until(() => {
      server.emit(A, body);
      return heard.includes(body);
    }, body);
  const open = async (...names: string[]) => {
    line = createLine({ api, tokens, times: TIMES, runtime: runtimeOf({ clock, random: () => 0.5 }) }, sink);
    line.want(topics(...names));
    await until(() => states.includes('live'), 'the line');
  };

  beforeEach(async () => {
    server = await startNotificationServer();
    await newToken();
    api = createHubApi(server.apiOrigin, tokens, 2000, createOutbound({}));
    heard.length = states.length = 0;
  });
  afterEach(async () => {
    vi.useRealTimers();
    await line?.close();
    await api.close();
    await server.close();
  });

  it('logs a failure of the token endpoint as such', async () => {
    const logged: string[] = [];
    const ignore = () => undefined;
    const warn = (_fields: object, text: string) => logged.push(text);
    const problem = new RelayProblem('upstream_unreachable', 'The token endpoint cannot be reached.');
    const get = vi.fn(tokens.get).mockRejectedValueOnce(new UpstreamError(problem, 'transient'));
    const failingApi = createHubApi(server.apiOrigin, { ...tokens, get }, 2000, createOutbound({}));
    const runtime = runtimeOf({ clock, log: { info: ignore, error: ignore, debug: ignore, warn } });
    line = createLine({ api: failingApi, tokens, times: TIMES, runtime }, sink);
    line.want(topics(A));
    await until(() => states.includes('live'), 'the line');
    await line.close();
    await failingApi.close();
    expect(logged).toEqual(['The token endpoint cannot be reached.']);
  });

  it('moves to a channel of a new token before the old one ends, and nothing is lost', async () => {
    await open(A);
    await arrives('before');
    await newToken();
    await until(() => made() === 2, 'the second channel');
    await arrives('after');
    await until(() => server.topics().filter((list) => list.length > 0).length === 1, 'the end of the first');
    expect(states).not.toContain('down');
  });

  it('prolongs its channel when half of its life is over', async () => {
    await open(A);
    const before = written();
    clock.advance(12.5 * 3_600_000);
    await until(() => written() > before, 'another PUT');
    expect(made()).toBe(1);
    expect(states).not.toContain('down');
  });

  it('finds out that a socket hangs, says so, and opens another one of the same channel', async () => {
    await open(A);
    server.freeze();
    await until(() => states.includes('down'), 'the watchdog');
    await until(() => states.at(-1) === 'live', 'the other socket');
    await arrives('after');
    expect(made()).toBe(1);
  });

  it('lives on signs of life alone', async () => {
    // Only what the watchdog uses is faked: the sockets need the real event loop.
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'performance'] });
    await open(A);
    const step = 1.5 * TIMES.pingMs;
    for (let passed = 0; passed < 3 * TIMES.watchdogMs; passed += step) {
      const before = server.pings;
      vi.advanceTimersByTime(step);
      await until(() => server.pings > before, 'a ping');
    }
    expect(states).not.toContain('down');
  });

  it('creates a new channel when its own no longer exists', async () => {
    await open(A);
    server.forgetChannels();
    line?.want(topics(A, B));
    await until(() => made() === 2, 'the second channel');
    await until(() => server.topics().some((list) => list.length === 2), 'both topics');
    await until(() => states.at(-1) === 'live', 'the line');
  });

  it('waits as long as it is asked to, and after failures ever longer with chance in it', async () => {
    server.fail(429, { 'retry-after': '7' });
    line = createLine({ api, tokens, times: TIMES, runtime: runtimeOf({ clock, random: () => 0.5 }) }, sink);
    const from = clock.sleeps.length;
    line.want(topics(A));
    await until(() => clock.sleeps.length >= from + 2, 'two pauses');
    server.fail(503);
    await until(() => clock.sleeps.length >= from + 9, 'more pauses');
    server.fail(undefined);
    await until(() => states.includes('live'), 'the line');
    const pauses = clock.sleeps.slice(from);
    expect(pauses.slice(0, 2)).toEqual([7000, 7000]);
    expect(pauses).toEqual(expect.arrayContaining([8000, 15_000]));
    expect(Math.max(...pauses)).toBe(15_000);
  });

  it('reports a lost socket at once, also during the pause after a failure', async () => {
    const pauses: number[] = [];
    const pausing = {
      ...clock,
      // Only the pause that the service asks for never ends.
      sleep: (ms: number) => {
        if (ms < 60_000) return clock.sleep(ms);
        pauses.push(ms);
        return new Promise<void>(() => undefined);
      }
    };
    line = createLine({ api, tokens, times: TIMES, runtime: runtimeOf({ clock: pausing }) }, sink);
    line.want(topics(A));
    await until(() => states.includes('live'), 'the line');
    server.fail(429, { 'retry-after': '60' });
    line.want(topics(A, B));
    await until(() => pauses.length === 1, 'the pause');
    expect(states).not.toContain('down');
    server.drop();
    await until(() => states.at(-1) === 'down', 'the report');
  });

  it('is live again when a socket that is about to be closed ends before the next one is open', async () => {
    await open(A);
    server.announceClosing();
    server.drop();
    await until(() => states.includes('down'), 'the report');
    await until(() => states.at(-1) === 'live', 'the other socket');
    await arrives('after');
    expect(made()).toBe(1);
  });

  it('deletes the channel whose socket does not open again', async () => {
    await open(A);
    server.drop();
    server.forgetChannels();
    await until(() => made() === 2, 'the second channel');
    await until(() => states.at(-1) === 'live', 'the line');
    expect(server.requests.filter((request) => request.startsWith('DELETE '))).toHaveLength(1);
  });

  it('delivers the events that are on their way when it is closed', async () => {
    await open(A);
    server.emit(A, 'last');
    await line?.close();
    expect(heard).toContain('last');
    expect(states).not.toContain('down');
  });

  it('reports a loss when the service does not confirm that the socket is closed', async () => {
    await open(A);
    server.drop();
    await line?.close();
    expect(states.at(-1)).toBe('down');
  });

  it('closes a channel that was still opening when it is stopped', async () => {
    const held = server.hold('POST /api/v2/notifications/channels');
    line = createLine({ api, tokens, times: TIMES, runtime: runtimeOf({ clock }) }, sink);
    line.want(topics(A));
    const goOn = await held;
    const closed = line.close();
    goOn();
    await closed;
    await until(() => server.requests.some((request) => request.startsWith('DELETE ')), 'the end of the channel');
    await until(() => server.topics().length === 0, 'the end of the socket');
    expect(line.open).toBe(false);
  });

  it('deletes a channel whose topics could not be set', async () => {
    const held = server.hold('PUT ');
    line = createLine({ api, tokens, times: TIMES, runtime: runtimeOf({ clock }) }, sink);
    line.want(topics(A));
    const goOn = await held;
    server.forgetChannels();
    goOn();
    await until(() => states.includes('live'), 'the line');
    expect(made()).toBe(2);
    expect(server.requests.filter((request) => request.startsWith('DELETE '))).toHaveLength(1);
  });

  it('ends its channel when nothing is wanted any more, and begins again', async () => {
    await open(A);
    line?.want(new Map());
    await until(() => server.topics().length === 0, 'the end');
    expect(line?.open).toBe(false);
    line?.want(topics(B));
    await until(() => server.topics().some((list) => list.includes(B)), 'the new one');
  });

  it('sends its topics 40 times at once, and then 4 times a second, however often they change', async () => {
    await open(A);
    const start = clock.monotonic();
    const before = written();
    const waits: number[] = [];
    for (let n = 1; n <= 60; n += 1) {
      const asked = clock.monotonic();
      line?.want(topics(A, `v2.routing.queues.q${n}.users`));
      await until(() => written() === before + n, 'the topics');
      waits.push(clock.monotonic() - asked);
    }
    // The clock moves on by what the line sleeps.
    expect(clock.monotonic() - start).toBeGreaterThanOrEqual(20 * 250);
    expect(Math.max(...waits)).toBeLessThanOrEqual(250 + TIMES.settleMs);
  });
});
