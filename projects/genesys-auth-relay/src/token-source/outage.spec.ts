import type { ClientConfig, GenesysConfig } from '../config/config.ts';
import { parseRelayConfig } from '../config/parse.ts';
import { RelayProblem } from '../reply/problem.ts';
import { runtimeOf } from '../runtime/runtime.ts';
import type { TokenServed } from '../runtime/observer.ts';
import { SECRET_ENV, configFor } from '../testing/config.ts';
import type { Granted } from './token-answer.ts';
import { type TokenSource, createCachedTokenSource } from './token-source.ts';
import { UpstreamError, upstreamError } from './upstream-error.ts';
import type { Upstream } from './upstream.ts';

const SCOPES = ['analytics'];
const TIMEOUT_MS = 5000;
const LIFE_SECONDS = 600;
/** No token is handed out in its last 12 seconds. */
const HARD_END_MS = 588_000;
const STEP_MS = 100;

/** What the token endpoint does while it fails, by the budget of each request. */
const FAILURES: Record<string, (timeLimitMs: number) => Promise<Granted>> = {
  'hangs until the time-out': (timeLimitMs) =>
    new Promise((_resolve, reject) => {
      const late = new RelayProblem('upstream_timeout', 'No answer in time.', { hint: '', retryAfterSeconds: 5 });
      setTimeout(() => {
        reject(new UpstreamError(late, 'transient'));
      }, timeLimitMs);
    }),
  'refuses connections': () => {
    const away = new RelayProblem('upstream_unreachable', 'Refused.', { hint: '', retryAfterSeconds: 5 });
    return Promise.reject(new UpstreamError(away, 'transient'));
  },
  'answers 503': () => Promise.reject(upstreamError({ status: 503, body: undefined, retryAfterMs: undefined }, SCOPES)),
  'answers 503 with Retry-After': () =>
    Promise.reject(upstreamError({ status: 503, body: undefined, retryAfterMs: 20_000 }, SCOPES)),
  'limits the rate with 400': () => {
    const body = { error: 'invalid_request', error_description: 'rate limit exceeded; too many requests' };
    return Promise.reject(upstreamError({ status: 400, body, retryAfterMs: undefined }, SCOPES));
  },
  'refuses the client': () =>
    Promise.reject(upstreamError({ status: 401, body: { error: 'invalid_client' }, retryAfterMs: undefined }, SCOPES))
};

describe('F7 while the token endpoint fails and a live token exists', () => {
  let genesys: GenesysConfig;
  let client: ClientConfig;
  let tokenSource: TokenSource;
  let requests: number;
  let served: Map<TokenServed, number>;
  let longestMs: number;
  let answer: (timeLimitMs: number) => Promise<Granted>;

  beforeEach(() => {
    vi.useFakeTimers();
    process.env[SECRET_ENV] = 'secret';
    const where = { tokenEndpoint: 'https://login.example.test/oauth/token', apiOrigin: 'https://api.example.test' };
    const config = parseRelayConfig(configFor(where, {}, { timeoutMs: TIMEOUT_MS }));
    genesys = config.genesys;
    client = genesys.clients[0]!;
    requests = 0;
    served = new Map();
    longestMs = 0;
    const upstream: Upstream = {
      requestToken: (_credential, _scopes, timeLimitMs) => {
        requests += 1;
        return answer(timeLimitMs);
      },
      isDead: () => Promise.resolve(false),
      close: () => Promise.resolve()
    };
    const runtime = runtimeOf({
      clock: {
        now: () => Date.now(),
        monotonic: () => performance.now(),
        sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms))
      },
      random: () => 0.5,
      observer: {
        tokenServed: (how, waitedMs) => {
          served.set(how, (served.get(how) ?? 0) + 1);
          longestMs = Math.max(longestMs, waitedMs);
        }
      }
    });
    tokenSource = createCachedTokenSource(genesys, upstream, runtime);
  });
  afterEach(() => {
    tokenSource.close();
    vi.useRealTimers();
  });

  const grants = (token: string) => () => Promise.resolve({ token, lifetimeSeconds: LIFE_SECONDS, scopes: undefined });

  /** What a call gets without any time going by; `undefined` when it has to wait. */
  async function tokenAtOnce(): Promise<string | undefined> {
    let token: string | undefined;
    tokenSource.get(client, SCOPES).then(
      (got) => (token = got.token),
      () => (token = 'none: it failed')
    );
    for (let turn = 0; turn < 10; turn++) await Promise.resolve();
    return token;
  }

  /** Calls ten times a second until a time, and lists what was not the token at once. */
  async function callUntil(untilMs: number, token: () => string): Promise<unknown[]> {
    const wrong: unknown[] = [];
    for (let at = performance.now(); at < untilMs; at = performance.now()) {
      const got = await tokenAtOnce();
      if (got !== token()) wrong.push([at, got]);
      await vi.advanceTimersByTimeAsync(STEP_MS);
    }
    return wrong;
  }

  it.each(Object.entries(FAILURES))('no call fails or waits when it %s', async (_what, fails) => {
    answer = grants('first');
    await tokenSource.get(client, SCOPES);
    served.clear();
    longestMs = 0;
    const start = performance.now();
    answer = fails;
    expect(await callUntil(start + HARD_END_MS, () => 'first')).toEqual([]);
    expect(requests).toBeGreaterThan(5);
    expect([...served.keys()].sort()).toEqual(['behind', 'fresh']);
    expect(longestMs).toBe(0);
  });

  it.each(Object.entries(FAILURES))(
    'a call fails in time after the end of the token when it %s',
    async (_what, fails) => {
      answer = grants('first');
      await tokenSource.get(client, SCOPES);
      answer = fails;
      await vi.advanceTimersByTimeAsync(HARD_END_MS);
      const failed = expect(tokenSource.get(client, SCOPES)).rejects.toBeInstanceOf(UpstreamError);
      await vi.advanceTimersByTimeAsync(TIMEOUT_MS);
      await failed;
    }
  );

  it.each(Object.entries(FAILURES))('no call waits for its recovery when it %s until then', async (_what, fails) => {
    answer = grants('first');
    await tokenSource.get(client, SCOPES);
    served.clear();
    const start = performance.now();
    answer = fails;
    // A refused client is not asked for again for up to 60 seconds (T6); every other pause is shorter.
    const recovery = start + HARD_END_MS - 65_000;
    expect(await callUntil(recovery, () => 'first')).toEqual([]);
    let current = 'first';
    answer = () =>
      new Promise((resolve) => {
        setTimeout(() => {
          current = 'second';
          resolve({ token: 'second', lifetimeSeconds: LIFE_SECONDS, scopes: undefined });
        }, 250);
      });
    expect(await callUntil(start + HARD_END_MS + 60_000, () => current)).toEqual([]);
    expect(current).toBe('second');
    expect([...served.keys()].sort()).toEqual(['behind', 'fresh']);
  });
});
