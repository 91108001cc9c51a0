/**
 * @jest-environment node
 */
import { finalize, of } from 'rxjs';
import { type GenesysGap, collect, createLiveApp, startServers } from './live';
import { until } from './until';

// The real library, relay and sandbox, over HTTP and WebSocket.
let servers: Awaited<ReturnType<typeof startServers>>;
const USER = 'v2.users.e40f28ea-fa86-493f-a5b8-d559c8533c96';

beforeAll(async () => {
  servers = await startServers();
});
afterAll(() => servers.close());
afterEach(() => {
  servers.sandbox.faults.clear();
});

async function start(topic = `${USER}.presence`) {
  const app = createLiveApp(servers);
  const gaps: GenesysGap[] = [];
  app.live.gaps$.subscribe((gap) => gaps.push(gap));
  const got = collect(app.live, topic);
  await until(() => app.live.state() === 'live', 'a live connection');
  return { ...app, gaps, got, sandbox: servers.sandbox };
}

const channels = () => servers.sandbox.channels.filter(({ sockets }) => sockets > 0);

describe('live events over a channel of Genesys Cloud', () => {
  it('come on one connection, each topic once, however many listen', async () => {
    const { live, got, sandbox, sockets } = await start();
    const second = collect(live, `${USER.toUpperCase()}.PRESENCE`);
    const combined = collect(live, `${USER}?routingStatus&station`);
    await until(() => channels()[0]?.topics.length === 2, 'two topics');
    sandbox.publish(`${USER}.presence`, { n: 1 });
    sandbox.publish(`${USER}.station`, { n: 2 });
    await until(() => combined.events.length === 1, 'an event');
    expect(got.bodies()).toEqual([{ n: 1 }]);
    expect(second.bodies()).toEqual([{ n: 1 }]);
    expect(combined.events[0]?.topicName).toBe(`${USER}.station`);
    expect(sockets).toHaveLength(1);
  });

  it('a topic that comes while the connection is being opened is read as soon as it delivers, and has its gaps', async () => {
    const { live, sockets } = createLiveApp(servers);
    const gaps: GenesysGap[] = [];
    live.gaps$.subscribe((gap) => gaps.push(gap));
    collect(live, `${USER}.presence`);
    await until(() => sockets.length === 1, 'a socket');
    expect(live.state()).toBe('connecting');
    let readings = 0;
    live.withCatchUp(`${USER}.station`, () => of(++readings)).subscribe();
    await until(() => readings === 1, 'the reading');
    expect(channels()[0]?.topics).toHaveLength(2);
    servers.sandbox.faults.add({ type: 'dropSockets' });
    await until(() => live.state() === 'waiting', 'the loss');
    live.reconnect();
    await until(() => readings === 2, 'the reading after it');
    expect(gaps).toMatchObject([{ topics: [`${USER}.presence`, `${USER}.station`] }]);
  });

  it('a lost connection is opened again on the same channel, and the gap is reported with its length', async () => {
    const { live, got, gaps, sandbox, sockets } = await start();
    const [channel] = channels();
    const before = Date.now();
    sandbox.faults.add({ type: 'dropSockets' });
    await until(() => live.state() !== 'live', 'the loss');
    expect(live.error()?.code).toBe('connection_lost');
    live.reconnect();
    await until(() => live.state() === 'live', 'the connection');
    expect(gaps).toMatchObject([{ topics: [`${USER}.presence`], reason: 'reconnected' }]);
    expect(gaps[0]?.to.getTime()).toBeGreaterThanOrEqual(before);
    expect(channels()).toMatchObject([{ id: channel?.id }]);
    sandbox.publish(`${USER}.presence`, { n: 1 });
    await until(() => got.events.length === 1, 'an event');
    expect(sockets).toHaveLength(2);
    expect(live.error()).toBeNull();
  });

  it('socket_closing: the next connection takes over without a gap, a double or a change of order', async () => {
    const { got, gaps, sandbox, sockets } = await start();
    const send = (n: number) => {
      sandbox.publish(`${USER}.presence`, { n });
    };
    send(1);
    sandbox.faults.add({ type: 'socketClosing' });
    for (let n = 2; n < 200; n++) {
      send(n);
      await new Promise(setImmediate);
    }
    await until(() => sockets.length === 2 && sockets[0]?.readyState === 3, 'the relief');
    send(200);
    await until(() => got.events.length === 200, 'all events');
    expect(got.bodies()).toEqual(Array.from({ length: 200 }, (_, n) => ({ n: n + 1 })));
    expect(gaps).toEqual([]);
    expect(channels()).toMatchObject([{ sockets: 1 }]);
  });

  it('a revoked token: a new token, a new channel, and the gap is reported', async () => {
    const { live, auth, got, gaps, sandbox } = await start();
    const dead = await auth.token();
    sandbox.revokeTokens();
    await until(() => live.state() !== 'live', 'the loss');
    live.reconnect();
    await until(() => live.state() === 'live', 'the connection');
    expect(await auth.token()).not.toBe(dead);
    sandbox.publish(`${USER}.presence`, { n: 1 });
    await until(() => got.events.length === 1, 'an event');
    expect(gaps).toHaveLength(1);
  });

  it('doubles that the server sends are dropped, its order is kept', async () => {
    const { got, sandbox } = await start();
    sandbox.faults.add({ type: 'duplicateEvents' });
    sandbox.faults.add({ type: 'reorderEvents', times: 1 });
    for (let n = 1; n <= 4; n++) sandbox.publish(`${USER}.presence`, { n });
    await until(() => got.events.length === 4, 'all events');
    expect(got.bodies()).toEqual([{ n: 2 }, { n: 1 }, { n: 3 }, { n: 4 }]);
    // One cause may have several effects: the same id with another body is not a duplicate.
    sandbox.publish(`${USER}.presence`, { n: 5 }, 'cause');
    sandbox.publish(`${USER}.presence`, { n: 6 }, 'cause');
    await until(() => got.events.length === 6, 'both effects');
  });

  it('a topic that is refused ends alone; asked for again it is tried again', async () => {
    const { live, got, sandbox } = await start();
    const wrong = collect(live, 'v2.users.a.nonsense');
    const other = collect(live, `${USER}.station`);
    await until(() => wrong.error !== undefined, 'the refusal');
    expect(wrong.error).toMatchObject({ code: 'topic_rejected', topic: 'v2.users.a.nonsense' });
    await until(() => channels()[0]?.topics.length === 2, 'the other topic');
    sandbox.publish(`${USER}.station`, {});
    await until(() => other.events.length === 1, 'an event');
    expect(got.error).toBeUndefined();
    const again = collect(live, 'v2.users.a.nonsense');
    await until(() => again.error !== undefined, 'the refusal');
  });

  it.each([
    ['alone', false, 'lists unknown topics', 0],
    ['while another connection takes over', true, 'lists unknown topics', 0],
    ['alone', false, 'refuses the request', 2],
    ['while another connection takes over', true, 'refuses the request', 2]
  ])(
    'a topic that is unknown is found without a moment in which the others do not come, %s (%s, %s)',
    async (_how, relieved, api, atLeast) => {
      const taken: (readonly string[])[] = [];
      const { live, sockets } = createLiveApp(servers, {}, (request, next) =>
        next(
          api === 'refuses the request'
            ? request.clone({ url: request.url.replace('?ignoreErrors=true', '') })
            : request
        ).pipe(
          finalize(() => {
            if (request.url.includes('/subscriptions')) taken.push(channels()[0]?.topics ?? []);
          })
        )
      );
      const [first, second, third] = [`${USER}.presence`, `${USER}.station`, `${USER}.activity`] as const;
      collect(live, first);
      collect(live, second);
      await until(() => live.state() === 'live', 'a live connection');
      taken.length = 0;
      if (relieved) {
        servers.sandbox.faults.add({ type: 'socketClosing' });
        await until(() => sockets.length === 2, 'the relief');
      }
      const wrong = ['v2.users.a.nonsense', 'v2.users.b.nonsense'].map((topic) => collect(live, topic));
      collect(live, third);
      await until(() => wrong.every(({ error }) => error !== undefined), 'the refusals');
      await until(() => channels()[0]?.topics.length === 3, 'the other topic');
      expect(taken.length).toBeGreaterThan(atLeast);
      expect(taken.filter((topics) => !topics.includes(first) || !topics.includes(second))).toEqual([]);
    }
  );

  it('an API that fails is tried again, as late as it asks for', async () => {
    servers.sandbox.faults.add({
      type: 'rateLimit',
      retryAfterSeconds: 3600,
      route: 'POST /api/v2/notifications/*',
      times: 1
    });
    const { live } = createLiveApp(servers);
    collect(live, `${USER}.presence`);
    await until(() => live.state() === 'waiting', 'the failure');
    expect(live.error()).toMatchObject({ code: 'channel_refused', retryAfterSeconds: 3600 });
    live.reconnect();
    await until(() => live.state() === 'live', 'the connection');
  });

  it('nothing stays open when the app is gone', async () => {
    const { sockets } = await start();
    createLiveApp(servers);
    await until(() => sockets.every(({ readyState }) => readyState === 3), 'the end of the socket');
    expect(channels()).toEqual([]);
  });
});
