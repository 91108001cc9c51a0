import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type RelayConfigInput, type RunningRelay, parseRelayConfig, startRelay } from '../index.ts';
import { systemClock } from '../runtime/clock.ts';
import { ask } from '../testing/ask.ts';
import { SECRET_ENV, configFor } from '../testing/config.ts';
import { type HubTestClient, openPage } from '../testing/hub-client.ts';
import { type NotificationServer, startNotificationServer } from '../testing/notification-server.ts';
import { type TestRedis, describeWithRedis, startRedis } from '../testing/redis.ts';
import { until } from '../testing/until.ts';

const TOPIC = 'v2.analytics.queues.q1.observations';
// What is replaced need not wait.
const clock = { ...systemClock, sleep: () => Promise.resolve() };

describe('a reload that cannot work, or fails half-way', () => {
  let server: NotificationServer;
  let relay: RunningRelay;
  let dir: string;
  const told: string[] = [];
  const observer = {
    reloaded: (what: string, outcome: string) => {
      told.push(`${what} ${outcome}`);
    }
  };
  const clients: HubTestClient[] = [];
  /** With its secret in a file. */
  const config = (file: string, more: Partial<RelayConfigInput> = {}) =>
    parseRelayConfig(
      configFor(
        server,
        {
          scopes: ['analytics', 'routing', 'notifications'],
          roles: { developer: { scopes: ['analytics', 'notifications'], defaultScopes: ['analytics'] } },
          ...more
        },
        { client: { id: 'relay-client', secret: { file } } }
      ),
      process.env,
      dir
    );
  const secret = (file: string, value: string) => {
    writeFileSync(join(dir, file), value);
  };

  beforeEach(async () => {
    process.env[SECRET_ENV] = 'relay-secret';
    server = await startNotificationServer();
    dir = mkdtempSync(join(tmpdir(), 'relay-reload-faults-'));
    told.length = 0;
    secret('first', 'first-secret');
    secret('second', 'second-secret');
  });
  afterEach(async () => {
    for (const client of clients.splice(0)) client.close();
    await relay.close();
    await server.close();
    rmSync(dir, { recursive: true, force: true });
  });

  it('is refused as a whole when it takes the hub away, and the hub lives on', async () => {
    relay = await startRelay(config('first', { notifications: {} }), { observer });
    const client = await openPage(relay.url);
    clients.push(client);
    await client.subscribe([TOPIC]);
    await relay.reload(config('second', { notifications: {} }));
    const roles = { developer: { scopes: ['routing'] } };
    await expect(relay.reload(config('first', { roles }))).rejects.toMatchObject({
      code: 'config_invalid',
      issues: [{ key: 'notifications', fix: expect.stringContaining('restart') }]
    });
    expect(told).toEqual(['config applied', 'config refused']);
    // Nothing of the refused configuration counts.
    expect(
      (await ask(`${relay.url}/session`, { method: 'GET', headers: { 'x-genesys-auth': '1' } })).body
    ).toMatchObject({ scopes: ['analytics', 'notifications'] });
    server.revoke();
    await until(() => client.of('gap').length === 1, 'a new line after the token was revoked');
    server.emit(TOPIC, { n: 1 });
    await until(() => client.of('event').length === 1, 'an event');
  });

  it('frees the resources of the first configuration, although the hub stays', async () => {
    relay = await startRelay(config('first', { notifications: {} }), { observer, clock });
    const client = await openPage(relay.url);
    clients.push(client);
    await client.subscribe([TOPIC]);
    await relay.reload(config('second', { notifications: {} }));
    await until(() => told.length === 1, 'the reload');
    // Nobody needs this file any more, so nobody complains.
    rmSync(join(dir, 'first'));
    secret('second', 'another-secret');
    await until(() => told.includes('secret applied'), 'the new secret');
    expect(told).toEqual(['config applied', 'secret applied']);
    server.revoke();
    await until(() => client.of('gap').length === 1, 'a new line with the new source of tokens');
    server.emit(TOPIC, { n: 1 });
    await until(() => client.of('event').length === 1, 'an event');
  });

  it('leaves nothing open when it fails half-way, and the old configuration serves', async () => {
    relay = await startRelay(config('first', { mode: 'proxy' }), { observer, clock });
    const good = config('first', { mode: 'proxy' });
    // A pool of fewer than no connections is refused when the rest is built already.
    await expect(relay.reload({ ...good, proxy: { ...good.proxy, connections: -1 } })).rejects.toThrow();
    secret('first', 'another-secret');
    await until(() => told.includes('secret applied'), 'the new secret');
    const session = await ask(`${relay.url}/session`, { method: 'GET', headers: { 'x-genesys-auth': '1' } });
    expect(session.status).toBe(200);
    // Each that is still there would say so for itself.
    expect(told).toEqual(['config refused', 'secret applied']);
  });

  describeWithRedis('with a store', () => {
    let redis: TestRedis;
    beforeAll(async () => {
      redis = await startRedis();
      process.env['RELAY_TEST_REDIS'] = redis.url;
      process.env['RELAY_TEST_STORE_KEY'] = randomBytes(32).toString('base64');
    });
    afterAll(() => redis.close());
    const connections = async () =>
      String(await redis.client.client('LIST'))
        .split('\n')
        .filter((line) => line.includes('name=genesys-auth-relay')).length;

    it.each(['applied', 'refused'])('keeps as many connections as before when it is %s', async (outcome) => {
      const store = { redis: { url: { env: 'RELAY_TEST_REDIS' }, key: { env: 'RELAY_TEST_STORE_KEY' } } };
      const good = config('first', { store, mode: 'proxy', notifications: {} });
      relay = await startRelay(good, { observer, clock });
      const before = await until(async () => (await connections()) === 4 && 4, 'tokens, tickets, and two of the bus');
      // Refused when the store is open already, see above.
      const next = outcome === 'applied' ? good : { ...good, proxy: { ...good.proxy, connections: -1 } };
      for (let round = 0; round < 3; round++) await relay.reload(next).catch(() => undefined);
      expect(told).toEqual([`config ${outcome}`, `config ${outcome}`, `config ${outcome}`]);
      await until(async () => (await connections()) === before, 'as many connections as before');
    });
  });
});
