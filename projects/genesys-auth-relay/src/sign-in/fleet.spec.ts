import { randomBytes } from 'node:crypto';
import type { Sandbox } from 'genesys-sandbox';
import { type RunningRelay, parseRelayConfig, startRelay } from '../index.ts';
import { type TestClock, testClock } from '../testing/clock.ts';
import { type TestRedis, describeWithRedis, startRedis } from '../testing/redis.ts';
import { type Browser, createBrowser, signInConfig, startSandbox } from '../../test/sign-in-setup.ts';

const MINUTE = 60_000;
const ME = '/api/v2/users/me';
const newKey = () => randomBytes(32).toString('base64');

describeWithRedis('relays that share the sessions of users', () => {
  let redis: TestRedis;
  let sandbox: Sandbox;
  let clock: TestClock;
  let relays: RunningRelay[];
  const KEY = newKey();

  const join = async (keys: { readonly key?: string; readonly previous?: string } = {}): Promise<RunningRelay> => {
    const { key = KEY, previous } = keys;
    const previousKey = previous === undefined ? {} : { previousKey: { env: 'PREVIOUS' } };
    const store = { redis: { url: redis.url, key: { env: 'KEY' }, timeoutMs: 2000, ...previousKey } };
    const env = { SIGN_IN_SECRET: 'CANARY-sign-in-secret', KEY: key, PREVIOUS: previous };
    const config = signInConfig(sandbox, { config: { store, proxy: { requestsPerMinute: 1000, queueLength: 1000 } } });
    const relay = await startRelay(parseRelayConfig(config, env), { clock, random: () => 0.5 });
    relays.push(relay);
    return relay;
  };
  /** The same browser at another relay, as a load balancer sends it. */
  const moved = (browser: Browser, relay: RunningRelay): Browser => {
    const other = createBrowser(relay.url);
    for (const [name, value] of browser.cookies) other.cookies.set(name, value);
    other.tag = browser.tag;
    return other;
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
    clock = testClock();
    relays = [];
    sandbox = await startSandbox(clock, { sandbox: { rateLimit: { requestsPerMinute: false } } });
  });
  afterEach(async () => {
    await Promise.all(relays.map((relay) => relay.close()));
    await sandbox.close();
  });

  it('either serves, also when the other is gone', async () => {
    const [a, b] = [await join(), await join()];
    const browser = await signedIn(a);
    expect((await moved(browser, b).session()).body['session']).toBe(browser.tag);
    await a.close();
    expect((await moved(browser, b).send(ME)).status).toBe(200);
  });

  it('a sign-in that one began ends at the other', async () => {
    const [a, b] = [await join(), await join()];
    const browser = createBrowser(a.url);
    const callback = await browser.authorize('agent.1@sandbox.example');
    const back = await moved(browser, b).navigate(callback);
    expect(back.headers['location']).toContain('genesys_sign_in=ok');
  });

  it('sign-out at one counts at the other', async () => {
    const [a, b] = [await join(), await join()];
    const browser = await signedIn(a);
    const other = moved(browser, b);
    expect((await other.send(ME)).status).toBe(200);
    await browser.send('/sign-out', { method: 'POST' });
    expect(await other.send(ME)).toMatchObject({ status: 401, body: { code: 'session_ended' } });
  });

  it('make one refresh for 200 calls at the end of the token, and none fails', async () => {
    const [a, b] = [await join(), await join()];
    const browser = await signedIn(a);
    const other = moved(browser, b);
    clock.advance(59 * MINUTE);
    const answers = await Promise.all(
      Array.from({ length: 200 }, (_, index) => (index % 2 === 0 ? browser : other).send(ME))
    );
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
    expect(sandbox.tokenRequestCount()).toBe(2);
  });

  it('keep nothing that can be read or used without the key', async () => {
    const browser = await signedIn(await join());
    const keys = await redis.client.keys('*');
    expect(keys).toEqual([expect.stringMatching(/^genesys-auth:\{session:[0-9a-f]{64}\}$/)]);
    const kept = (await redis.client.getBuffer(keys[0] ?? ''))?.toString('latin1') ?? '';
    expect(kept).not.toMatch(/accessToken|sandbox\.example|agent/);
    expect(keys[0]).not.toContain([...browser.cookies.values()][0]);
    expect(await redis.client.pttl(keys[0] ?? '')).toBeLessThanOrEqual(3_600_000);
  });

  it('go on while the key is changed', async () => {
    const next = newKey();
    const old = await join();
    const browser = await signedIn(old);
    const rotated = moved(browser, await join({ key: next, previous: KEY }));
    // The tag that the page has is good, too.
    expect((await rotated.send(ME)).status).toBe(200);
    expect((await moved(browser, await join({ key: newKey() })).send(ME)).body['code']).toBe('session_ended');
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
