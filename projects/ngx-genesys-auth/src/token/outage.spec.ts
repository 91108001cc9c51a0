import type { GenesysAuthEvent, GenesysAuthStatus } from 'ngx-genesys-auth';
import { API, TOKEN_URL, bearer, codeOf, createApp, grant } from '../../test/app';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

beforeEach(() => jest.useFakeTimers({ doNotFake: ['queueMicrotask', 'nextTick', 'setImmediate'] }));
afterEach(() => {
  jest.restoreAllMocks();
  jest.useRealTimers();
});

const online = (is: boolean) => jest.spyOn(navigator, 'onLine', 'get').mockReturnValue(is);
const setWallClock = (byMs: number) => {
  jest.setSystemTime(Date.now() + byMs);
};

/** Ten widgets that poll every second, against a relay and an API that work or do not. */
function pollingApp(lifetimeSeconds: number) {
  const app = createApp();
  const statuses = new Set<GenesysAuthStatus>();
  const events: GenesysAuthEvent[] = [];
  app.auth.events$.subscribe((event) => events.push(event));
  let issued = 0;
  const issuedAt = new Map<string, number>();
  let realMs = 0;
  const tick = (works: boolean) => {
    const outcomes = Array.from({ length: 10 }, (_, n) => app.get(`/${n}`));
    let relayCalls = 0;
    for (const call of app.network.match(TOKEN_URL)) {
      relayCalls++;
      if (!works) {
        call.error(new ProgressEvent('error'));
        continue;
      }
      issuedAt.set(`Bearer token-${++issued}`, realMs);
      grant(call, `token-${issued}`, lifetimeSeconds);
    }
    const sent = app.apiCalls();
    for (const call of sent) {
      // Whatever the clocks say: no token that is in truth over is ever sent.
      expect(realMs - (issuedAt.get(String(bearer(call))) ?? -Infinity)).toBeLessThan(lifetimeSeconds * SECOND);
      if (works) call.flush('ok');
      else call.error(new ProgressEvent('error'));
    }
    statuses.add(app.auth.status());
    jest.advanceTimersByTime(SECOND);
    realMs += SECOND;
    return { relayCalls, sent: sent.length, outcomes };
  };
  const run = (seconds: number, works: boolean) => {
    const all = Array.from({ length: seconds }, () => tick(works));
    return { relayCalls: all.reduce((sum, { relayCalls }) => sum + relayCalls, 0), all };
  };
  const sleep = (ms: number) => {
    realMs += ms;
    setWallClock(ms);
  };
  return { ...app, statuses, events, tick, run, sleep };
}

describe('ten minutes offline with pollers', () => {
  it('signs nobody out, storms nothing, uses the live token to its end, and is back with the first request', () => {
    const { run, tick, statuses, events, auth } = pollingApp(300);
    run(10, true);
    online(false);
    const outage = run(600, false);
    expect(outage.relayCalls).toBeGreaterThan(5);
    expect(outage.relayCalls).toBeLessThanOrEqual(25);
    // The token of 300 s was used as long as it lived.
    expect(outage.all.filter(({ sent }) => sent === 10)).toHaveLength(290);
    const failures = outage.all.slice(300).flatMap(({ outcomes }) => outcomes.map(({ error }) => codeOf(error)));
    expect(new Set(failures)).toEqual(new Set(['relay_unreachable']));
    expect(events.length).toBeLessThan(60);
    online(true);
    const back = tick(true);
    expect([back.relayCalls, back.sent]).toEqual([1, 10]);
    expect(back.outcomes.every(({ done }) => done)).toBe(true);
    expect(auth.error()).toBeNull();
    expect([...statuses]).not.toContain('signed-out');
  });

  it('is bounded and over within 5 s, too, where the browser does not notice that it is offline', () => {
    const { run } = pollingApp(300);
    run(10, true);
    expect(run(600, false).relayCalls).toBeLessThanOrEqual(600 / 5 + 10);
    const back = run(6, true).all.findIndex(({ outcomes }) => outcomes.every(({ done }) => done));
    expect(back).toBeGreaterThanOrEqual(0);
  });

  it('tries although the browser says offline: it may be wrong', () => {
    online(false);
    const { tick } = pollingApp(300);
    expect(tick(true)).toMatchObject({ relayCalls: 1, sent: 10 });
  });
});

describe('clocks', () => {
  it('after two hours of sleep the first request renews first', () => {
    const { run, tick, sleep } = pollingApp(3600);
    run(10, true);
    sleep(2 * HOUR);
    expect(tick(true)).toMatchObject({ relayCalls: 1, sent: 10 });
    expect(run(60, true).relayCalls).toBe(0);
  });

  it('a wall clock set back and forth by an hour sends no token that is over, and starts no loop', () => {
    const { run } = pollingApp(300);
    let relayCalls = 0;
    for (const jump of [HOUR, -HOUR, -HOUR, HOUR, HOUR, -HOUR]) {
      relayCalls += run(30, true).relayCalls;
      setWallClock(jump);
    }
    relayCalls += run(30, true).relayCalls;
    // One for the start, and at most one for each jump.
    expect(relayCalls).toBeLessThanOrEqual(7);
  });

  it('an hour ahead during failures: when the clock is put right, the token that was over stays over', () => {
    const { auth, signIn, get, network, relayCall } = createApp();
    signIn('token-1', 300);
    setWallClock(HOUR);
    for (let failures = 0; failures < 2; failures++) {
      get();
      relayCall().error(new ProgressEvent('error'));
    }
    setWallClock(-HOUR);
    jest.advanceTimersByTime(5 * SECOND);
    get();
    network.expectNone(({ url }) => url.startsWith(API));
    relayCall().error(new ProgressEvent('error'));
    expect([auth.status(), auth.scopes().size, auth.expiresAt()]).toEqual(['failed', 0, null]);
  });

  it('with a clock set back, a token ends when it ends', () => {
    const { run, auth } = pollingApp(300);
    run(1, true);
    setWallClock(-HOUR);
    const before = auth.expiresAt();
    expect(run(299, true).relayCalls).toBe(1);
    expect(auth.expiresAt()).not.toEqual(before);
  });
});
