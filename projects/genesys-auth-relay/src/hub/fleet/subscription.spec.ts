import { Redis } from 'ioredis';
import { type TestRedis, describeWithRedis, startRedis } from '../../testing/redis.ts';
import { until } from '../../testing/until.ts';
import { type Subscription, keepSubscription } from './subscription.ts';

describeWithRedis('a subscription', () => {
  let redis: TestRedis;
  let subscription: Subscription | undefined;
  beforeAll(async () => {
    redis = await startRedis();
  });
  afterEach(() => subscription?.close());
  afterAll(() => redis.close());

  it('closes its connection once, however often it is told to reconnect, and joins again', async () => {
    const connections: Redis[] = [];
    let joined = 0;
    const connect = () => {
      const connection = new Redis(redis.port, '127.0.0.1', {
        protocol: 2,
        lazyConnect: true,
        retryStrategy: () => null
      });
      vi.spyOn(connection, 'disconnect');
      connections.push(connection);
      return connection;
    };
    subscription = keepSubscription('events', connect, {
      message: vi.fn(),
      lost: vi.fn(),
      joined: () => {
        joined += 1;
      },
      refused: vi.fn()
    });
    await until(() => joined === 1);
    // A suspended process runs its missed ticks one after another, before the connection has ended.
    for (let tick = 0; tick < 20; tick++) subscription.reconnect();
    await until(() => joined === 2);
    expect(connections).toHaveLength(2);
    expect(connections[0]?.disconnect).toHaveBeenCalledTimes(1);
  });
});
