import { randomBytes } from 'node:crypto';
import { type RunningRelay, startRelay } from '../../index.ts';
import { silentLogger } from '../../runtime/runtime.ts';
import { KEY, SECRET_ENV, configFor } from '../../testing/config.ts';
import { type HubTestClient, openHub } from '../../testing/hub-client.ts';
import { type NotificationServer, startNotificationServer } from '../../testing/notification-server.ts';
import { type TestRedis, describeWithRedis, startRedis } from '../../testing/redis.ts';
import { until } from '../../testing/until.ts';
import { NOTIFICATIONS_PROTOCOL } from 'genesys-auth-protocol';

const TOPIC = 'v2.analytics.queues.q1.observations';

describeWithRedis('a Redis user that may not use the channel of the hub, as is the default of Redis 7', () => {
  let redis: TestRedis;
  let server: NotificationServer;
  const relays: RunningRelay[] = [];
  const clients: HubTestClient[] = [];
  const lines: Record<string, unknown>[] = [];
  const log = {
    ...silentLogger,
    warn: (fields: object, text?: string) => {
      lines.push({ ...fields, text });
    }
  };
  const failures = () => lines.filter(({ event }) => event === 'hub_bus_failed');

  beforeEach(async () => {
    redis = await startRedis();
    await redis.client.call('ACL', 'SETUSER', 'relay', 'on', '>password', '~genesys-auth:*', '+@all', 'resetchannels');
    server = await startNotificationServer();
    process.env[SECRET_ENV] = 'relay-secret';
    process.env['RELAY_TEST_REDIS'] = redis.url.replace('//', '//relay:password@');
    process.env['RELAY_TEST_STORE_KEY'] = randomBytes(32).toString('base64');
    lines.length = 0;
  });
  afterEach(async () => {
    for (const client of clients.splice(0)) client.close();
    await Promise.all(relays.splice(0).map((relay) => relay.close()));
    await server.close();
    await redis.close();
  });
  const start = async () => {
    const relay = await startRelay(
      configFor(server, {
        scopes: ['analytics', 'notifications'],
        roles: { developer: { scopes: ['analytics', 'notifications'] } },
        store: { redis: { url: { env: 'RELAY_TEST_REDIS' }, key: { env: 'RELAY_TEST_STORE_KEY' } } },
        notifications: {}
      }),
      { log }
    );
    relays.push(relay);
    return relay;
  };

  it('is logged once for each of the two, with the permission to add, and everything works once it is allowed', async () => {
    await start();
    const follower = await start();
    const client = await openHub(follower.url, {
      protocols: [NOTIFICATIONS_PROTOCOL],
      headers: { authorization: `Bearer ${KEY.key}` }
    });
    clients.push(client);
    await client.subscribe([TOPIC]);
    await until(() => failures().length === 4, 'hearing and saying, of two relays');
    expect(failures()).toContainEqual({
      event: 'hub_bus_failed',
      what: 'subscribe',
      code: 'NOPERM',
      text: expect.stringContaining('&genesys-auth:*') as string
    });
    expect(failures().filter(({ what }) => what === 'publish')).toHaveLength(2);

    await redis.client.call('ACL', 'SETUSER', 'relay', '&genesys-auth:*');
    await until(() => {
      server.emit(TOPIC, { n: 1 });
      return client.of('event').length > 0;
    }, 'an event at the follower');
  });
});
