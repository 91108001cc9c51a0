import { randomBytes } from 'node:crypto';
import { Secret } from '../config/secret.ts';
import type { StoreEvent } from '../index.ts';
import { runtimeOf } from '../runtime/runtime.ts';
import { testClock } from '../testing/clock.ts';
import { type TestRedis, describeWithRedis, startRedis } from '../testing/redis.ts';
import { type RedisClient, openRedis } from './redis-client.ts';
import { createSeal } from './seal.ts';
import { createTokenStore } from './token-store.ts';

const TIMEOUT_MS = 80;

describeWithRedis('a store that is frozen', () => {
  let redis: TestRedis;
  let client: RedisClient;
  beforeAll(async () => {
    redis = await startRedis();
    const url = new Secret(redis.url);
    client = await openRedis({
      url,
      ca: undefined,
      keys: [],
      prefix: 'x:',
      timeoutMs: TIMEOUT_MS,
      sentinel: undefined,
      cluster: false
    });
  });
  afterEach(() => {
    vi.useRealTimers();
  });
  afterAll(async () => {
    redis.thaw();
    await client.close();
    await redis.close();
  });

  it('F6 is waited for 80 ms, and then left alone for a second at a time, without a command', async () => {
    const clock = testClock();
    const events: StoreEvent[] = [];
    let commands = 0;
    const counting: RedisClient = {
      ...client,
      evalBuffer: (...call) => {
        commands += 1;
        return client.evalBuffer(...call);
      }
    };
    const options = { prefix: 'x:', leaseMs: 10_000, seal: createSeal('token store', [randomBytes(32)]) };
    const runtime = runtimeOf({ clock, observer: { storeEvent: (kind) => events.push(kind) } });
    const store = createTokenStore(counting, options, runtime);
    expect(await store.claim('key')).toMatchObject({ token: undefined });
    expect(commands).toBe(1);

    redis.freeze();
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval'] });
    const settled = vi.fn();
    const waiting = store.claim('key').then(settled);
    await vi.advanceTimersByTimeAsync(TIMEOUT_MS - 1);
    expect(settled).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(1);
    await waiting;
    expect(settled).toHaveBeenCalledWith(undefined);
    expect(events).toEqual(['degraded']);
    expect(commands).toBe(2);

    // No timer moves: a call that had to wait would never end.
    for (const passedMs of [0, 500, 499]) {
      clock.advance(passedMs);
      expect(await store.claim('key')).toBeUndefined();
    }
    expect(commands).toBe(2);

    clock.advance(1);
    vi.useRealTimers();
    redis.thaw();
    expect(await store.claim('key')).toMatchObject({ token: undefined });
    expect(commands).toBe(3);
    expect(events).toEqual(['degraded', 'recovered']);
  });
});
