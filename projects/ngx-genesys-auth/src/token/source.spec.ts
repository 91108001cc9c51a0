import type { HttpInterceptorFn } from '@angular/common/http';
import { Component, ChangeDetectionStrategy, effect, inject } from '@angular/core';
import { TestBed } from '@angular/core/testing';
import { type GenesysAuthEvent, GenesysAuthService } from 'ngx-genesys-auth';
import { API, TOKEN_URL, asAuthError, bearer, codeOf, createApp, grant, observe, settle } from '../../test/app';

const SECOND = 1000;

beforeEach(() => jest.useFakeTimers({ doNotFake: ['queueMicrotask', 'nextTick', 'setImmediate'] }));
afterEach(() => jest.useRealTimers());

/** The computer sleeps: the wall clock goes on, the monotonic one and all timers stand still. */
const sleep = (milliseconds: number) => {
  jest.setSystemTime(Date.now() + milliseconds);
};

const unavailable = { status: 503, statusText: 'Service Unavailable' };

describe('one flight', () => {
  it('serves 200 concurrent requests with one call to the relay', () => {
    const { get, network } = createApp();
    const outcomes = Array.from({ length: 200 }, (_, n) => get(`/api/v2/users/${n}`));
    grant(network.expectOne(TOKEN_URL));
    const calls = network.match(({ url }) => url.startsWith(API));
    expect(calls).toHaveLength(200);
    expect(new Set(calls.map(bearer))).toEqual(new Set(['Bearer token-1']));
    for (const call of calls) call.flush(1);
    expect(outcomes.every(({ done }) => done)).toBe(true);
    network.verify();
  });

  it('serves token(), renew() and requests together', async () => {
    const { auth, get, network } = createApp();
    const all = Promise.all([auth.token(), auth.renew(), auth.token('routing')]);
    get();
    grant(network.expectOne(TOKEN_URL));
    expect(await all).toEqual(['token-1', undefined, 'token-1']);
  });

  it('goes on when the caller that started it leaves', () => {
    const { http, get, network } = createApp();
    const first = http.get(`${API}/first`).subscribe();
    const second = get('/second');
    first.unsubscribe();
    const relay = network.expectOne(TOKEN_URL);
    expect(relay.cancelled).toBe(false);
    grant(relay);
    network.expectNone(`${API}/first`);
    network.expectOne(`${API}/second`).flush('ok');
    expect(second.values).toEqual(['ok']);
  });

  it('goes on when all callers leave, and serves the next', () => {
    const { http, get, network, relayCall } = createApp();
    http.get(`${API}/first`).subscribe().unsubscribe();
    grant(relayCall());
    get('/second');
    expect(bearer(network.expectOne(`${API}/second`))).toBe('Bearer token-1');
  });

  it('fails for all together', () => {
    const { get, relayCall, network } = createApp();
    const outcomes = [get('/a'), get('/b')];
    relayCall().flush(null, unavailable);
    expect(outcomes.map(({ error }) => codeOf(error))).toEqual(['relay_unavailable', 'relay_unavailable']);
    network.verify();
  });
});

describe('after a failure', () => {
  const failOnce = (app: ReturnType<typeof createApp>) => {
    const outcome = app.get();
    app.relayCall().flush(null, unavailable);
    return outcome;
  };

  it('the next request tries again at once, so a blip is over with it', () => {
    const app = createApp();
    failOnce(app);
    const next = app.get();
    grant(app.relayCall());
    app.network.expectOne(() => true).flush('ok');
    expect(next.values).toEqual(['ok']);
    expect(app.auth.error()).toBeNull();
  });

  it('pauses of 1, 2, 4 and then 5 seconds keep requests from storming the relay', () => {
    const app = createApp();
    failOnce(app);
    for (const pause of [1, 2, 4, 5, 5]) {
      failOnce(app);
      jest.advanceTimersByTime(pause * SECOND - 1);
      const replayed = [app.get(), app.get()];
      app.network.verify();
      expect(replayed.map(({ error }) => codeOf(error))).toEqual(['relay_unavailable', 'relay_unavailable']);
      jest.advanceTimersByTime(1);
    }
    app.get();
    grant(app.relayCall());
    expect(app.auth.status()).toBe('ready');
  });

  it('renew() does not wait for the pause to end', async () => {
    const app = createApp();
    failOnce(app);
    failOnce(app);
    const renewed = app.auth.renew();
    grant(app.relayCall());
    await renewed;
    expect(app.auth.status()).toBe('ready');
  });

  it.each([
    ['20', 20],
    ['86400', 60]
  ])('a Retry-After of %s s is kept, for %i s', (header, seconds) => {
    const app = createApp();
    const outcome = app.get();
    app.relayCall().flush(null, { status: 429, statusText: 'x', headers: { 'Retry-After': header } });
    expect(outcome.error).toMatchObject({ code: 'relay_rate_limited', retryAfterSeconds: Number(header) });
    jest.advanceTimersByTime(seconds * SECOND - 1);
    expect(codeOf(app.get().error)).toBe('relay_rate_limited');
    app.network.verify();
    jest.advanceTimersByTime(1);
    app.get();
    app.relayCall();
  });
});

describe('the life of a token', () => {
  it('is used to its last minute without another call to the relay', () => {
    const { get, signIn, network } = createApp();
    signIn('token-1', 300);
    jest.advanceTimersByTime(240 * SECOND - 1);
    get();
    expect(bearer(network.expectOne(() => true))).toBe('Bearer token-1');
    network.verify();
  });

  it('is used in its last minute while one renewal goes on behind', () => {
    const { get, signIn, network, relayCall, auth } = createApp();
    signIn('token-1', 300);
    jest.advanceTimersByTime(240 * SECOND);
    get('/a');
    get('/b');
    expect(network.match(({ url }) => url.startsWith(API)).map(bearer)).toEqual(['Bearer token-1', 'Bearer token-1']);
    expect(auth.status()).toBe('renewing');
    const relay = relayCall();
    expect(relay.request.body).toEqual({ scopes: ['analytics', 'routing'] });
    grant(relay, 'token-2');
    get('/c');
    expect(bearer(network.expectOne(() => true))).toBe('Bearer token-2');
    network.verify();
  });

  it('ends on the dot: a request then waits for the next token', () => {
    const { get, signIn, network, relayCall } = createApp();
    signIn('token-1', 300);
    jest.advanceTimersByTime(300 * SECOND);
    get();
    grant(relayCall(), 'token-2');
    expect(bearer(network.expectOne(() => true))).toBe('Bearer token-2');
  });

  it('is counted from the request to the relay, not from its answer', () => {
    const { get, network, relayCall } = createApp();
    get('/a');
    jest.advanceTimersByTime(9 * SECOND);
    grant(relayCall(), 'token-1', 10);
    jest.advanceTimersByTime(SECOND);
    network.match(`${API}/a`);
    get('/b');
    network.expectNone(`${API}/b`);
    grant(relayCall(), 'token-2');
    expect(bearer(network.expectOne(`${API}/b`))).toBe('Bearer token-2');
  });

  it('is over when the answer of the relay takes longer than it: the token is not used', () => {
    const { auth, get, network, relayCall } = createApp();
    const outcome = get();
    jest.advanceTimersByTime(5 * SECOND);
    grant(relayCall(), 'token-1', 3);
    expect(codeOf(outcome.error)).toBe('relay_timeout');
    expect([auth.status(), auth.expiresAt()]).toEqual(['failed', null]);
    network.verify();
    get();
    grant(relayCall(), 'token-2', 3);
    expect(bearer(network.expectOne(() => true))).toBe('Bearer token-2');
  });

  it('goes on while the computer sleeps and the monotonic clock stands still', () => {
    const { get, signIn, network, relayCall } = createApp();
    signIn('token-1', 300);
    const before = performance.now();
    sleep(301 * SECOND);
    expect(performance.now()).toBe(before);
    get();
    grant(relayCall(), 'token-2');
    expect(bearer(network.expectOne(() => true))).toBe('Bearer token-2');
  });

  it('is not made longer by a wall clock that is set back', () => {
    const { get, signIn, relayCall } = createApp();
    signIn('token-1', 300);
    sleep(-3600 * SECOND);
    jest.advanceTimersByTime(300 * SECOND);
    get();
    relayCall();
  });

  it('continues while the relay is down, until the token expires', () => {
    const { get, signIn, network, auth } = createApp();
    signIn('token-1', 300);
    jest.advanceTimersByTime(270 * SECOND);
    let attempts = 0;
    for (let second = 0; second < 30; second++) {
      get(`/${second}`);
      for (const call of network.match(TOKEN_URL)) {
        attempts++;
        call.flush(null, unavailable);
      }
      expect(bearer(network.expectOne(`${API}/${second}`))).toBe('Bearer token-1');
      expect(auth.status()).toBe('ready');
      expect(auth.error()?.code).toBe('relay_unavailable');
      jest.advanceTimersByTime(SECOND);
    }
    expect(attempts).toBeLessThanOrEqual(9);
    jest.advanceTimersByTime(5 * SECOND);
    const late = get('/late');
    network.expectOne(TOKEN_URL).flush(null, unavailable);
    expect(codeOf(late.error)).toBe('relay_unavailable');
    expect(auth.status()).toBe('failed');
    expect(auth.scopes().size).toBe(0);
    network.verify();
  });

  it('asks less and less often when the relay issues the same short-lived token again', () => {
    const { get, network } = createApp();
    let calls = 0;
    for (let left = 60; left > 0; left--) {
      get();
      for (const call of network.match(TOKEN_URL)) {
        calls++;
        grant(call, 'same', left);
      }
      expect(network.match(({ url }) => url.startsWith(API)).map(bearer)).toEqual(['Bearer same']);
      jest.advanceTimersByTime(SECOND);
    }
    expect(calls).toBeLessThan(10);
  });

  it('takes renewAheadSeconds', () => {
    const { get, signIn, network, relayCall } = createApp({ config: { renewAheadSeconds: 10 } });
    signIn('token-1', 300);
    jest.advanceTimersByTime(290 * SECOND - 1);
    get();
    network.expectNone(TOKEN_URL);
    jest.advanceTimersByTime(1);
    get();
    relayCall();
  });

  it.each([172_801, 1e12, Number.MAX_VALUE])('lasts two days at most, if the relay says %d s', (expiresIn) => {
    const { auth, signIn } = createApp();
    signIn('token-1', expiresIn);
    expect(auth.expiresAt()).toEqual(new Date(Date.now() + 172_800_000));
  });

  it('leaves no timer behind, so the app becomes stable', () => {
    const { signIn } = createApp();
    signIn();
    expect(jest.getTimerCount()).toBe(0);
  });
});

describe('clear()', () => {
  it('forgets the token; the next request asks for a new one', () => {
    const { auth, get, signIn, relayCall } = createApp();
    signIn();
    auth.clear();
    expect(auth.status()).toBe('signed-out');
    expect(auth.expiresAt()).toBeNull();
    expect(auth.hasScopes('analytics')).toBe(false);
    get();
    relayCall();
    expect(auth.status()).toBe('renewing');
  });

  it('fails pending callers and cancels the call to the relay', () => {
    const { auth, get, network, relayCall } = createApp();
    const waiting = get();
    const late = relayCall();
    auth.clear();
    expect(codeOf(waiting.error)).toBe('signed_out');
    expect(late.cancelled).toBe(true);
    expect(auth.status()).toBe('signed-out');
    get();
    grant(relayCall(), 'token-2');
    expect(bearer(network.expectOne(() => true))).toBe('Bearer token-2');
  });

  it('by a subscriber of events$ on ready fails whoever waits, and nothing is sent with the cleared token', async () => {
    const { auth, get, network, relayCall } = createApp();
    auth.events$.subscribe(({ type }) => {
      if (type === 'ready') auth.clear();
    });
    const outcomes = [get('/a'), get('/b')];
    const promises = [auth.token(), auth.renew(), auth.ensureScopes('routing')].map((call) => call.catch(codeOf));
    grant(relayCall());
    expect(outcomes.map(({ error }) => codeOf(error))).toEqual(['signed_out', 'signed_out']);
    expect(await Promise.all(promises)).toEqual(['signed_out', 'signed_out', 'signed_out']);
    expect(auth.status()).toBe('signed-out');
    network.verify();
  });

  it('by a subscriber of events$ on renewing keeps the relay from being asked', () => {
    const { auth, get, network, relayCall } = createApp();
    let isSigningOut = true;
    auth.events$.subscribe(({ type }) => {
      if (type === 'renewing' && isSigningOut) auth.clear();
    });
    const outcome = get();
    expect([codeOf(outcome.error), auth.status()]).toEqual(['signed_out', 'signed-out']);
    network.verify();
    isSigningOut = false;
    get();
    grant(relayCall());
    expect(bearer(network.expectOne(() => true))).toBe('Bearer token-1');
  });

  it('by a subscriber of events$ when a renewal begins before the token ends: neither the token nor the relay is used', async () => {
    const { auth, signIn, get, network } = createApp();
    let isSigningOut = false;
    auth.events$.subscribe(({ type }) => {
      if (type !== 'renewing' || !isSigningOut) return;
      isSigningOut = false;
      auth.clear();
    });
    for (const ask of [() => Promise.reject(asAuthError(get().error)), () => auth.token(), () => auth.ensureScopes()]) {
      signIn('token-1', 300);
      jest.advanceTimersByTime(250 * SECOND);
      isSigningOut = true;
      expect(await ask().catch(codeOf)).toBe('signed_out');
      expect(auth.status()).toBe('signed-out');
      network.verify();
    }
  });

  it('during such a renewal gives nobody the token that another subscriber gets after it', async () => {
    const { auth, signIn, relayCall } = createApp();
    signIn('token-of-ann', 300);
    jest.advanceTimersByTime(250 * SECOND);
    let isSigningOut = false;
    auth.events$.subscribe(({ type }) => {
      if (!isSigningOut) return;
      if (type === 'renewing') auth.clear();
      if (type !== 'cleared') return;
      isSigningOut = false;
      void auth.renew();
      grant(relayCall(), 'token-of-bob');
    });
    isSigningOut = true;
    expect(await auth.token().catch(codeOf)).toBe('signed_out');
    expect(await auth.token()).toBe('token-of-bob');
  });

  it('by a later interceptor of one waiting request fails all of them', () => {
    const clearing: HttpInterceptorFn = (request, next) => {
      if (request.url === `${API}/first`) app.auth.clear();
      return next(request);
    };
    const app = createApp({ after: [clearing] });
    const outcomes = [app.get('/first'), app.get('/second')];
    grant(app.relayCall());
    app.network.verify();
    expect(outcomes.map(({ error }) => codeOf(error))).toEqual(['signed_out', 'signed_out']);
  });
});

describe('what the app sees', () => {
  it('signals follow the token', () => {
    const { auth, get, relayCall } = createApp();
    expect([auth.status(), auth.expiresAt(), auth.error(), auth.scopes().size]).toEqual(['unknown', null, null, 0]);
    get();
    expect(auth.status()).toBe('renewing');
    const asked = Date.now();
    jest.advanceTimersByTime(SECOND);
    grant(relayCall());
    expect(auth.status()).toBe('ready');
    expect(auth.expiresAt()).toEqual(new Date(asked + 300 * SECOND));
    expect([...auth.scopes()]).toEqual(['analytics', 'routing']);
  });

  it('events come in order, two in one turn as well, and late subscribers get the start', () => {
    const { auth, get, relayCall } = createApp();
    const early: GenesysAuthEvent[] = [];
    auth.events$.subscribe((event) => early.push(event));
    get();
    relayCall().flush(null, unavailable);
    get();
    grant(relayCall());
    auth.clear();
    const late: GenesysAuthEvent[] = [];
    auth.events$.subscribe((event) => late.push(event));
    expect(early.map(({ type }) => type)).toEqual(['renewing', 'failed', 'renewing', 'ready', 'cleared']);
    expect(late).toEqual(early);
    expect(JSON.stringify(early)).not.toContain('token-1');
  });

  it('events$ completes with the app, and a call to the relay ends with it in silence', () => {
    const { auth, get, relayCall } = createApp();
    const outcome = observe(auth.events$);
    const waiting = get();
    const call = relayCall();
    TestBed.resetTestingModule();
    expect(outcome.done).toBe(true);
    expect(call.cancelled).toBe(true);
    expect(waiting.error).toBeUndefined();
  });

  it('a request inside an effect makes the effect depend on nothing of ours', () => {
    const { http, network, auth } = createApp({
      config: { relay: { url: '/genesys', headers: () => ({ 'X-Status': inject(GenesysAuthService).status() }) } }
    });
    let runs = 0;
    TestBed.runInInjectionContext(() =>
      effect(() => {
        runs++;
        http.get(`${API}/x`).subscribe();
      })
    );
    TestBed.tick();
    grant(network.expectOne(TOKEN_URL));
    TestBed.tick();
    auth.clear();
    TestBed.tick();
    expect(runs).toBe(1);
  });

  it('a request may be made while a template is rendered', () => {
    @Component({ selector: 'genesys-probe', template: '{{ load() }}', changeDetection: ChangeDetectionStrategy.OnPush })
    class Probe {
      load(): string {
        observe(app.http.get(`${API}/x`));
        return 'ok';
      }
    }
    const app = createApp();
    TestBed.createComponent(Probe).detectChanges();
    expect(app.network.match(TOKEN_URL)).toHaveLength(1);
  });
});

describe('memory only', () => {
  it('nothing is stored, and nothing is left on window', async () => {
    const before = Object.keys(window);
    const stores = [jest.spyOn(Storage.prototype, 'setItem'), jest.spyOn(document, 'cookie', 'set')];
    const { auth, signIn } = createApp();
    signIn();
    expect(await auth.token()).toBe('token-1');
    for (const store of stores) expect(store).not.toHaveBeenCalled();
    expect(Object.keys(window)).toEqual(before);
  });

  it('two apps share nothing', () => {
    const one = createApp();
    one.signIn('of-one');
    TestBed.resetTestingModule();
    const two = createApp();
    two.get();
    expect(two.network.match(({ url }) => url.startsWith(API))).toEqual([]);
    two.relayCall();
  });

  it('no enumerable property of the service leads to the token', () => {
    const { auth, signIn } = createApp();
    signIn('secret-token');
    const seen = new Set<unknown>();
    const walk = (value: unknown): void => {
      if (typeof value === 'string') expect(value).not.toContain('secret-token');
      if (typeof value !== 'object' || value === null || seen.has(value)) return;
      seen.add(value);
      Object.values(value).forEach(walk);
    };
    walk(auth);
  });
});

describe('the call to the relay', () => {
  it('goes through the interceptors of the app, and not through ours', async () => {
    const sso: HttpInterceptorFn = (request, next) =>
      next(
        request.url.startsWith('/genesys') ? request.clone({ setHeaders: { Authorization: 'Bearer sso' } }) : request
      );
    const { get, relayCall } = createApp({ before: [sso] });
    get();
    expect(bearer(relayCall())).toBe('Bearer sso');
    await settle();
  });
});
