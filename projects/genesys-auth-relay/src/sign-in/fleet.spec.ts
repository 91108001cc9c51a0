import { randomBytes } from 'node:crypto';
import { NOTIFICATIONS_PROTOCOL, TICKET_PROTOCOL_PREFIX } from 'genesys-auth-protocol';
import type { Sandbox } from 'genesys-sandbox';
import { type RelayRuntime, type RunningRelay, createRelayMetrics, parseRelayConfig, startRelay } from '../index.ts';
import { parseConfig } from '../config/parse.ts';
import { Secret } from '../config/secret.ts';
import { openRedis } from '../store/redis-client.ts';
import { createSeal } from '../store/seal.ts';
import { type TestClock, testClock } from '../testing/clock.ts';
import { openHub } from '../testing/hub-client.ts';
import { type TestRedis, describeWithRedis, startRedis } from '../testing/redis.ts';
import {
  ANN,
  APP_URL,
  type Browser,
  type SignInChange,
  createBrowser,
  moved,
  signInConfig,
  startSandbox,
  withService
} from '../../test/sign-in-setup.ts';
import { createRedisSessions } from './redis-sessions.ts';
import { nameOf } from './sessions.ts';

const MINUTE = 60_000;
const ME = '/api/v2/users/me';
const newKey = () => randomBytes(32).toString('base64');

describeWithRedis('relays that share the sessions of users', () => {
  let redis: TestRedis;
  let sandbox: Sandbox;
  let clock: TestClock;
  let relays: RunningRelay[];
  const KEY = newKey();

  const join = async (
    keys: { readonly key?: string; readonly previous?: string } = {},
    change: SignInChange = {},
    runtime: Partial<RelayRuntime> = {}
  ): Promise<RunningRelay> => {
    const { key = KEY, previous } = keys;
    const previousKey = previous === undefined ? {} : { previousKey: { env: 'PREVIOUS' } };
    const store = { redis: { url: redis.url, key: { env: 'KEY' }, timeoutMs: 2000, ...previousKey } };
    const env = {
      SIGN_IN_SECRET: 'CANARY-sign-in-secret',
      SERVICE_SECRET: 'CANARY-service-secret',
      KEY: key,
      PREVIOUS: previous
    };
    const proxy = { requestsPerMinute: 1000, queueLength: 1000 };
    const config = signInConfig(sandbox, { ...change, config: { store, proxy, ...change.config } });
    const relay = await startRelay(parseRelayConfig(config, env), { clock, random: () => 0.5, ...runtime });
    relays.push(relay);
    return relay;
  };
  const signedIn = async (relay: RunningRelay): Promise<Browser> => {
    const browser = createBrowser(relay.url);
    await browser.signIn();
    await browser.session();
    return browser;
  };

  beforeAll(async () => {
    redis = await startRedis();
  });
  afterAll(() => redis.close());
  beforeEach(async () => {
    await redis.client.flushall();
    await redis.client.config('RESETSTAT');
    clock = testClock();
    relays = [];
    sandbox = await startSandbox(clock, { sandbox: { rateLimit: { requestsPerMinute: false } } });
  });
  afterEach(async () => {
    await Promise.all(relays.map((relay) => relay.close()));
    await sandbox.close();
  });

  it('either serves, also when the other one has stopped', async () => {
    const [a, b] = [await join(), await join()];
    const browser = await signedIn(a);
    expect((await moved(browser, b.url).session()).body['session']).toBe(browser.tag);
    await a.close();
    expect((await moved(browser, b.url).send(ME)).status).toBe(200);
  });

  it('a sign-in that one began ends at the other', async () => {
    const [a, b] = [await join(), await join()];
    const browser = createBrowser(a.url);
    const callback = await browser.authorize('agent.1@sandbox.example');
    const back = await moved(browser, b.url).navigate(callback);
    expect(back.headers['location']).toContain('genesys_sign_in=ok');
  });

  it('a sign-in that one began does not end at a relay with another key', async () => {
    const [a, b] = [await join(), await join({ key: newKey() })];
    const browser = createBrowser(a.url);
    const callback = await browser.authorize(ANN);
    const answer = await moved(browser, b.url).navigate(callback);
    expect(answer).toMatchObject({ status: 400, text: expect.stringContaining('sign_in_failed.state_unknown') });
    expect(sandbox.tokenRequestCount()).toBe(0);
  });

  it('whose clocks differ by 10 minutes serve the same sessions', async () => {
    const ahead = { ...clock, now: () => clock.now() + 10 * MINUTE };
    const [slow, fast] = [await join(), await join({}, {}, { clock: ahead })];
    for (const [here, there] of [
      [slow, fast],
      [fast, slow]
    ] as const) {
      const browser = await signedIn(here);
      const other = moved(browser, there.url);
      expect((await other.send(ME)).status).toBe(200);
      const before = sandbox.tokenRequestCount();
      clock.advance(61 * MINUTE);
      expect((await other.send(ME)).status).toBe(200);
      expect((await browser.send(ME)).status).toBe(200);
      expect(sandbox.tokenRequestCount()).toBe(before + 1);
    }
  });

  it('whose clocks differ by 10 minutes refuse a sign-in that seems too old, and say what to do', async () => {
    const ahead = { ...clock, now: () => clock.now() + 10 * MINUTE };
    const [slow, fast] = [await join(), await join({}, {}, { clock: ahead })];
    const browser = createBrowser(slow.url);
    const callback = await browser.authorize(ANN);
    clock.advance(1);
    const answer = await moved(browser, fast.url).navigate(callback);
    expect(answer).toMatchObject({ status: 400, text: expect.stringContaining('sign_in_failed.state_unknown') });
    expect(answer.text).toContain('sign in again');
  });

  it('sign-out at one counts at the other', async () => {
    const [a, b] = [await join(), await join()];
    const browser = await signedIn(a);
    const other = moved(browser, b.url);
    expect((await other.send(ME)).status).toBe(200);
    await browser.send('/sign-out', { method: 'POST' });
    expect(await other.send(ME)).toMatchObject({ status: 401, body: { code: 'session_ended' } });
  });

  it('make one refresh for 200 calls at the end of the token, and none fails', async () => {
    const [a, b] = [await join(), await join()];
    const browser = await signedIn(a);
    const other = moved(browser, b.url);
    clock.advance(59 * MINUTE);
    const answers = await Promise.all(
      Array.from({ length: 200 }, (_, index) => (index % 2 === 0 ? browser : other).send(ME))
    );
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
    expect(sandbox.tokenRequestCount()).toBe(2);
  });

  it('find a session in the index that began while another relay looked for idle ones', async () => {
    const { store: config } = parseRelayConfig(
      signInConfig(sandbox, { config: { store: { redis: { url: redis.url, key: { env: 'KEY' }, timeoutMs: 2000 } } } }),
      { SIGN_IN_SECRET: 'CANARY-sign-in-secret', KEY }
    );
    if (config === undefined) throw new Error('the configuration has no store');
    const client = await openRedis(config);
    const seal = createSeal('sessions', [randomBytes(32)]);
    const parts = { seal, prefix: 'between:', index: 'index', idleMs: MINUTE, leaseMs: 1000 };
    const other = createRedisSessions({ ...parts, client });
    const store = createRedisSessions({
      ...parts,
      client: {
        ...client,
        async evalBuffer(script, keys, args) {
          if (script.includes("'SET', KEYS[1]"))
            for await (const idle of other.takeIdle()) expect(idle).toBeUndefined();
          return client.evalBuffer(script, keys, args);
        }
      }
    });
    const now = clock.now();
    await store.create('a-session', {
      user: { id: 'ann', name: 'Ann', email: ANN, organization: { id: 'org', name: 'Org' } },
      clientId: 'sign-in-client',
      homeOrganizationId: 'org',
      facts: { roleIds: [], groupIds: [], divisionId: undefined },
      scopes: [],
      accessToken: 'CANARY-access-token',
      refreshToken: undefined,
      tokenStart: now,
      tokenEnd: now + 60 * MINUTE,
      start: now,
      readAt: now
    });
    expect(await redis.client.zscore('between:{sessions:index}', 'a-session')).toBe('0');
    await client.close();
  });

  it('keep the store open when a relay for development forgets an origin of a browser', async () => {
    const key = 'CANARY-dev-key';
    const store = { redis: { url: redis.url, key: { env: 'KEY' }, timeoutMs: 2000 } };
    const env = { SIGN_IN_SECRET: 'CANARY-sign-in-secret', KEY };
    const config = parseConfig(signInConfig(sandbox, { config: { store, dev: { roles: ['agent'] } } }), {
      env,
      baseDir: '.',
      dev: { key: new Secret(key) }
    });
    const relay = await startRelay(config, { clock, random: () => 0.5 });
    relays.push(relay);
    const browser = await signedIn(relay);
    for (let port = 4300; port < 4325; port++) {
      const headers = { 'x-genesys-dev-key': key, 'x-forwarded-host': `localhost:${port}` };
      await browser.navigate('/sign-in', headers);
    }
    expect((await browser.session()).body).toMatchObject({ identity: 'session' });
  });

  it('keep nothing that can be read or used without the key', async () => {
    const browser = await signedIn(await join());
    const keys = (await redis.client.keys('*')).sort();
    expect(keys).toEqual([
      expect.stringMatching(/^genesys-auth:\{session:[0-9a-f]{64}\}$/),
      expect.stringMatching(/^genesys-auth:\{sessions:[0-9a-f]{16}\}$/)
    ]);
    const kept = (await redis.client.getBuffer(keys[0] ?? ''))?.toString('latin1') ?? '';
    expect(await redis.client.zscore(keys[1] ?? '', /session:(\w+)/.exec(keys[0] ?? '')?.[1] ?? '')).toBe('0');
    expect(kept).not.toMatch(/accessToken|sandbox\.example|agent/);
    expect(keys[0]).not.toContain([...browser.cookies.values()][0]);
    for (const key of keys) {
      const lifeMs = await redis.client.pttl(key);
      expect(lifeMs).toBeGreaterThan(60 * MINUTE);
      expect(lifeMs).toBeLessThanOrEqual(140 * MINUTE);
    }
  });

  it('go on while the key is changed', async () => {
    const next = newKey();
    const old = await join();
    const browser = await signedIn(old);
    const rotated = moved(browser, (await join({ key: next, previous: KEY })).url);
    // The tag that the page has is good, too.
    expect((await rotated.send(ME)).status).toBe(200);
    await rotated.session();
    expect(rotated.tag).toBe(browser.tag);
    expect((await moved(browser, (await join({ key: newKey() })).url).send(ME)).body['code']).toBe('session_ended');
  });

  describe('when a session reaches the idle limit', () => {
    beforeEach(() => {
      vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    });
    afterEach(() => {
      vi.useRealTimers();
    });
    const placeOf = ({ cookies }: Browser) => `genesys-auth:{session:${nameOf([...cookies.values()][0] ?? '')}}`;
    const calls = async (name: string) =>
      Number(new RegExp(`cmdstat_${name}:calls=(\\d+)`).exec(await redis.client.info('commandstats'))?.[1] ?? 0);
    /** Lets time pass in the store for a session that nobody uses, once both relays have seen that it is not idle yet. */
    const pass = async (browser: Browser, ms: number) => {
      const place = placeOf(browser);
      const [index = ''] = await redis.client.keys('*{sessions:*');
      // Each session is written to the index twice when it begins, and once by each of the two relays.
      const sessions = await redis.client.zcard(index);
      await vi.waitFor(async () => {
        expect(await calls('zadd')).toBeGreaterThanOrEqual(4 * sessions);
      });
      expect(await redis.client.pexpire(place, (await redis.client.pttl(place)) - ms)).toBe(1);
      await redis.client.zincrby(index, -ms, /session:(\w+)/.exec(place)?.[1] ?? '');
    };
    const twoWithMetrics = async () => {
      const metrics = createRelayMetrics();
      const relay = await join({}, {}, { observer: metrics.observer });
      await join({}, {}, { observer: metrics.observer });
      return { relay, ended: async () => /sessions_ended_total\{why="idle"\} (\d+)/.exec(await metrics.text())?.[1] };
    };
    /** Lets both relays look for idle sessions, and waits until they have read the index. */
    const look = async () => {
      const before = await calls('zrangebyscore');
      vi.advanceTimersByTime(MINUTE);
      await vi.waitFor(async () => {
        expect(await calls('zrangebyscore')).toBe(before + 2);
      });
    };

    it('one relay revokes the token and counts the end, although no request comes', async () => {
      const { relay, ended } = await twoWithMetrics();
      const [browser, other] = [await signedIn(relay), await signedIn(relay)];
      // A look at a session that is not idle puts it off.
      await look();
      await pass(browser, 60 * MINUTE);
      expect(await browser.send(ME)).toMatchObject({ status: 401, body: { code: 'session_ended' } });
      expect(sandbox.liveTokenCount()).toBe(2);
      await look();
      await vi.waitFor(() => {
        expect(sandbox.liveTokenCount()).toBe(1);
      });
      await look();
      expect(await ended()).toBe('1');
      expect(await redis.client.exists(placeOf(browser))).toBe(0);
      expect((await other.send(ME)).status).toBe(200);
    });

    it('it stays if a call came before the limit', async () => {
      const { relay, ended } = await twoWithMetrics();
      const browser = await signedIn(relay);
      await look();
      await pass(browser, 59 * MINUTE);
      expect((await browser.send(ME)).status).toBe(200);
      await vi.waitFor(async () => {
        expect(await redis.client.pttl(placeOf(browser))).toBeGreaterThan(60 * MINUTE);
      });
      // The time at which it would have been idle passes.
      await pass(browser, MINUTE);
      await look();
      expect((await browser.send(ME)).status).toBe(200);
      expect(await ended()).toBeUndefined();
    });
  });

  describe('with the notification hub', () => {
    const HUB_SCOPES = ['notifications', 'presence'];
    const withHub = () =>
      join(
        {},
        {
          signIn: { hubIgnoresDivisions: true },
          config: {
            genesys: withService(sandbox),
            notifications: {},
            scopes: HUB_SCOPES,
            roles: { agent: { scopes: HUB_SCOPES } }
          }
        }
      );
    const openSocket = async (relay: RunningRelay, browser: Browser) => {
      const { body } = await browser.send('/notifications/ticket', { method: 'POST' });
      return openHub(relay.url, {
        protocols: [NOTIFICATIONS_PROTOCOL, `${TICKET_PROTOCOL_PREFIX}${String(body['ticket'])}`],
        headers: { origin: new URL(APP_URL).origin }
      });
    };
    /** Ends the session as the store does when nobody uses it. */
    const drop = async ({ cookies }: Browser) => {
      const [id = ''] = [...cookies.values()];
      expect(await redis.client.del(`genesys-auth:{session:${nameOf(id)}}`)).toBe(1);
    };
    const endings: [string, (browser: Browser) => Promise<unknown>][] = [
      ['it is not used', drop],
      ['the user signs out at another relay', (browser) => browser.send('/sign-out', { method: 'POST' })]
    ];

    it.each(endings)('close the sockets of a session within a minute when %s', async (_what, end) => {
      vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
      onTestFinished(() => {
        vi.useRealTimers();
      });
      const [a, b] = [await withHub(), await withHub()];
      const [browser, other] = [await signedIn(a), await signedIn(a)];
      const [socket, stays] = [await openSocket(a, browser), await openSocket(a, other)];
      await end(moved(browser, b.url));
      vi.advanceTimersByTime(MINUTE);
      expect(await socket.closed).toBe(4401);
      expect(stays.socket.readyState).toBe(stays.socket.OPEN);
      stays.close();
    });

    it('read the sessions of open sockets once at a time, also while the store is slow', async () => {
      vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
      onTestFinished(() => {
        vi.useRealTimers();
      });
      const relay = await withHub();
      const browser = await signedIn(relay);
      const socket = await openSocket(relay, browser);
      const monitor = await redis.client.monitor();
      const commands: string[] = [];
      monitor.on('monitor', (_time: string, command: readonly string[]) => commands.push(command.join(' ')));
      /** Session reads of the relay, the last of which is for the request of the browser. */
      const reads = async (marker: string) => {
        await browser.session();
        await redis.client.echo(marker);
        await vi.waitFor(() => {
          expect(commands).toContain(`echo ${marker}`);
        });
        return commands.filter((command) => /^get \S*\{session:/i.test(command)).length;
      };

      redis.freeze();
      vi.advanceTimersByTime(3 * MINUTE);
      redis.thaw();
      expect(await reads('first')).toBe(1 + 1);
      vi.advanceTimersByTime(MINUTE);
      expect(await reads('second')).toBe(2 + 2);
      expect(socket.socket.readyState).toBe(socket.socket.OPEN);
      monitor.disconnect();
      socket.close();
    });
  });

  it('say that the store is away, and never that the user is signed out', async () => {
    const relay = await join();
    const browser = await signedIn(relay);
    await redis.kill();
    expect(await browser.send(ME)).toMatchObject({ status: 503, body: { code: 'identity_unavailable' } });
    await redis.restart();
    // What the store held is gone.
    await vi.waitFor(async () => {
      expect((await browser.send(ME)).body['code']).toBe('session_ended');
    }, 10_000);
  });
});
