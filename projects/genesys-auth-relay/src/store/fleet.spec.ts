import { createHash, randomBytes } from 'node:crypto';
import { type RelayConfigInput, type RunningRelay, type StoreEvent, parseRelayConfig, startRelay } from '../index.ts';
import { type Answer, ask, fromHere } from '../testing/ask.ts';
import { type RunningClock, runningClock } from '../testing/clock.ts';
import { configFor } from '../testing/config.ts';
import { type TestRedis, describeWithRedis, startRedis } from '../testing/redis.ts';
import { type TokenServer, replyWith, startTokenServer, tokenNumber } from '../testing/token-server.ts';
import { until } from '../testing/until.ts';

const sha256 = (text: unknown) => createHash('sha256').update(String(text)).digest('hex');
const newKey = () => randomBytes(32).toString('base64');
const SECOND = 1000;
const KEY = newKey();

interface Member {
  readonly relay: RunningRelay;
  readonly clock: RunningClock;
  readonly events: StoreEvent[];
  token(scopes?: string[], rejected?: string): Promise<Answer>;
  tokenNow(scopes?: string[]): Promise<unknown>;
}

describeWithRedis('relays that share a store', () => {
  let redis: TestRedis;
  let server: TokenServer;
  let members: Member[] = [];

  /** Starts a relay of the fleet. */
  async function join(
    more: { store?: object; env?: NodeJS.ProcessEnv; offMs?: number; random?: number } = {}
  ): Promise<Member> {
    const events: StoreEvent[] = [];
    const clock = runningClock(more.offMs);
    // A machine under load may keep a command waiting, which would be counted as a store that is away.
    const store = { redis: { url: redis.url, key: { env: 'STORE_KEY' }, timeoutMs: 2000, ...more.store } };
    const input: RelayConfigInput = configFor(server, { store }, { timeoutMs: 5000 });
    const env = { RELAY_TEST_SECRET: 'relay-secret', STORE_KEY: KEY, ...more.env };
    const relay = await startRelay(parseRelayConfig(input, env), {
      clock,
      random: () => more.random ?? 0.5,
      observer: { storeEvent: (kind) => events.push(kind) }
    });
    const token = (scopes = ['analytics'], rejected?: string) =>
      ask(`${relay.url}/token`, fromHere({ scopes, ...(rejected === undefined ? {} : { rejected }) }));
    const member = {
      relay,
      clock,
      events,
      token,
      tokenNow: async (scopes?: string[]) => (await token(scopes)).body['access_token']
    };
    members.push(member);
    return member;
  }
  const upstream = () => server.received.length;
  const later = (ms: number) => {
    for (const { clock } of members) clock.advance(ms);
  };
  const tokenKeys = () => redis.client.keys('*:token');

  beforeAll(async () => {
    redis = await startRedis();
  });
  afterAll(() => redis.close());
  beforeEach(async () => {
    await redis.client.flushall();
    server = await startTokenServer();
    members = [];
  });
  afterEach(async () => {
    await Promise.all(members.map(({ relay }) => relay.close()));
    await server.close();
  });

  it('T3 F1 make one token request for 400 callers at once', async () => {
    const [a, b] = [await join(), await join()];
    server.answerWith((response, count) => {
      void until(() => [...a.events, ...b.events].includes('lease_wait'), 'the relay that waits').then(() =>
        response.end(JSON.stringify({ access_token: tokenNumber(count), token_type: 'Bearer' }))
      );
    });
    const answers = await Promise.all(Array.from({ length: 400 }, (_, index) => (index % 2 ? a : b).tokenNow()));
    expect(new Set(answers)).toEqual(new Set([tokenNumber(1)]));
    expect(upstream()).toBe(1);
    await until(() => [...a.events, ...b.events].includes('written'), 'the entry');
    expect([...a.events, ...b.events].sort()).toEqual(['adopted', 'lease', 'lease_wait', 'written']);
  });

  it('T3 renew once for all: the first obtains, the others adopt', async () => {
    const fleet = [await join(), await join(), await join()];
    for (const { tokenNow } of fleet) expect(await tokenNow()).toBe(tokenNumber(1));
    later(3600 * SECOND * 0.9);
    // The store counts its own time, so for it the token is new; it is dropped there as if it were old.
    await redis.client.flushall();
    for (const { tokenNow } of fleet) {
      expect(await tokenNow()).toBe(tokenNumber(1));
      await until(async () => (await tokenNow()) === tokenNumber(2));
    }
    expect(upstream()).toBe(2);
  });

  it('F4 use no entry that was swapped with another', async () => {
    const a = await join();
    await a.tokenNow(['analytics']);
    await a.tokenNow(['routing']);
    await until(async () => (await tokenKeys()).length === 2);
    const [one = '', two = ''] = await tokenKeys();
    const [first, second] = [await redis.client.getBuffer(one), await redis.client.getBuffer(two)];
    await redis.client.set(one, second ?? '');
    await redis.client.set(two, first ?? '');

    const b = await join();
    expect(await b.tokenNow(['analytics'])).toBe(tokenNumber(3));
    expect(await b.tokenNow(['routing'])).toBe(tokenNumber(4));
    expect(b.events.filter((event) => event === 'store_reject')).toHaveLength(2);
  });

  it('F4 go on when somebody wrote nonsense into the store', async () => {
    const a = await join();
    await a.tokenNow();
    await until(async () => (await tokenKeys()).length === 1);
    for (const [index, nonsense] of ['', 'x', 'x'.repeat(10_000), '{"token":"evil"}'].entries()) {
      for (const key of await tokenKeys()) await redis.client.set(key, nonsense);
      const b = await join();
      expect(await b.tokenNow()).toBe(tokenNumber(index + 2));
      await until(() => b.events.includes('written'), 'the entry');
    }
    const [key = ''] = await tokenKeys();
    await redis.client.del(key);
    await redis.client.lpush(key, 'a list where text belongs');
    expect((await (await join()).token()).status).toBe(200);
  });

  it('14.2.2 keep no token readable in the store, and nothing beyond its life', async () => {
    const a = await join();
    await a.tokenNow();
    await until(async () => (await tokenKeys()).length === 1);
    const [key = ''] = await tokenKeys();
    const value = (await redis.client.getBuffer(key))?.toString('latin1');
    expect(value).not.toContain('token-1');
    expect(value).not.toContain('analytics');
    expect(key).toMatch(/^genesys-auth:\{[0-9a-f]{64}\}:token$/);
    expect(await redis.client.pttl(key)).toBeLessThanOrEqual(3600 * SECOND);
    expect(await redis.client.pttl(key)).toBeGreaterThan(3500 * SECOND);
    expect(await redis.client.keys('*:lease')).toEqual([]);
  });

  it('replace the key of the seal without an outage or a token more than needed', async () => {
    const fresh = newKey();
    const old = await join();
    expect(await old.tokenNow()).toBe(tokenNumber(1));
    await until(async () => (await tokenKeys()).length === 1);
    const both = { store: { previousKey: { env: 'OLD_KEY' } }, env: { STORE_KEY: fresh, OLD_KEY: KEY } };
    const rolled = await join(both);
    expect(await rolled.tokenNow()).toBe(tokenNumber(1));
    const done = await join({ env: { STORE_KEY: fresh } });
    expect(await done.tokenNow()).toBe(tokenNumber(2));
    expect(done.events).toContain('store_reject');
  });

  it('F5 agree on the age of a token though their clocks are 20 minutes apart', async () => {
    const early = await join({ offMs: -600 * SECOND });
    const late = await join({ offMs: 600 * SECOND });
    server.answerWith({ expires_in: 300 });
    const first = await early.token();
    await until(async () => (await tokenKeys()).length === 1);
    const second = await late.token();
    expect(second.body['access_token']).toBe(first.body['access_token']);
    expect(Number(second.body['expires_in'])).toBeLessThanOrEqual(Number(first.body['expires_in']));
    expect(Number(second.body['expires_in'])).toBeGreaterThan(Number(first.body['expires_in']) - 15);
    expect(upstream()).toBe(1);
  });

  it('F5 use no entry that would seem to live on after its end', async () => {
    const a = await join();
    await a.tokenNow();
    await until(async () => (await tokenKeys()).length === 1);
    // As after a fail-over to a store whose clock is two hours behind: the entry seems to come from the future.
    const [key = ''] = await tokenKeys();
    const value = (await redis.client.getBuffer(key)) ?? '';
    const { createSeal } = await import('./seal.ts');
    const seal = createSeal('token store', [Buffer.from(KEY, 'base64')]);
    const entry = JSON.parse(seal.open(key, Buffer.from(value)) ?? '') as { start: number };
    await redis.client.set(key, seal.seal(key, JSON.stringify({ ...entry, start: entry.start + 7200 * SECOND })));
    const b = await join();
    expect(await b.tokenNow()).toBe(tokenNumber(2));
    expect(b.events).toContain('store_reject');
  });

  it('F2 give up a dead token for all of them, and obtain one', async () => {
    const [a, b] = [await join(), await join()];
    const dead = await a.tokenNow();
    await until(async () => (await tokenKeys()).length === 1);
    expect(await b.tokenNow()).toBe(dead);
    server.verifyWith(401);
    const answers = await Promise.all(
      Array.from({ length: 100 }, (_, index) => (index % 2 ? a : b).token(['analytics'], sha256(dead)))
    );
    expect(new Set(answers.map(({ body }) => body['access_token']))).toEqual(new Set([tokenNumber(2)]));
    expect(upstream()).toBe(2);
    expect(server.verified).toHaveLength(2);
  });

  it('F8 take over from a holder that died, before anybody has to wait', async () => {
    const a = await join();
    expect(await a.tokenNow()).toBe(tokenNumber(1));
    await until(async () => (await tokenKeys()).length === 1);
    const [key = ''] = await tokenKeys();
    await redis.client.set(key.replace(/token$/, 'lease'), 'a relay that was killed', 'PX', 600 * SECOND);
    later(2880 * SECOND);
    await redis.client.del(key);
    expect(await a.tokenNow()).toBe(tokenNumber(1));
    await until(() => a.events.includes('lease_wait'));
    // The token may be handed out for another 648 s; after a third of them the lease is taken over.
    later(220 * SECOND);
    await until(() => a.events.includes('lease_taken'));
    await until(async () => (await a.tokenNow()) === tokenNumber(2));
    expect(upstream()).toBe(2);
  });

  it('F8 T4 hold a lease of 10 s, and give it back only if it is still theirs', async () => {
    const a = await join();
    let release = (): void => undefined;
    server.answerWith((response) => {
      release = () => response.end(JSON.stringify({ access_token: 'slow', token_type: 'Bearer', expires_in: 3600 }));
    });
    const storeTime = async () => {
      const [seconds = 0, micros = 0] = await redis.client.time();
      return seconds * SECOND + micros / 1000;
    };
    const before = await storeTime();
    const asked = a.tokenNow();
    await until(() => upstream() === 1, 'the token request');
    const [lease = ''] = await redis.client.keys('*:lease');
    const life = await redis.client.pttl(lease);
    expect(life).toBeLessThanOrEqual(10 * SECOND);
    // By the clock of the store, so that it does not matter how long the commands take.
    expect((await storeTime()) + life).toBeGreaterThanOrEqual(Math.floor(before) + 10 * SECOND);
    await redis.client.set(lease, 'another relay that took it over', 'PX', 600 * SECOND);
    release();
    expect(await asked).toBe('slow');
    await until(() => a.events.includes('written'));
    expect(await redis.client.get(lease)).toBe('another relay that took it over');
  });

  it('give the lease back when the token endpoint fails, so that another one may try', async () => {
    const [a, b] = [await join(), await join()];
    server.answerWith(replyWith(400, { error: 'invalid_scope' }));
    expect((await a.token()).body['code']).toBe('upstream_invalid_scope');
    server.answerWith({});
    expect((await b.token()).status).toBe(200);
    expect(b.events).not.toContain('lease_wait');
  });

  it('F6 go on by themselves while the store is away, and share again once it is back', async () => {
    const [a, b] = [await join(), await join()];
    await a.tokenNow();
    await redis.kill();
    const answers = await Promise.all(Array.from({ length: 50 }, (_, i) => (i % 2 ? a : b).token(['routing'])));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    expect(upstream()).toBe(3);
    expect(a.events.filter((event) => event === 'degraded')).toHaveLength(1);

    await redis.restart();
    await until(async () => {
      later(3600 * SECOND);
      await Promise.all([a.tokenNow(['routing']), b.tokenNow(['routing'])]);
      return a.events.includes('recovered') && b.events.includes('recovered');
    });
    expect((await a.token()).status).toBe(200);
  });

  it('F6 serve while the store is frozen, and share again once it is not', async () => {
    const a = await join({ store: { timeoutMs: 80 } });
    redis.freeze();
    try {
      for (const scopes of [['analytics'], ['routing'], ['analytics:readonly'], ['routing:readonly']]) {
        expect((await a.token(scopes)).status).toBe(200);
      }
      expect(upstream()).toBe(4);
      expect(a.events).toEqual(['degraded']);
    } finally {
      redis.thaw();
    }
    a.clock.advance(1001);
    await until(async () => {
      await a.token(['analytics', 'routing']);
      a.clock.advance(3600 * SECOND);
      return a.events.includes('recovered');
    });
  });

  it('start and serve though the store is not there yet', async () => {
    await redis.kill();
    try {
      const a = await join();
      expect((await a.token()).status).toBe(200);
      expect(a.events).toEqual(['degraded']);
    } finally {
      await redis.restart();
    }
  });
});
