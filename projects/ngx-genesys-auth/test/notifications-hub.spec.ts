/**
 * @jest-environment node
 */
import { relayHub } from 'ngx-genesys-auth/notifications';
import { of } from 'rxjs';
import { type GenesysGap, collect, createLiveApp, startServers } from './live';
import { until } from './until';

// The real library, the hub of the real relay, and the sandbox behind it.
let servers: Awaited<ReturnType<typeof startServers>>;
const TOPIC = 'v2.analytics.queues.e40f28ea-fa86-493f-a5b8-d559c8533c96.observations';

beforeAll(async () => {
  servers = await startServers();
});
afterAll(() => servers.close());

async function start() {
  const app = createLiveApp(servers, { source: relayHub() });
  const gaps: GenesysGap[] = [];
  app.live.gaps$.subscribe((gap) => gaps.push(gap));
  const got = collect(app.live, TOPIC);
  await until(() => app.live.state() === 'live' && topics().includes(TOPIC), 'a live connection');
  const send = (n: number) => {
    servers.sandbox.publish(TOPIC, { n });
  };
  return { ...app, gaps, got, send };
}

const topics = () => servers.sandbox.channels.filter(({ sockets }) => sockets > 0).flatMap((channel) => channel.topics);

describe('live events over the relay’s hub', () => {
  it('come with a ticket that stands in no URL, and without any token in the browser', async () => {
    const { got, send, auth, sockets, live } = await start();
    send(1);
    await until(() => got.events.length === 1, 'an event');
    expect(got.events[0]).toMatchObject({ topicName: TOPIC, version: '2', eventBody: { n: 1 } });
    expect(sockets.map(({ url }) => url)).toEqual([`${servers.relay.url.replace('http', 'ws')}/notifications`]);
    expect(auth.status()).toBe('unknown');
    expect(live.error()).toBeNull();
  });

  it('a topic that comes while the connection is being opened is read as soon as it delivers, and has its gaps', async () => {
    const { live, sockets } = createLiveApp(servers, { source: relayHub() });
    const gaps: GenesysGap[] = [];
    live.gaps$.subscribe((gap) => gaps.push(gap));
    collect(live, TOPIC);
    await until(() => sockets.length === 1, 'a socket');
    expect(live.state()).toBe('connecting');
    let readings = 0;
    const second = TOPIC.replace('e40f', 'e40d');
    live.withCatchUp(second, () => of(++readings)).subscribe();
    await until(() => readings === 1, 'the reading');
    servers.sandbox.faults.add({ type: 'dropSockets' });
    await until(() => readings === 2, 'the reading after the loss');
    expect(gaps.flatMap(({ topics: named }) => named).sort()).toEqual([second, TOPIC].sort());
  });

  it('a lost connection is resumed: what was missed comes late, in order, and is not a gap', async () => {
    const { live, got, gaps, send, sockets } = await start();
    send(1);
    await until(() => got.events.length === 1, 'an event');
    sockets[0]?.terminate();
    await until(() => live.state() !== 'live', 'the loss');
    for (let n = 2; n <= 5; n++) send(n);
    live.reconnect();
    await until(() => got.events.length === 5, 'what was missed');
    expect(got.bodies()).toEqual([1, 2, 3, 4, 5].map((n) => ({ n })));
    expect(gaps).toEqual([]);
    expect(live.state()).toBe('live');
  });

  it('a cut between the relay and Genesys Cloud: not live until events come again, and told as a gap', async () => {
    const { live, got, gaps, send, sockets } = await start();
    servers.sandbox.faults.add({ type: 'dropSockets' });
    await until(() => live.state() === 'waiting', 'the cut');
    expect([live.error(), gaps, sockets[0]?.readyState]).toEqual([null, [], 1]);
    await until(() => gaps.length > 0, 'the gap');
    await until(() => live.state() === 'live', 'the end of the cut');
    expect(gaps).toMatchObject([{ topics: [TOPIC], reason: 'upstream' }]);
    send(1);
    await until(() => got.events.length === 1, 'an event');
  });

  it('a combined topic has the gaps of its parts', async () => {
    const { live, gaps } = await start();
    const queue = 'v2.routing.queues.e40f28ea-fa86-493f-a5b8-d559c8533c96';
    const combined = `${queue}?conversations&users`;
    let readings = 0;
    live.withCatchUp(combined, () => of(++readings)).subscribe();
    await until(() => readings === 1, 'the reading');
    servers.sandbox.faults.add({ type: 'dropSockets' });
    await until(() => readings > 1, 'the reading after the loss');
    expect(gaps.flatMap(({ topics: named }) => named)).toContain(combined);
  });

  it('a topic that the caller may not have ends alone, with the relay’s reason', async () => {
    const { live, got } = await start();
    const other = collect(live, 'v2.users.e40f28ea-fa86-493f-a5b8-d559c8533c96.presence');
    await until(() => other.error !== undefined, 'the refusal');
    expect(other.error).toMatchObject({ code: 'topic_rejected', message: expect.stringContaining('presence') });
    expect(got.error).toBeUndefined();
  });

  it('topics that change faster than the relay reads: the connection is opened again, and resumed', async () => {
    const { live, got, gaps, send } = await start();
    // Each is asked for, refused and dropped: two frames.
    for (let n = 0; n < 200 && live.error() === null; n++) {
      const refused = collect(live, 'v2.users.e40f28ea-fa86-493f-a5b8-d559c8533c96.presence');
      await until(() => refused.error !== undefined || live.error() !== null, 'the refusal');
    }
    expect(live.error()).toMatchObject({ code: 'connection_lost', permanent: false });
    expect(live.error()?.message).toContain('Too many messages');
    expect(live.state()).toBe('waiting');
    live.reconnect();
    await until(() => live.state() === 'live', 'a live connection');
    send(1);
    await until(() => got.events.length === 1, 'an event');
    expect(gaps).toEqual([]);
  });

  it('topics are added and dropped on the same connection', async () => {
    const { live, sockets, got, send } = await start();
    const second = TOPIC.replace('e40f', 'e40e');
    const more = collect(live, second);
    await until(() => topics().includes(second), 'the second topic');
    servers.sandbox.publish(second, { n: 7 });
    await until(() => more.events.length === 1, 'an event');
    send(1);
    await until(() => got.events.length === 1, 'an event');
    expect(sockets).toHaveLength(1);
  });
});
