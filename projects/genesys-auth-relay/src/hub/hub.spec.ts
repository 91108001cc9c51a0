import { randomBytes } from 'node:crypto';
import { NOTIFICATIONS_PROTOCOL, TICKET_PROTOCOL_PREFIX } from 'genesys-auth-protocol';
import WebSocket from 'ws';
import { type RelayConfigInput, type RunningRelay, startRelay } from '../index.ts';
import { silentLogger } from '../runtime/runtime.ts';
import { KEY, SECRET_ENV, configFor } from '../testing/config.ts';
import { testClock } from '../testing/clock.ts';
import { startIdentityProvider } from '../testing/identity-provider.ts';
import { type HubTestClient, openHub, openPage, ticketOf } from '../testing/hub-client.ts';
import { type NotificationServer, startNotificationServer } from '../testing/notification-server.ts';
import { describeWithRedis, startRedis } from '../testing/redis.ts';
import { sendRaw } from '../testing/raw.ts';
import { until } from '../testing/until.ts';

const Q1 = 'v2.analytics.queues.q1.observations';
const Q2 = 'v2.analytics.queues.q2.observations';
const withKey = { headers: { authorization: `Bearer ${KEY.key}` } };

const config = (server: NotificationServer, more: Partial<RelayConfigInput> = {}): RelayConfigInput =>
  configFor(server, {
    scopes: ['analytics', 'routing', 'notifications', 'users:readonly', 'presence'],
    roles: { developer: { scopes: ['analytics', 'notifications'] } },
    notifications: {},
    ...more
  });

describe('the notification hub', () => {
  let server: NotificationServer;
  let relay: RunningRelay;
  const clients: HubTestClient[] = [];
  const keep = (client: HubTestClient) => {
    clients.push(client);
    return client;
  };
  const page = async () => keep(await openPage(relay.url));
  const start = async (more: Partial<RelayConfigInput> = {}) => {
    relay = await startRelay(config(server, more), { random: () => 0.1 });
  };

  beforeEach(async () => {
    process.env[SECRET_ENV] = 'relay-secret';
    server = await startNotificationServer();
  });
  afterEach(async () => {
    for (const client of clients.splice(0)) client.close();
    await relay.close();
    await server.close();
  });

  it('brings the events of a topic to a page that came with a ticket', async () => {
    await start();
    const client = await page();
    expect(client.socket.protocol).toBe(NOTIFICATIONS_PROTOCOL);
    const answer = await client.subscribe([Q1]);
    expect(answer.topics).toEqual([{ topic: Q1, state: 'permitted' }]);
    server.emit(Q1, { n: 1 });
    const [event] = await until(() => client.of('event').length === 1 && client.of('event'));
    expect(event).toMatchObject({ seq: 1, event: { topicName: Q1, version: '2', eventBody: { n: 1 } } });
    expect(client.of('gap')).toEqual([]);
  });

  it('drops a topic at Genesys Cloud when it has had no clients for a moment', async () => {
    const clock = testClock();
    relay = await startRelay(config(server), { clock });
    const client = await page();
    await client.subscribe([Q1, Q2]);
    client.send({ type: 'unsubscribe', id: 7, topics: [Q2] });
    await until(() => client.of('unsubscribed').length === 1);
    clock.advance(31_000);
    await until(() => server.topics()[0]?.length === 1);
    expect(server.topics()).toEqual([[Q1]]);
    client.close();
    await client.closed;
    clock.advance(31_000);
    await until(() => server.topics().length === 0);
  });

  it('subscribes a topic once for any number of clients', async () => {
    await start({ notifications: { clientsPerCaller: 100 } });
    const all = await Promise.all(Array.from({ length: 50 }, page));
    await Promise.all(
      all.map((client, index) => client.subscribe(index % 2 === 0 ? [Q1] : [Q1.toUpperCase().replace('V2', 'v2'), Q2]))
    );
    expect(server.topics()).toEqual([expect.arrayContaining([Q1, Q2])]);
    expect(server.topics()[0]).toHaveLength(2);
    expect(server.requests.filter((request) => request === 'POST /api/v2/notifications/channels')).toHaveLength(1);
    server.emit(Q1, { n: 1 });
    await until(() => all.every((client) => client.of('event').length === 1));
  });

  it('expands a combined topic into its parts', async () => {
    await start({ roles: { developer: { scopes: ['notifications', 'presence', 'routing'] } } });
    const client = await page();
    await client.subscribe(['v2.users.u1?presence&routingStatus']);
    server.emit('v2.users.u1.routingStatus', {});
    await until(() => client.of('event').length === 1);
    expect(server.topics()).toEqual([['v2.users.u1.presence', 'v2.users.u1.routingStatus']]);
  });

  it('refuses topics that no role of the caller covers, each with the reason', async () => {
    await start();
    const client = await page();
    const { topics } = await client.subscribe([
      'v2.users.u1.presence',
      'v2.users.u1.tokens',
      'not a topic',
      'v2.routing.queues.q1.conversations',
      Q1
    ]);
    expect(topics).toEqual([
      { topic: 'v2.users.u1.presence', state: 'rejected', reason: expect.stringContaining("'presence:readonly'") },
      { topic: 'v2.users.u1.tokens', state: 'rejected', reason: expect.stringContaining('topicScopes') },
      { topic: 'not a topic', state: 'rejected', reason: expect.stringContaining('not a topic') },
      { topic: 'v2.routing.queues.q1.conversations', state: 'rejected', reason: expect.stringContaining('routing') },
      { topic: Q1, state: 'permitted' }
    ]);
    expect(server.topics()).toEqual([[Q1]]);
  });

  it('reads the list for an alias once for all clients, and misses no topic at the end', async () => {
    await start();
    const [first, second, third] = [await page(), await page(), await page()];
    const answers = await Promise.all(
      [first, second, third].map((client) => client.subscribe(['routing/queueMetrics']))
    );
    expect(answers.map(({ topics }) => topics)).toEqual(
      Array.from({ length: 3 }, () => [{ topic: 'routing/queueMetrics', state: 'permitted' }])
    );
    expect(server.topics()).toEqual([[Q1, Q2]]);
    expect(server.requests.filter((request) => request === 'GET /api/v2/routing/queues')).toHaveLength(1);
    first.send({ type: 'unsubscribe', id: 9, topics: ['routing/queueMetrics'] });
    await until(() => first.of('unsubscribed').length === 1);
    server.emit(Q1, {});
    await until(() => second.of('event').length === 1);
    expect(first.of('event')).toEqual([]);
  });

  it('forwards refusals of Genesys Cloud', async () => {
    await start();
    server.rejected.add(Q2);
    const client = await page();
    const { topics } = await client.subscribe([Q1, Q2]);
    expect(topics).toEqual([
      { topic: Q1, state: 'permitted' },
      { topic: Q2, state: 'rejected', reason: 'not for you' }
    ]);
  });

  it('refuses everything to a caller without the scope notifications', async () => {
    await start({
      roles: { developer: { scopes: ['analytics'] }, listener: { scopes: ['notifications', 'analytics'] } },
      acceptSharedPrivileges: true
    });
    const client = await page();
    const { topics } = await client.subscribe([Q1]);
    expect(topics).toEqual([{ topic: Q1, state: 'rejected', reason: expect.stringContaining("'notifications'") }]);
  });

  it('knows topics of the organization by the configuration', async () => {
    await start({ notifications: { topicScopes: { 'v2.users.*.tokens': 'analytics' } } });
    const client = await page();
    const { topics } = await client.subscribe(['v2.users.u1.tokens']);
    expect(topics).toEqual([{ topic: 'v2.users.u1.tokens', state: 'permitted' }]);
  });

  it('reports one gap for all topics when the socket to Genesys Cloud was cut, and none before it is live again', async () => {
    await start();
    const client = await page();
    await client.subscribe([Q1, Q2]);
    server.emit(Q1, { n: 1 });
    await until(() => client.of('event').length === 1);
    server.drop();
    await until(() => client.of('gap').length === 1);
    expect(client.of('gap')).toEqual([{ type: 'gap', seq: 2, topics: [Q1, Q2], reason: 'upstream' }]);
    await until(() => client.of('upstream').length === 2);
    expect(client.of('upstream').map(({ live }) => live)).toEqual([false, true]);
    server.emit(Q1, { n: 2 });
    await until(() => client.of('event').length === 2);
    expect(server.requests.filter((request) => request === 'POST /api/v2/notifications/channels')).toHaveLength(1);
  });

  it('moves to a new socket when the old one is about to be closed, without a gap', async () => {
    await start();
    const client = await page();
    await client.subscribe([Q1]);
    server.announceClosing();
    // Events before, during and after the move.
    let n = 0;
    const emit = () => {
      n += 1;
      server.emit(Q1, { n });
    };
    await until(() => {
      emit();
      return server.sockets === 2;
    }, 'the second socket');
    for (let more = 0; more < 20; more += 1) emit();
    const numbers = () => client.of('event').map(({ event }) => (event.eventBody as { n: number }).n);
    await until(() => numbers().includes(n), 'the last event');
    expect(numbers()).toEqual(Array.from({ length: n }, (_, index) => index + 1));
    expect(client.of('gap')).toEqual([]);
  });

  it('opens a new channel with a new token when the token was revoked', async () => {
    await start();
    const client = await page();
    await client.subscribe([Q1]);
    server.revoke();
    await until(() => client.of('gap').length === 1);
    server.emit(Q1, { n: 1 });
    await until(() => client.of('event').length === 1);
    expect(server.requests.filter((request) => request === 'POST /oauth/token')).toHaveLength(2);
  });

  it('takes its tokens as the client that is configured now', async () => {
    await start();
    const client = await page();
    await client.subscribe([Q1]);
    const { tokenEndpoint, apiOrigin } = server;
    const other = { id: 'another', secret: { env: SECRET_ENV } };
    await relay.reload(config(server, { genesys: { tokenEndpoint, apiOrigin, client: other } }));
    server.revoke();
    await until(() => client.of('gap').length === 1);
    expect(server.clientIds.at(-1)).toBe('another');
    expect(new Set(server.clientIds).size).toBe(2);
  });

  it('drops duplicates from Genesys Cloud, and forwards events that differ or have no correlation id', async () => {
    await start();
    const client = await page();
    await client.subscribe([Q1]);
    server.emit(Q1, { n: 1 }, 'a1');
    server.emit(Q1, { n: 1 }, 'a1');
    server.emit(Q1, { n: 2 }, '00000000-0000-0000-0000-000000000000');
    server.emit(Q1, { n: 3 }, '00000000-0000-0000-0000-000000000000');
    server.say('{"topicName":"channel.metadata","eventBody":{"message":"WebSocket Heartbeat"}}');
    server.say('no JSON');
    server.emit(Q1, { n: 4 }, 'a1');
    await until(() => client.of('event').length >= 4);
    expect(client.of('event').map(({ event }) => event.eventBody)).toEqual([{ n: 1 }, { n: 2 }, { n: 3 }, { n: 4 }]);
  });

  it('resends the events that a client missed while it was away for a moment', async () => {
    await start();
    const first = await page();
    const second = await page();
    await first.subscribe([Q1]);
    await second.subscribe([Q1]);
    server.emit(Q1, { n: 1 });
    await until(() => first.of('event').length === 1);
    first.close();
    await first.closed;
    server.emit(Q1, { n: 2 });
    server.emit(Q1, { n: 3 });
    await until(() => second.of('event').length === 3);
    const back = await page();
    const [welcome] = first.of('welcome');
    await back.subscribe([Q1], { epoch: welcome?.epoch, seq: 1 });
    await until(() => back.of('event').length === 2);
    expect(back.of('event').map(({ seq }) => seq)).toEqual([2, 3]);
    expect(back.of('gap')).toEqual([]);
  });

  it('keeps a topic for a moment after its last client left, for the same reason', async () => {
    await start();
    const first = await page();
    await first.subscribe([Q1]);
    first.close();
    await first.closed;
    server.emit(Q1, { n: 1 });
    const back = await page();
    const [welcome] = first.of('welcome');
    await back.subscribe([Q1], { epoch: welcome?.epoch, seq: 0 });
    await until(() => back.of('event').length === 1);
    expect(back.of('gap')).toEqual([]);
  });

  it.each([
    ['another instance', { epoch: 'another', seq: 0 }],
    ['a position ahead of the hub', { epoch: undefined, seq: 99 }]
  ])('reports one gap to a client that comes from %s', async (_name, { epoch, seq }) => {
    await start();
    const client = await page();
    await client.subscribe([Q1]);
    const back = await page();
    await back.subscribe([Q1, Q2], { epoch: epoch ?? back.of('welcome')[0]?.epoch, seq });
    await until(() => back.of('gap').length > 0);
    expect(back.of('gap')).toEqual([{ type: 'gap', seq: 0, topics: [Q1, Q2], reason: 'resume' }]);
  });

  it('reports a gap where its memory does not reach back', async () => {
    await start({ notifications: { memoryEvents: 2 } });
    const client = await page();
    await client.subscribe([Q1]);
    for (let n = 1; n <= 5; n += 1) server.emit(Q1, { n });
    await until(() => client.of('event').length === 5);
    const back = await page();
    await back.subscribe([Q1], { epoch: client.of('welcome')[0]?.epoch, seq: 2 });
    await until(() => back.of('gap').length === 1);
    expect(back.of('event')).toEqual([]);
    const near = await page();
    await near.subscribe([Q1], { epoch: client.of('welcome')[0]?.epoch, seq: 3 });
    await until(() => near.of('event').length === 2);
  });

  it('spreads topics over channels of 1,000, and refuses more than it has channels for', async () => {
    await start({ notifications: { topicsPerClient: 3000, channels: 2 } });
    const names = Array.from({ length: 2001 }, (_, index) => `v2.analytics.queues.q${index}.observations`);
    const client = await page();
    const { topics } = await client.subscribe(names);
    expect(topics.filter(({ state }) => state === 'permitted')).toHaveLength(2000);
    expect(topics.at(-1)).toMatchObject({ state: 'rejected', reason: expect.stringContaining('full') });
    expect(server.topics().map((list) => list.length)).toEqual([1000, 1000]);
  });

  it('answers a subscription in time while Genesys Cloud is away, and reports the gap when it is back', async () => {
    await start();
    server.fail(503);
    const client = await page();
    const { topics } = await client.subscribe([Q1]);
    expect(topics).toEqual([{ topic: Q1, state: 'permitted' }]);
    await until(() => client.of('upstream').length === 1);
    server.fail(undefined);
    await until(() => client.of('gap').length === 1);
    expect(client.of('upstream').map(({ live }) => live)).toEqual([false, true]);
    server.emit(Q1, { n: 1 });
    await until(() => client.of('event').length === 1);
  }, 20_000);

  it('reports a gap to a client that was away during an outage, even if no event came meanwhile', async () => {
    await start();
    const [first, second] = [await page(), await page()];
    await first.subscribe([Q1]);
    await second.subscribe([Q1]);
    server.emit(Q1, { n: 1 });
    await until(() => [first, second].every((client) => client.of('event').length === 1));
    first.close();
    await first.closed;
    server.drop();
    await until(() => second.of('gap').length === 1);
    const back = await page();
    await back.subscribe([Q1], { epoch: first.of('welcome')[0]?.epoch, seq: 1 });
    await until(() => back.of('gap').length === 1);
    expect(back.of('gap')).toMatchObject([{ topics: [Q1], reason: 'resume' }]);
  });

  it('looks at a position once: a later one has nothing sent again', async () => {
    await start();
    const client = await page();
    await client.subscribe([Q1]);
    server.emit(Q1, { n: 1 });
    await until(() => client.of('event').length === 1);
    const epoch = client.of('welcome')[0]?.epoch;
    const other = await page();
    await other.subscribe([], { epoch, seq: 0 });
    await other.subscribe([Q1], { epoch, seq: 0 });
    server.emit(Q1, { n: 2 });
    await until(() => other.of('event').length > 0);
    expect(other.of('event').map(({ seq }) => seq)).toEqual([2]);
    expect(other.of('gap')).toEqual([]);
  });

  it('limits the events that may wait for a client that resumes', async () => {
    await start({ notifications: { bufferBytes: 16_384 } });
    const first = await page();
    await first.subscribe([Q1]);
    const padding = 'x'.repeat(900_000);
    for (let n = 1; n <= 8; n += 1) {
      server.emit(Q1, { n, padding });
      await until(() => first.of('event').length === n);
    }
    const back = await page();
    back.socket.pause();
    back.send({ type: 'subscribe', id: 1, topics: [Q1], resume: { epoch: first.of('welcome')[0]?.epoch, seq: 0 } });
    server.emit(Q1, { n: 9 });
    await until(() => first.of('event').length === 9);
    back.socket.resume();
    await until(() => back.of('gap').length === 1);
    expect(back.of('gap')).toMatchObject([{ topics: [Q1], reason: 'slow' }]);
    expect(back.of('event').length).toBeLessThan(8);
  });

  it('notifies its clients when Genesys Cloud refuses a topic later', async () => {
    await start();
    const client = await page();
    const program = keep(await openHub(relay.url, withKey));
    await client.subscribe([Q1]);
    program.send({ id: 1, method: 'subscribe', params: { channels: [Q1] } });
    await until(() => program.frames.some(({ id }) => id === 1));
    const written = () => server.requests.filter((request) => request.startsWith('PUT ')).length;
    const before = written();
    server.rejected.add(Q1);
    await client.subscribe([Q2]);
    await until(() => client.of('subscribed').some(({ id }) => id === 0));
    expect(client.of('subscribed').find(({ id }) => id === 0)?.topics).toEqual([
      { topic: Q1, state: 'rejected', reason: 'not for you' }
    ]);
    await until(() => program.frames.some(({ method }) => method === 'subscribed'));
    expect(program.frames.find(({ method }) => method === 'subscribed')?.['params']).toEqual({
      channels: [{ channel: Q1, state: 'rejected', reason: 'not for you' }]
    });
    server.emit(Q1, { n: 1 });
    server.emit(Q2, { n: 2 });
    await until(() => client.of('event').length > 0);
    expect(client.of('event').map(({ event }) => event.topicName)).toEqual([Q2]);
    // Q1 has no clients left, so it is removed from the channel: one change adds Q2, and one removes Q1.
    await until(() => written() === before + 2, 'the sweep');
    expect(server.topics()).toEqual([[Q2]]);
  });

  it('subscribes no client that has disconnected meanwhile', async () => {
    const clock = testClock();
    relay = await startRelay(config(server), { clock });
    const client = await page();
    const asked = server.hold('GET /api/v2/routing/queues');
    client.send({ type: 'subscribe', id: 1, topics: ['routing/queueMetrics'] });
    const release = await asked;
    client.close();
    await client.closed;
    const other = await page();
    await other.subscribe(['v2.analytics.queues.q9.observations']);
    release();
    // Each of them takes another change of the channel's topics, with which those of the one that left would be set, too.
    await other.subscribe(['v2.analytics.queues.q8.observations']);
    await other.subscribe(['v2.analytics.queues.q7.observations']);
    expect(server.topics()).toEqual([[9, 8, 7].map((n) => `v2.analytics.queues.q${n}.observations`)]);
  });

  it('drops events that a client does not read, sends it a gap, and closes it when it stays slow', async () => {
    const clock = testClock();
    relay = await startRelay(config(server, { notifications: { bufferBytes: 16_384, slowSeconds: 5 } }), { clock });
    const [slow, brisk] = [await page(), await page()];
    await Promise.all([slow.subscribe([Q1]), brisk.subscribe([Q1])]);
    // More than the sockets of the system take, and one at a time: only who does not read lags behind.
    const padding = 'x'.repeat(500_000);
    const flood = async (from: number, to: number) => {
      for (let n = from; n <= to; n += 1) {
        server.emit(Q1, { n, padding });
        await until(() => brisk.of('event').length === n);
      }
    };
    slow.socket.pause();
    await flood(1, 40);
    slow.socket.resume();
    await until(() => slow.of('gap').length === 1);
    expect(slow.of('gap')).toEqual([{ type: 'gap', seq: 40, topics: [Q1], reason: 'slow' }]);
    expect(slow.of('event').length).toBeLessThan(40);
    expect(brisk.of('gap')).toEqual([]);
    await flood(41, 42);
    await until(() => slow.of('event').at(-1)?.seq === 42);

    slow.socket.pause();
    await flood(43, 82);
    // The same timer sends the heartbeat and checks for slow clients.
    clock.advance(16_000);
    await until(() => brisk.of('heartbeat').length > 0);
    slow.socket.resume();
    // 1006 where the connection was cut before it had read as far as the close frame.
    expect([4408, 1006]).toContain(await slow.closed);
    expect(brisk.socket.readyState).toBe(brisk.socket.OPEN);
  });

  describe('the handshake', () => {
    const refusal = (protocols: readonly string[], headers: Record<string, string> = {}) =>
      openHub(relay.url, { protocols, headers }).then(
        (client) => {
          client.close();
          return 'open';
        },
        (error: unknown) => (error as Error).message
      );

    it('B9 4.4.3 4.4.4: takes a ticket once', async () => {
      await start();
      const protocols = [NOTIFICATIONS_PROTOCOL, TICKET_PROTOCOL_PREFIX + (await ticketOf(relay.url))];
      expect(await refusal(protocols)).toBe('open');
      expect(await refusal(protocols)).toBe('refused: 401');
    });

    it('4.4.2: takes a ticket only from the origin that got it, and no second try', async () => {
      await start({ cors: { origins: ['https://app.example.com'] } });
      const origin = 'https://app.example.com';
      const get = async () => [
        NOTIFICATIONS_PROTOCOL,
        TICKET_PROTOCOL_PREFIX + (await ticketOf(relay.url, { origin }))
      ];
      expect(await refusal(await get(), { origin })).toBe('open');
      const stolen = await get();
      expect(await refusal(stolen, { origin: 'https://app.example.com.evil.example' })).toBe('refused: 401');
      expect(await refusal(stolen, { origin })).toBe('refused: 401');
      expect(await refusal(await get())).toBe('refused: 401');
    });

    it('B9: gives no ticket without X-Genesys-Auth, nor to a page that is not listed', async () => {
      await start();
      await expect(ticketOf(relay.url, { 'x-genesys-auth': '' })).rejects.toThrow('403');
      await expect(ticketOf(relay.url, { origin: 'https://evil.example' })).rejects.toThrow('403');
    });

    it.each([
      ['nothing', [], {}, 'refused: 403'],
      ['an invented ticket', [NOTIFICATIONS_PROTOCOL, `${TICKET_PROTOCOL_PREFIX}abc`], {}, 'refused: 401'],
      ['a wrong key', [], { authorization: 'Bearer wrong' }, 'refused: 401'],
      [
        'a key in a browser',
        [],
        { authorization: `Bearer ${KEY.key}`, origin: 'https://evil.example' },
        'refused: 403'
      ],
      ['a ticket and a key', [`${TICKET_PROTOCOL_PREFIX}abc`], { authorization: `Bearer ${KEY.key}` }, 'refused: 400'],
      ['a key', [], { authorization: `Bearer ${KEY.key}` }, 'open']
    ])('lets %s in or not: %#', async (_name, protocols, headers, expected) => {
      await start();
      expect(await refusal(protocols, headers)).toBe(expected);
    });

    describe('a refusal', () => {
      const requests: object[] = [];
      const lines: object[] = [];
      const watched = async () => {
        requests.length = 0;
        lines.length = 0;
        relay = await startRelay(config(server), {
          log: { ...silentLogger, warn: (fields: object) => void lines.push(fields) },
          observer: { requestAnswered: (request) => void requests.push(request) }
        });
      };
      const handshake = (change: Record<string, string>) => {
        const headers = {
          host: `localhost:${new URL(relay.url).port}`,
          connection: 'Upgrade',
          upgrade: 'websocket',
          'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
          'sec-websocket-version': '13',
          authorization: `Bearer ${KEY.key}`,
          ...change
        };
        const head = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
        return sendRaw(relay.url, `GET /notifications HTTP/1.1\r\n${head.join('')}\r\n`);
      };

      it.each([
        ['of a wrong key', { authorization: 'Bearer wrong' }, 401, 'invalid_credentials'],
        ['of a bad Sec-WebSocket-Key', { 'sec-websocket-key': 'short' }, 400, 'invalid_request'],
        ['of a bad Sec-WebSocket-Version', { 'sec-websocket-version': '7' }, 400, 'invalid_request'],
        ['of a bad Sec-WebSocket-Protocol', { 'sec-websocket-protocol': 'a,,b' }, 400, 'invalid_request']
      ] as const)('%s is a problem, in the log and in the metrics', async (_what, change, status, code) => {
        await watched();
        const answer = await handshake(change);
        expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
        expect(answer).toMatch(/^cache-control: no-store\r$/im);
        expect(answer).toMatch(/^content-type: application\/problem\+json/im);
        expect(answer).toContain(`"code":"${code}"`);
        expect(lines).toEqual([{ event: 'hub_refused', requestId: expect.any(String), code }]);
        expect(requests).toEqual([{ route: '/notifications', status, code }]);
        if ('sec-websocket-version' in change) expect(answer).toMatch(/^sec-websocket-version: 13\r$/im);
      });
    });

    it('S5: refuses a token in the URL', async () => {
      await start();
      const refused = new Promise((resolve) => {
        const socket = new WebSocket(`${relay.url.replace('http', 'ws')}/notifications?access_token=x`, withKey);
        socket.on('error', () => undefined);
        socket.on('unexpected-response', (_request, response) => {
          resolve(response.statusCode);
        });
      });
      expect(await refused).toBe(400);
    });

    it('limits the sockets of one caller', async () => {
      await start({ notifications: { clientsPerCaller: 2 } });
      keep(await openHub(relay.url, withKey));
      const second = keep(await openHub(relay.url, withKey));
      expect(await refusal([], withKey.headers)).toBe('refused: 429');
      second.close();
      await second.closed;
      expect(await refusal([], withKey.headers)).toBe('open');
    });

    it('closes a page that is one too many with 4429, as a browser is not shown the status of a handshake', async () => {
      await start({ notifications: { clientsPerCaller: 1 } });
      await page();
      const second = await page();
      expect(await second.closed).toBe(4429);
    });

    it('is closed to new ones as soon as the hub stops', async () => {
      await start({ limits: { drainMs: 2000 } });
      const first = await page();
      const ticket = await ticketOf(relay.url);
      const drained = relay.drain();
      await until(() => first.of('closing').length === 1);
      expect(await refusal([NOTIFICATIONS_PROTOCOL, TICKET_PROTOCOL_PREFIX + ticket])).toBe('refused: 503');
      await drained;
    });

    it('answers a plain request with 426, and is not there when the hub is off', async () => {
      await start();
      const plain = await fetch(`${relay.url}/notifications`);
      expect(plain.status).toBe(426);
      expect(await plain.json()).toMatchObject({ code: 'upgrade_required' });
      await relay.close();
      await start({ notifications: false });
      expect((await fetch(`${relay.url}/notifications`)).status).toBe(404);
      expect(await refusal([], withKey.headers)).toMatch(/refused: 404|socket hang up/);
    });
  });

  describe('bad messages', () => {
    it.each([
      ['text that is not JSON', 'hello', 'invalid_frame'],
      ['a list', '[]', 'invalid_frame'],
      ['an unknown type', '{"type":"nope","id":1}', 'invalid_frame'],
      ['topics that are no list', '{"type":"subscribe","id":1,"topics":"v2.x"}', 'invalid_frame'],
      ['an id that is not a number', '{"type":"subscribe","id":"x","topics":[]}', 'invalid_frame'],
      ['a wrong position', '{"type":"subscribe","id":1,"topics":[],"resume":{"seq":-1}}', 'invalid_frame']
    ])('answers %s with an error and stays open', async (_name, text, code) => {
      await start();
      const client = await page();
      client.socket.send(text);
      const [error] = await until(() => client.of('error').length === 1 && client.of('error'));
      expect(error?.code).toBe(code);
      client.send({ type: 'ping' });
      await until(() => client.of('pong').length === 1);
    });

    it('gives a client its topics as far as there is room, and refuses the rest one by one', async () => {
      await start({ notifications: { topicsPerClient: 2 } });
      const client = await page();
      const names = [1, 2, 3].map((n) => `v2.analytics.queues.q${n}.observations`);
      const { topics } = await client.subscribe([...names, Q1]);
      expect(topics.map(({ state }) => state)).toEqual(['permitted', 'permitted', 'rejected', 'permitted']);
      expect(topics[2]?.reason).toContain('topicsPerClient');
      expect(server.topics()).toEqual([[Q1, Q2]]);
      client.send({ type: 'unsubscribe', id: 9, topics: [Q2] });
      expect((await client.subscribe([names[2] ?? ''])).topics).toMatchObject([{ state: 'permitted' }]);
    });

    it('does not spell out a short name that stands for more topics than there is room', async () => {
      await start({ notifications: { topicsPerClient: 1 } });
      const client = await page();
      const spellings = ['routing/queueMetrics', 'Routing/queueMetrics', 'ROUTING/queueMetrics', Q1];
      const { topics } = await client.subscribe(spellings);
      expect(topics.map(({ state }) => state)).toEqual(['rejected', 'rejected', 'rejected', 'permitted']);
    });

    it('slows down a client that talks too much', async () => {
      const clock = testClock();
      relay = await startRelay(config(server), { clock });
      const client = await page();
      for (let n = 0; n < 240; n += 1) client.send({ type: 'ping' });
      client.send({ type: 'unsubscribe', id: 77, topics: [] });
      await until(() => client.of('error').length === 1);
      expect(client.of('error')[0]).toMatchObject({ code: 'rate_limited', id: 77 });
      await until(() => client.of('pong').length === 240);
      clock.advance(60_000);
      client.send({ type: 'ping' });
      await until(() => client.of('pong').length === 241);
    });

    it('closes on a binary message', async () => {
      await start();
      const client = await page();
      client.socket.send(Buffer.from('{"type":"ping"}'));
      expect(await client.closed).toBe(4400);
    });

    it.each([
      ['{"id":5,"method":"nope"}', 5],
      ['{"id":"a","method":"subscribe","params":{}}', 'a'],
      ['{"method":"nope"}', null]
    ])('answers %s in the JSON-RPC form with its id', async (text, id) => {
      await start();
      const client = keep(await openHub(relay.url, withKey));
      client.socket.send(text);
      await until(() => client.frames.some((frame) => 'error' in frame));
      expect(client.frames.find((frame) => 'error' in frame)).toMatchObject({
        jsonrpc: '2.0',
        id,
        error: { code: -32600 }
      });
    });

    it('closes on a message that is too large', async () => {
      await start();
      const client = await page();
      client.socket.send('x'.repeat(300_000));
      expect(await client.closed).toBe(1009);
    });
  });

  it('warns before the session ends, closes with 4401, and resumes without a gap with a new ticket', async () => {
    const clock = testClock();
    relay = await startRelay(config(server, { notifications: { sessionSeconds: 60 } }), { clock });
    const client = await page();
    expect(client.of('welcome')[0]).toMatchObject({ expiresIn: 60 });
    await client.subscribe([Q1]);
    clock.advance(31_000);
    await until(() => client.of('closing').length === 1);
    expect(client.of('closing')[0]).toMatchObject({ reason: 'expiring' });
    clock.advance(30_000);
    expect(await client.closed).toBe(4401);
    server.emit(Q1, { n: 1 });
    const back = await page();
    await back.subscribe([Q1], { epoch: client.of('welcome')[0]?.epoch, seq: 0 });
    await until(() => back.of('event').length === 1);
    expect(back.of('gap')).toEqual([]);
  });

  it('ends with the JWT that it was opened with', async () => {
    const clock = testClock();
    const provider = await startIdentityProvider({ now: () => clock.now() / 1000 });
    try {
      const jwt = { type: 'jwt', issuer: provider.issuer, audience: 'relay', jwksUri: provider.jwksUri } as const;
      relay = await startRelay(config(server, { identities: [jwt] }), { clock });
      const exp = Math.floor(clock.now() / 1000) + 20;
      const token = await provider.token({ exp, aud: 'relay', roles: ['developer'] });
      const client = keep(await openHub(relay.url, { headers: { authorization: `Bearer ${token}` } }));
      await until(() => client.frames.some(({ method }) => method === 'welcome'));
      clock.advance(26_000);
      expect(await client.closed).toBe(4401);
    } finally {
      await provider.close();
    }
  });

  it('asks its clients to reconnect when it drains, and closes them with 1001', async () => {
    await start({ limits: { drainMs: 50 } });
    const client = await page();
    await client.subscribe([Q1]);
    const drained = relay.drain();
    await until(() => client.of('closing').length === 1);
    expect(client.of('closing')[0]).toMatchObject({ reason: 'draining' });
    expect(await client.closed).toBe(1001);
    await drained;
    expect(server.topics()).toEqual([]);
  });
});

describe('B16 the limits of one client of the hub', () => {
  let server: NotificationServer;
  let relay: RunningRelay;
  let client: HubTestClient;
  const names = (count: number, name: string) => Array.from({ length: count }, () => name);

  beforeEach(async () => {
    process.env[SECRET_ENV] = 'relay-secret';
    server = await startNotificationServer();
    relay = await startRelay(config(server), { random: () => 0.1 });
    client = await openPage(relay.url);
  });
  afterEach(async () => {
    client.close();
    await relay.close();
    await server.close();
  });

  it('is one answer for each name, so a message with more names than a client may have topics is refused', async () => {
    client.send({ type: 'subscribe', id: 1, topics: names(64_000, 'a') });
    await until(() => client.of('error').length === 1);
    expect(client.of('error')).toEqual([
      { type: 'error', id: 1, code: 'invalid_frame', detail: expect.stringContaining('200 topics') }
    ]);
    client.send({ type: 'unsubscribe', id: 2, topics: names(201, Q1) });
    await until(() => client.of('error').length === 2);
    expect((await client.subscribe(names(200, Q1))).topics).toHaveLength(200);
  });

  it('is a bounded number of messages that wait for the answer to an earlier one', async () => {
    const asked = server.hold('GET /api/v2/routing/queues');
    client.send({ type: 'subscribe', id: 1, topics: ['routing/queueMetrics'] });
    const release = await asked;
    const long = 'x'.repeat(100_000);
    for (const id of [2, 3, 4]) client.send({ type: 'subscribe', id, topics: [long] });
    await until(() => client.of('error').length === 1);
    expect(client.of('error')).toMatchObject([{ id: 4, code: 'rate_limited' }]);
    release();
    await until(() => client.of('subscribed').length === 3);
    expect((await client.subscribe([Q2])).topics).toMatchObject([{ state: 'permitted' }]);
  });

  it('is a bounded number of unread answers: it is disconnected with 4408', async () => {
    const close = vi.spyOn(WebSocket.prototype, 'close');
    client.socket.pause();
    // Each answer is the largest that there is: names of 200 characters, which are refused.
    const topics = names(200, 'x'.repeat(1000));
    for (let id = 1; id <= 240; id += 1) client.send({ type: 'subscribe', id, topics });
    // Asked of the relay's side: it cuts the connection soon after, and on a busy machine the client does not read the code in time.
    await until(() => close.mock.calls.some(([code]) => code === 4408), 'the relay to disconnect the client');
    close.mockRestore();
    client.socket.resume();
    await client.closed;
    expect(client.of('subscribed').length).toBeLessThan(240);
  });

  it('is one list for all spellings of an alias', async () => {
    const spellings = ['routing/queueMetrics', 'Routing/queueMetrics', 'ROUTING/QUEUEMETRICS'];
    const { topics } = await client.subscribe(spellings);
    expect(topics).toEqual(spellings.map((topic) => ({ topic, state: 'permitted' })));
    client.send({ type: 'unsubscribe', id: 9, topics: ['routing/QueueMetrics'] });
    await until(() => client.of('unsubscribed').length === 1);
    const other = await openPage(relay.url);
    await other.subscribe([Q1]);
    server.emit(Q1, { n: 1 });
    await until(() => other.of('event').length === 1);
    other.close();
    expect(client.of('event')).toEqual([]);
  });
});

describeWithRedis('a made-up ticket', () => {
  it('B16 4.4.3 is counted, and is not looked up in the store beyond the limit', async () => {
    process.env[SECRET_ENV] = 'relay-secret';
    const [server, redis] = [await startNotificationServer(), await startRedis()];
    process.env['RELAY_TEST_STORE_URL'] = redis.url;
    process.env['RELAY_TEST_STORE_KEY'] = randomBytes(32).toString('base64');
    const clock = testClock();
    const relay = await startRelay(
      config(server, {
        limits: { requestsPerMinute: 10, trustedProxies: ['127.0.0.1'] },
        store: { redis: { url: { env: 'RELAY_TEST_STORE_URL' }, key: { env: 'RELAY_TEST_STORE_KEY' } } }
      }),
      { clock }
    );
    await redis.client.config('SET', 'slowlog-log-slower-than', '0', 'slowlog-max-len', '100000');
    const lookUps = async () => {
      const commands = (await redis.client.slowlog('GET', -1)) as [number, number, number, string[]][];
      return commands.filter(
        ([, , , words]) => /^eval/i.test(words[0] ?? '') && words.some((word) => word.includes('{ticket:'))
      ).length;
    };
    const connect = (ticket: string, address = '198.51.100.1') =>
      openHub(relay.url, {
        protocols: [NOTIFICATIONS_PROTOCOL, `${TICKET_PROTOCOL_PREFIX}${ticket}`],
        headers: { 'x-forwarded-for': address }
      }).then(
        (client) => {
          client.close();
          return 'open';
        },
        (error: unknown) => (error as Error).message
      );
    const madeUp = () => randomBytes(32).toString('base64url');
    try {
      // A ticket that is good is not counted.
      for (let n = 0; n < 3; n += 1) expect(await connect(await ticketOf(relay.url))).toBe('open');
      const before = await lookUps();
      const wrong = ['short', `${madeUp()}x`, ...Array.from({ length: 20 }, madeUp)];
      const answers = await Promise.all(wrong.map((ticket) => connect(ticket)));
      expect(answers.filter((answer) => answer === 'refused: 401')).toHaveLength(10);
      expect(answers.filter((answer) => answer === 'refused: 429')).toHaveLength(12);
      // Behind a load balancer each browser is limited by its own address.
      expect(await connect(madeUp(), '198.51.100.2')).toBe('refused: 401');
      clock.advance(60_000);
      expect(await connect(await ticketOf(relay.url))).toBe('open');
      // Of the ten that are not limited, two do not have the form of a ticket. The one of another address and the good one are
      // looked up as well.
      expect((await lookUps()) - before).toBe(1 + 8 + 1 + 1);
    } finally {
      await relay.close();
      await server.close();
      await redis.close();
    }
  });
});
