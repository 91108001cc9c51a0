import { randomBytes } from 'node:crypto';
import { startRelay } from '../index.ts';
import { silentLogger } from '../runtime/runtime.ts';
import { ask, fromHere } from '../testing/ask.ts';
import { SECRET_ENV, configFor } from '../testing/config.ts';
import { type TestRedis, describeWithRedis, startRedis } from '../testing/redis.ts';
import { startTokenServer } from '../testing/token-server.ts';
import { until } from '../testing/until.ts';
import { needsNewConnection } from './redis-client.ts';

describe('an answer of Redis', () => {
  it.each([
    ["READONLY You can't write against a read only replica.", true],
    [
      "ERR Error running script (call to f_1): @user_script:4: -READONLY You can't write against a read only replica.",
      true
    ],
    ['LOADING Redis is loading the dataset in memory', true],
    ["MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'.", true],
    ['NOPERM this user has no permissions', false],
    ['WRONGTYPE Operation against a key', false],
    ['ERR unknown command', false]
  ])('%s needs another connection: %s', (message, expected) => {
    expect(needsNewConnection(new Error(message))).toBe(expected);
  });
});

describeWithRedis('a store that becomes a replica while its connections stay', () => {
  let redis: TestRedis;
  beforeAll(async () => {
    redis = await startRedis();
  });
  afterAll(() => redis.close());
  const connections = async () =>
    String(await redis.client.client('LIST'))
      .split('\n')
      .filter((line) => line.includes('name=genesys-auth-relay'))
      .map((line) => /id=(\d+)/.exec(line)?.[1]);

  it('F6 is connected to again, and the log says what it answers', async () => {
    process.env[SECRET_ENV] = 'relay-secret';
    process.env['RELAY_TEST_REDIS'] = redis.url;
    process.env['RELAY_TEST_STORE_KEY'] = randomBytes(32).toString('base64');
    const server = await startTokenServer();
    const lines: { readonly event: string; readonly text: string }[] = [];
    const note = (fields: { event?: string }, text?: string) => {
      lines.push({ event: fields.event ?? '', text: text ?? '' });
    };
    const log = { ...silentLogger, warn: note, info: note };
    // A busy machine is not to be taken for a store that is away.
    const redisConfig = { url: { env: 'RELAY_TEST_REDIS' }, key: { env: 'RELAY_TEST_STORE_KEY' }, timeoutMs: 5000 };
    const store = { redis: redisConfig };
    // Tokens that are too short to be kept, so that each request asks the store.
    server.answerWith({ access_token: 'short', token_type: 'Bearer', expires_in: 1 });
    const limits = { requestsPerMinute: 1_000_000 };
    const relay = await startRelay(configFor(server, { store, limits }), { log });
    const token = (scope: string) => ask(`${relay.url}/token`, fromHere({ scopes: [scope] }));
    try {
      expect((await token('analytics')).status).toBe(200);
      const [before] = await connections();
      // A master that nobody listens as.
      await redis.client.replicaof('127.0.0.1', 1);
      expect((await token('routing')).status).toBe(200);
      expect(lines.find(({ event }) => event === 'store_gone')?.text).toContain('READONLY');
      await until(async () => {
        const now = await connections();
        return now.length === 1 && now[0] !== before;
      }, 'another connection');
      await redis.client.replicaof('NO', 'ONE');
      await until(async () => {
        await token('analytics');
        return lines.some(({ event }) => event === 'store_back');
      }, 'the store');
    } finally {
      await relay.close();
      await server.close();
    }
  });
});
