import { createRelayMetrics, parseRelayConfig, startRelay } from '../index.ts';
import { ask, fromHere } from '../testing/ask.ts';
import { runningClock } from '../testing/clock.ts';
import { configFor } from '../testing/config.ts';
import { type TestRedis, describeWithRedis, startRedis } from '../testing/redis.ts';
import { type TokenServer, startTokenServer } from '../testing/token-server.ts';
import { until } from '../testing/until.ts';

const KEY = Buffer.from(Array.from({ length: 32 }, (_, index) => index)).toString('base64');

describeWithRedis('the metrics of several relays that share a store', () => {
  let redis: TestRedis;
  let upstream: TokenServer;
  beforeAll(async () => {
    redis = await startRedis();
    upstream = await startTokenServer();
  });
  afterAll(async () => {
    await upstream.close();
    await redis.close();
  });

  it('count the relays that go on alone: not one that has recovered, nor one that is closed', async () => {
    const metrics = createRelayMetrics();
    const degraded = async () => Number(/^genesys_auth_relay_store_degraded (\d+)$/m.exec(await metrics.text())?.[1]);
    const start = async () => {
      const store = { redis: { url: redis.url, key: { env: 'KEY' }, timeoutMs: 2000 } };
      const config = parseRelayConfig(configFor(upstream, { store }), { RELAY_TEST_SECRET: 'relay-secret', KEY });
      const clock = runningClock();
      const relay = await startRelay(config, { clock, observer: metrics.observer });
      // Each time another token is due, so that the store is asked.
      const token = () => {
        clock.advance(3_600_000);
        return ask(`${relay.url}/token`, fromHere());
      };
      return { relay, token };
    };
    const [first, second] = [await start(), await start()];
    await redis.kill();
    await first.token();
    expect(await degraded()).toBe(1);
    await second.token();
    expect(await degraded()).toBe(2);

    await redis.restart();
    await until(async () => {
      await first.token();
      return (await degraded()) < 2;
    }, 'the recovery of the first relay');
    expect(await degraded()).toBe(1);
    await second.relay.close();
    expect(await degraded()).toBe(0);
    await first.relay.close();
    expect(await degraded()).toBe(0);
  });
});
