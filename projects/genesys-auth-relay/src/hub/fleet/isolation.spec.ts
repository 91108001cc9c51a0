import { randomBytes } from 'node:crypto';
import { NOTIFICATIONS_PROTOCOL, TICKET_PROTOCOL_PREFIX } from 'genesys-auth-protocol';
import { type RunningRelay, startRelay } from '../../index.ts';
import { KEY, SECRET_ENV, configFor } from '../../testing/config.ts';
import { type HubTestClient, openHub, ticketOf } from '../../testing/hub-client.ts';
import { type NotificationServer, startNotificationServer } from '../../testing/notification-server.ts';
import { type TestRedis, describeWithRedis, startRedis } from '../../testing/redis.ts';
import { until } from '../../testing/until.ts';

const TOPIC = 'v2.analytics.queues.q1.observations';
const withKey = { authorization: `Bearer ${KEY.key}` };

describeWithRedis('staging and production with one Redis, one prefix and one key', () => {
  let redis: TestRedis;
  let servers: NotificationServer[];
  const relays: RunningRelay[] = [];
  const clients: HubTestClient[] = [];

  async function start(server: NotificationServer, clientId: string): Promise<RunningRelay> {
    const config = configFor(server, {
      scopes: ['analytics', 'notifications'],
      roles: { developer: { scopes: ['analytics', 'notifications'] } },
      store: { redis: { url: { env: 'RELAY_TEST_REDIS' }, key: { env: 'RELAY_TEST_STORE_KEY' } } },
      notifications: {}
    });
    const client = { id: clientId, secret: { env: SECRET_ENV } };
    const relay = await startRelay({ ...config, genesys: { ...config.genesys, client } });
    relays.push(relay);
    return relay;
  }
  async function listen(relay: RunningRelay): Promise<HubTestClient> {
    const client = await openHub(relay.url, { protocols: [NOTIFICATIONS_PROTOCOL], headers: withKey });
    clients.push(client);
    await client.subscribe([TOPIC]);
    return client;
  }
  const open = async (relay: RunningRelay, ticket: string): Promise<HubTestClient> => {
    const protocols = [NOTIFICATIONS_PROTOCOL, `${TICKET_PROTOCOL_PREFIX}${ticket}`];
    const client = await openHub(relay.url, { protocols });
    clients.push(client);
    return client;
  };

  beforeEach(async () => {
    redis = await startRedis();
    servers = [await startNotificationServer(), await startNotificationServer()];
    process.env[SECRET_ENV] = 'relay-secret';
    process.env['RELAY_TEST_REDIS'] = redis.url;
    process.env['RELAY_TEST_STORE_KEY'] = randomBytes(32).toString('base64');
  });
  afterEach(async () => {
    for (const client of clients.splice(0)) client.close();
    await Promise.all(relays.splice(0).map((relay) => relay.close()));
    await Promise.all(servers.map((server) => server.close()));
    await redis.close();
  });

  it('F4 each listen to their own organization, and get its events alone', async () => {
    const [atStaging, atProduction] = servers as [NotificationServer, NotificationServer];
    const staging = await listen(await start(atStaging, 'staging'));
    const production = await listen(await start(atProduction, 'production'));
    expect([atStaging.topics(), atProduction.topics()]).toEqual([[[TOPIC]], [[TOPIC]]]);
    atStaging.emit(TOPIC, { of: 'staging' });
    atProduction.emit(TOPIC, { of: 'production' });
    await until(() => staging.of('event').length > 0 && production.of('event').length > 0, 'an event each');
    const bodies = (client: HubTestClient) => client.of('event').map(({ event }) => event.eventBody);
    expect([bodies(staging), bodies(production)]).toEqual([[{ of: 'staging' }], [{ of: 'production' }]]);
  });

  it.each([
    ['of another API', 1, 'relay-client'],
    ['of another OAuth client of the same region', 0, 'another-client']
  ])('F4 4.4.3 take no tickets of each other: %s', async (_what, server, clientId) => {
    const [first, second] = servers as [NotificationServer, NotificationServer];
    const staging = await start(first, 'relay-client');
    const sibling = await start(first, 'relay-client');
    const production = await start(server === 0 ? first : second, clientId);
    await expect(open(production, await ticketOf(staging.url, withKey))).rejects.toThrow('refused: 401');
    const client = await open(sibling, await ticketOf(staging.url, withKey));
    await until(() => client.of('welcome').length === 1, 'a welcome of the same fleet');
  });
});
