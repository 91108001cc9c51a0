import { HttpErrorResponse, HttpEventType, type HttpInterceptorFn } from '@angular/common/http';
import type { TestRequest } from '@angular/common/http/testing';
import { throwError } from 'rxjs';
import {
  GenesysAuthConfigError,
  type GenesysAuthService,
  type RetryOptions,
  genesysScopes,
  skipGenesysAuth,
  skipGenesysRetry,
  withRetry
} from 'ngx-genesys-auth';
import {
  API,
  asAuthError,
  bearer,
  createApp as createBareApp,
  grant,
  observe,
  provideSubtle,
  refuse,
  settle
} from '../../test/app';

const SECOND = 1000;

beforeEach(() => {
  jest.useFakeTimers({ doNotFake: ['queueMicrotask', 'nextTick', 'setImmediate'], now: Date.UTC(2026, 0, 1) });
  jest.spyOn(Math, 'random').mockReturnValue(0.5);
});
afterEach(() => {
  jest.useRealTimers();
  jest.restoreAllMocks();
});

function createApp(options?: RetryOptions, after: readonly HttpInterceptorFn[] = []) {
  const app = createBareApp({ features: [withRetry(options)], after });
  app.signIn('token-1', 86_400);
  return { ...app, call: () => app.network.expectOne(({ url }) => url.startsWith(API)) };
}

const fail = (call: TestRequest, status: number, retryAfter?: string) => {
  call.flush('{}', { status, statusText: 'x', headers: retryAfter === undefined ? {} : { 'Retry-After': retryAfter } });
};

describe('withRetry()', () => {
  it.each([
    ['2', 2],
    ['0', 0],
    ['Thu, 01 Jan 2026 00:00:07 GMT', 7],
    ['Wed, 31 Dec 2025 23:59:00 GMT', 0],
    ['60', 60]
  ])('waits as long as Retry-After: %s says, then sends the request again', (value, seconds) => {
    const { get, call, network } = createApp();
    const outcome = get();
    fail(call(), 429, value);
    if (seconds > 0) jest.advanceTimersByTime(seconds * SECOND - 1);
    network.verify();
    jest.advanceTimersByTime(1);
    call().flush('ok');
    expect(outcome).toEqual({ values: ['ok'], error: undefined, done: true });
  });

  it.each(['61', '99999999999999999999', 'Thu, 01 Jan 2026 00:01:01 GMT'])(
    'passes the error with a hint when Retry-After: %s is longer than it may wait',
    (value) => {
      const { get, call, network } = createApp();
      const outcome = get();
      fail(call(), 429, value);
      const error = asAuthError(outcome.error);
      expect(error.code).toBe('api_rate_limited');
      expect(error.hint).toContain('retryAfterSeconds');
      expect(error.retryAfterSeconds).toBeGreaterThanOrEqual(61);
      expect(error.cause).toMatchObject({ status: 429 });
      network.verify();
    }
  );

  it.each(['soon', '1.5', '-1', ''])('does not trust Retry-After: %j and backs off instead', (value) => {
    const { get, call, network } = createApp();
    get();
    fail(call(), 429, value);
    jest.advanceTimersByTime(249);
    network.verify();
    jest.advanceTimersByTime(1);
    call();
  });

  it.each([503, 504])('backs off after %i, ever longer and at random, then passes the error', (status) => {
    const { get, call, network } = createApp();
    const outcome = get();
    for (const wait of [250, 500, 1000]) {
      fail(call(), status);
      jest.advanceTimersByTime(wait - 1);
      network.verify();
      jest.advanceTimersByTime(1);
    }
    expect(outcome.error).toBeUndefined();
    fail(call(), status);
    expect(outcome.error).toMatchObject({ name: 'HttpErrorResponse', status });
    jest.advanceTimersByTime(60 * SECOND);
    network.verify();
  });

  it('gives up on 429 after the retries', () => {
    const { get, call } = createApp({ retries: 1 });
    const outcome = get();
    fail(call(), 429, '1');
    jest.advanceTimersByTime(SECOND);
    fail(call(), 429, '1');
    expect(asAuthError(outcome.error)).toMatchObject({ code: 'api_rate_limited', retryAfterSeconds: 1 });
  });

  it.each([400, 401, 403, 404, 408, 500, 502])('leaves a %i alone', (status) => {
    const { get, call, network } = createApp();
    get();
    fail(call(), status, '1');
    jest.advanceTimersByTime(60 * SECOND);
    network.expectNone(({ url }) => url.startsWith(API));
  });

  it.each([
    ['PUT', '/api/v2/routing/queues/1'],
    ['DELETE', '/api/v2/routing/queues/1'],
    ['HEAD', '/api/v2/routing/queues'],
    ['POST', '/api/v2/analytics/conversations/details/query'],
    ['POST', '/api/v2/users/search?expand=1'],
    ['POST', '/api/v2/search']
  ])('repeats %s %s', (method, path) => {
    const { http, call } = createApp();
    observe(http.request(method, API + path, { body: { a: 1 } }));
    fail(call(), 429, '1');
    jest.advanceTimersByTime(SECOND);
    expect(call().request).toMatchObject({ method, body: { a: 1 } });
  });

  it.each([
    ['POST', '/api/v2/routing/queues'],
    ['PATCH', '/api/v2/routing/queues/1'],
    ['POST', '/api/v2/analytics/conversations/details/jobs'],
    ['POST', '/api/v2/routing/queues?x=/api/v2/users/search'],
    ['POST', '/api/v2/routing/queues#/api/v2/users/search'],
    ['POST', '/api/v2/analytics/../routing/query'],
    ['POST', '/api/v2/analytics/%2e%2e/routing/query'],
    ['POST', '/api/v2/usage/query'],
    ['POST', '/x/api/v2/users/search']
  ])('does not repeat %s %s', (method, path) => {
    const { http, call, network } = createApp();
    const outcome = observe(http.request(method, API + path));
    fail(call(), 429, '1');
    expect(outcome.error).toMatchObject({ name: 'HttpErrorResponse', status: 429 });
    jest.advanceTimersByTime(60 * SECOND);
    network.verify();
  });

  it.each([
    ['skipGenesysRetry()', { context: skipGenesysRetry() }],
    ['skipGenesysRetry(genesysScopes())', { context: skipGenesysRetry(genesysScopes('routing')) }],
    ['skipGenesysAuth()', { context: skipGenesysAuth() }],
    ['its own credential', { headers: { Authorization: 'Bearer own' } }]
  ])('leaves a request with %s alone', (_name, options) => {
    const { http, call, network } = createApp();
    const outcome = observe(http.get(`${API}/x`, options));
    fail(call(), 503);
    expect(outcome.error).toMatchObject({ status: 503 });
    jest.advanceTimersByTime(60 * SECOND);
    network.verify();
  });

  it('ends when the caller leaves', () => {
    const { http, call, network } = createApp();
    const request = http.get(`${API}/x`).subscribe();
    fail(call(), 429, '5');
    request.unsubscribe();
    jest.advanceTimersByTime(60 * SECOND);
    network.verify();
    expect(jest.getTimerCount()).toBe(0);
  });

  it('sends each attempt with the token that is live then, and replays a 401 in it', async () => {
    provideSubtle();
    const { get, call, relayCall, auth } = createApp();
    const outcome = get();
    fail(call(), 429, '30');
    const renewed = auth.renew();
    grant(relayCall(), 'token-2', 86_400);
    await renewed;
    jest.advanceTimersByTime(30 * SECOND);
    const second = call();
    expect(bearer(second)).toBe('Bearer token-2');
    refuse(second);
    await settle();
    grant(relayCall(), 'token-3', 86_400);
    const third = call();
    expect(bearer(third)).toBe('Bearer token-3');
    third.flush('ok');
    expect(outcome.values).toEqual(['ok']);
  });

  it.each<[string, (auth: GenesysAuthService) => void, (auth: GenesysAuthService) => void]>([
    [
      'while it waits',
      () => undefined,
      (auth) => {
        auth.clear();
      }
    ],
    [
      'before the answer that it would wait for',
      (auth) => {
        auth.clear();
      },
      () => undefined
    ]
  ])('does not repeat for the next user what was begun before clear(), called %s', (_name, before, after) => {
    const { http, auth, signIn, call, network } = createApp();
    const outcome = observe(http.delete(`${API}/api/v2/routing/queues/1`));
    const first = call();
    before(auth);
    fail(first, 503, '30');
    after(auth);
    signIn('token-of-bob', 86_400);
    jest.advanceTimersByTime(60 * SECOND);
    network.verify();
    expect(asAuthError(outcome.error).code).toBe('signed_out');
    expect(jest.getTimerCount()).toBe(0);
  });

  it('tells once that the request was sent', () => {
    const { http, call } = createApp();
    const types: HttpEventType[] = [];
    http.get(`${API}/x`, { observe: 'events' }).subscribe(({ type }) => types.push(type));
    fail(call(), 503);
    jest.advanceTimersByTime(250);
    call().flush('ok');
    expect(types).toEqual([HttpEventType.Sent, HttpEventType.Response]);
  });

  it('reports that the request was sent if a later interceptor failed the first attempt before it was sent', () => {
    let isOverloaded = false;
    const breaker: HttpInterceptorFn = (request, next) =>
      isOverloaded ? throwError(() => new HttpErrorResponse({ status: 503 })) : next(request);
    const { http, call } = createApp(undefined, [breaker]);
    isOverloaded = true;
    const types: HttpEventType[] = [];
    http.get(`${API}/x`, { observe: 'events' }).subscribe(({ type }) => types.push(type));
    isOverloaded = false;
    jest.advanceTimersByTime(500);
    call().flush('ok');
    expect(types).toEqual([HttpEventType.Sent, HttpEventType.Response]);
  });

  it('starts over for another subscription', () => {
    const { http, call } = createApp({ retries: 1 });
    const request = http.get(`${API}/x`);
    for (let time = 0; time < 2; time++) {
      const outcome = observe(request);
      fail(call(), 503);
      jest.advanceTimersByTime(250);
      call().flush('ok');
      expect(outcome.values).toEqual(['ok']);
    }
  });

  it.each<[string, object]>([
    ['withRetry.retries', { retries: 1.5 }],
    ['withRetry.retries', { retries: 11 }],
    ['withRetry.maxWaitMs', { maxWaitMs: -1 }],
    ['withRetry.retry', { retry: 2 }]
  ])('names a wrong %s: %j', (key, options) => {
    expect(() => withRetry(options)).toThrow(GenesysAuthConfigError);
    expect(() => withRetry(options)).toThrow(key);
  });

  it('is not there unless it is asked for', () => {
    const { get, network } = createBareApp();
    const outcome = get();
    grant(network.expectOne('/genesys/token'));
    fail(network.expectOne(`${API}/api/v2/routing/queues`), 429, '1');
    expect(outcome.error).toMatchObject({ name: 'HttpErrorResponse', status: 429 });
  });
});
