import { HttpEventType, type HttpInterceptorFn, HttpRequest } from '@angular/common/http';
import type { TestRequest } from '@angular/common/http/testing';
import { Subject, retry, switchMap } from 'rxjs';
import {
  API,
  TOKEN_URL,
  asAuthError,
  bearer,
  codeOf,
  createApp,
  grant,
  observe,
  provideSubtle,
  refuse,
  settle,
  sha256
} from '../../test/app';

beforeEach(() => {
  jest.useFakeTimers({ doNotFake: ['queueMicrotask', 'nextTick', 'setImmediate'] });
  provideSubtle();
});
afterEach(() => jest.useRealTimers());

describe('a 401 from the API', () => {
  it('is answered with one renewal that names the token by its hash, and one replay', async () => {
    const { get, signIn, network, relayCall } = createApp();
    signIn('token-1');
    const outcome = get('/x');
    refuse(network.expectOne(`${API}/x`));
    await settle();
    const relay = relayCall();
    expect(relay.request.body).toEqual({ scopes: ['analytics', 'routing'], rejected: sha256('token-1') });
    grant(relay, 'token-2');
    const replay = network.expectOne(`${API}/x`);
    expect(bearer(replay)).toBe('Bearer token-2');
    replay.flush('ok');
    expect(outcome).toEqual({ values: ['ok'], error: undefined, done: true });
    network.verify();
  });

  it('200 at the same time make one renewal, and each request one replay', async () => {
    const { get, signIn, apiCalls, network, relayCall } = createApp();
    signIn('token-1');
    const outcomes = Array.from({ length: 200 }, (_, n) => get(`/${n}`));
    apiCalls().forEach(refuse);
    await settle();
    grant(relayCall(), 'token-2');
    const replays = apiCalls();
    expect(replays).toHaveLength(200);
    expect(new Set(replays.map(bearer))).toEqual(new Set(['Bearer token-2']));
    for (const replay of replays) replay.flush('ok');
    expect(outcomes.every(({ done }) => done)).toBe(true);
    network.verify();
  });

  it('that comes after the token was replaced needs no renewal', async () => {
    const { get, signIn, network, relayCall } = createApp();
    signIn('token-1');
    get('/early');
    get('/straggler');
    refuse(network.expectOne(`${API}/early`));
    await settle();
    grant(relayCall(), 'token-2');
    network.expectOne(`${API}/early`);
    refuse(network.expectOne(`${API}/straggler`));
    expect(bearer(network.expectOne(`${API}/straggler`))).toBe('Bearer token-2');
    network.verify();
  });

  it('that comes after the token was replaced says nothing about the new one, which has its own renewal', async () => {
    const { get, signIn, network, relayCall, auth } = createApp();
    signIn('token-1');
    const straggler = get('/straggler');
    void auth.renew();
    grant(relayCall(), 'token-2');
    const other = get('/other');
    refuse(network.expectOne(`${API}/straggler`));
    refuse(network.expectOne(`${API}/straggler`));
    refuse(network.expectOne(`${API}/other`));
    await settle();
    const call = relayCall();
    expect(call.request.body).toMatchObject({ rejected: sha256('token-2') });
    grant(call, 'token-3');
    for (const path of ['/straggler', '/other']) {
      const replay = network.expectOne(`${API}${path}`);
      expect(bearer(replay)).toBe('Bearer token-3');
      replay.flush({});
    }
    expect([straggler.done, other.done]).toEqual([true, true]);
    network.verify();
  });

  it('makes new requests wait: none gets the refused token meanwhile', async () => {
    const { get, signIn, network, relayCall } = createApp();
    signIn('token-1');
    get('/x');
    refuse(network.expectOne(`${API}/x`));
    get('/new');
    network.expectNone(`${API}/new`);
    await settle();
    grant(relayCall(), 'token-2');
    expect(bearer(network.expectOne(`${API}/new`))).toBe('Bearer token-2');
  });

  it('during a renewal ahead of time waits for that, and takes its token if it is another', async () => {
    const { get, signIn, network, relayCall } = createApp();
    signIn('token-1');
    jest.advanceTimersByTime(250_000);
    get('/x');
    const ahead = relayCall();
    refuse(network.expectOne(`${API}/x`));
    await settle();
    network.verify();
    grant(ahead, 'token-2');
    expect(bearer(network.expectOne(`${API}/x`))).toBe('Bearer token-2');
    await settle();
    network.verify();
  });

  it.each([
    [
      'brings the refused token again',
      (ahead: TestRequest) => {
        grant(ahead, 'token-1');
      }
    ],
    [
      'fails',
      (ahead: TestRequest) => {
        ahead.flush(null, { status: 503, statusText: 'x' });
      }
    ]
  ])('reports the token if a renewal ahead of time %s, once for all', async (_name, answer) => {
    const { get, signIn, relayCall, apiCalls } = createApp();
    signIn('token-1');
    jest.advanceTimersByTime(250_000);
    for (let n = 0; n < 50; n++) get(`/${n}`);
    const ahead = relayCall();
    apiCalls().forEach(refuse);
    answer(ahead);
    await settle();
    const report = relayCall();
    expect(report.request.body).toMatchObject({ rejected: sha256('token-1') });
    grant(report, 'token-2');
    expect(apiCalls().map(bearer)).toEqual(Array<string>(50).fill('Bearer token-2'));
  });

  it('that stays one after the renewal is a typed error with the response as its cause, and no loop', async () => {
    const { get, signIn, network, relayCall, auth } = createApp();
    signIn('token-1');
    const outcome = get('/x');
    refuse(network.expectOne(`${API}/x`));
    await settle();
    grant(relayCall(), 'token-2');
    refuse(network.expectOne(`${API}/x`));
    await settle();
    const error = asAuthError(outcome.error);
    expect(error).toMatchObject({ code: 'token_rejected', correlationId: 'genesys-1', cause: { status: 401 } });
    expect(error.hint).toContain('region');
    expect(auth.status()).toBe('ready');
    network.verify();
  });

  it('for 200 requests that stays one makes one renewal and 200 errors', async () => {
    const { get, signIn, network, relayCall, apiCalls } = createApp();
    signIn('token-1');
    const outcomes = Array.from({ length: 200 }, (_, n) => get(`/${n}`));
    apiCalls().forEach(refuse);
    await settle();
    grant(relayCall(), 'token-1');
    apiCalls().forEach(refuse);
    await settle();
    expect(outcomes.map(({ error }) => codeOf(error))).toEqual(Array<string>(200).fill('token_rejected'));
    network.verify();
  });

  it('on one path that never lets anyone in asks the relay at most once a second, and burns no token', async () => {
    const { get, signIn, network, apiCalls } = createApp();
    signIn('token-1', 86_399);
    let renewals = 0;
    for (let request = 0; request < 100; request++) {
      const forbidden = get('/closed');
      for (let attempt = 0; attempt < 2; attempt++) {
        apiCalls().forEach(refuse);
        await settle();
        for (const call of network.match(TOKEN_URL)) {
          renewals++;
          grant(call, 'token-1', 86_399);
        }
      }
      apiCalls().forEach(refuse);
      expect(codeOf(forbidden.error)).toBe('token_rejected');
      const open = get('/open');
      network.expectOne(`${API}/open`).flush('ok');
      expect(open.values).toEqual(['ok']);
      jest.advanceTimersByTime(100);
    }
    expect(renewals).toBeLessThanOrEqual(10);
    expect(renewals).toBeGreaterThan(5);
  });

  it('while the relay is down ends in the error of the relay; requests with the token go on', async () => {
    const { get, signIn, network, relayCall } = createApp();
    signIn('token-1');
    const outcome = get('/x');
    refuse(network.expectOne(`${API}/x`));
    await settle();
    relayCall().error(new ProgressEvent('error'));
    expect(codeOf(outcome.error)).toBe('relay_unreachable');
    get('/y');
    expect(bearer(network.expectOne(`${API}/y`))).toBe('Bearer token-1');
  });

  it('for the address of the caller is not changed: another token does not help', async () => {
    const { get, signIn, network } = createApp();
    signIn();
    const outcome = get('/x');
    network
      .expectOne(`${API}/x`)
      .flush({ code: 'ip.not.authorized', status: 401 }, { status: 401, statusText: 'Unauthorized' });
    await settle();
    expect(outcome.error).toMatchObject({ name: 'HttpErrorResponse', status: 401 });
    network.verify();
  });

  it.each([false, true])('is read as text, too (scope: %s)', (scope) => {
    const { http, signIn, network } = createApp();
    signIn('token-1');
    const outcome = observe(http.get(`${API}/text`, { responseType: 'text' }));
    const code = scope ? 'app.not.authorized.for.scope' : 'ip.not.authorized';
    const body = JSON.stringify({ code, message: 'Needs [routing]' });
    network.expectOne(`${API}/text`).flush(body, { status: scope ? 403 : 401, statusText: 'x' });
    if (scope) expect(asAuthError(outcome.error)).toMatchObject({ code: 'scope_not_granted', scopes: ['routing'] });
    else expect(outcome.error).toMatchObject({ status: 401, error: body });
    network.verify();
  });

  it('from another server is not ours', async () => {
    const { http, signIn, network } = createApp();
    signIn();
    const outcome = observe(http.get('https://crm.example.com/x'));
    network.expectOne('https://crm.example.com/x').flush(null, { status: 401, statusText: 'Unauthorized' });
    await settle();
    expect(outcome.error).toMatchObject({ name: 'HttpErrorResponse', status: 401 });
    network.verify();
  });

  it("from the relay is the relay's", async () => {
    const { get, relayCall, network } = createApp();
    const outcome = get();
    relayCall().flush(null, { status: 401, statusText: 'Unauthorized' });
    await settle();
    expect(codeOf(outcome.error)).toBe('relay_unauthenticated');
    network.verify();
  });

  it('is renewed without the hash where the page is not secure', async () => {
    provideSubtle(false);
    const { get, signIn, network, relayCall } = createApp();
    signIn('token-1');
    get('/x');
    refuse(network.expectOne(`${API}/x`));
    await settle();
    const relay = relayCall();
    expect(relay.request.body).toEqual({ scopes: ['analytics', 'routing'] });
    grant(relay, 'token-2');
    expect(bearer(network.expectOne(`${API}/x`))).toBe('Bearer token-2');
  });
});

describe('a 401 after clear()', () => {
  it('ends in signed_out: the request is not repeated with the token of whoever signs in next', async () => {
    const { auth, get, signIn, network, relayCall } = createApp();
    signIn('of-ann');
    const outcome = get('/x');
    auth.clear();
    const next = get('/y');
    grant(relayCall(), 'of-bob');
    expect(bearer(network.expectOne(`${API}/y`))).toBe('Bearer of-bob');
    refuse(network.expectOne(`${API}/x`));
    await settle();
    expect(codeOf(outcome.error)).toBe('signed_out');
    expect(next.error).toBeUndefined();
    network.verify();
  });
});

describe('the replay', () => {
  it('repeats method, body and headers', async () => {
    const { http, signIn, network, relayCall } = createApp();
    signIn('token-1');
    http.post(`${API}/query`, { interval: 'x' }, { headers: { 'X-Own': 'y' }, params: { a: 'b' } }).subscribe();
    refuse(network.expectOne(`${API}/query?a=b`));
    await settle();
    grant(relayCall(), 'token-2');
    const { request } = network.expectOne(`${API}/query?a=b`);
    expect([request.method, request.body, request.headers.get('X-Own')]).toEqual(['POST', { interval: 'x' }, 'y']);
  });

  it('does not tell a second time that the request was sent', async () => {
    const { http, signIn, network, relayCall } = createApp();
    signIn('token-1');
    const outcome = observe(http.request(new HttpRequest('POST', `${API}/x`, 'body', { reportProgress: true })));
    refuse(network.expectOne(`${API}/x`));
    await settle();
    grant(relayCall(), 'token-2');
    network.expectOne(`${API}/x`).flush('ok');
    expect(outcome.values.map((event) => (event as { type: HttpEventType }).type)).toEqual([
      HttpEventType.Sent,
      HttpEventType.Response
    ]);
  });

  it('reports that the request was sent if the token of the first attempt expired before it was sent', async () => {
    const released = new Subject<void>();
    const later: HttpInterceptorFn = (request, next) =>
      request.url === `${API}/x` ? released.pipe(switchMap(() => next(request))) : next(request);
    const { http, signIn, network, relayCall } = createApp({ after: [later] });
    signIn('token-1', 20);
    const outcome = observe(http.get(`${API}/x`, { observe: 'events' }));
    jest.advanceTimersByTime(30_000);
    released.next();
    await settle();
    grant(relayCall(), 'token-2');
    released.next();
    network.expectOne(`${API}/x`).flush('ok');
    expect(outcome.values.map((event) => (event as { type: HttpEventType }).type)).toEqual([
      HttpEventType.Sent,
      HttpEventType.Response
    ]);
  });

  it('reports once that the request was sent if a later interceptor sends it again after its token has expired', async () => {
    const later: HttpInterceptorFn = (request, next) => next(request).pipe(retry({ count: 1, delay: 30_000 }));
    const { http, signIn, network, relayCall } = createApp({ after: [later] });
    signIn('token-1', 20);
    const outcome = observe(http.get(`${API}/x`, { observe: 'events' }));
    network.expectOne(`${API}/x`).flush(null, { status: 503, statusText: 'Service Unavailable' });
    jest.advanceTimersByTime(30_000);
    await settle();
    grant(relayCall(), 'token-2');
    network.expectOne(`${API}/x`).flush('ok');
    expect(outcome.values.map((event) => (event as { type: HttpEventType }).type)).toEqual([
      HttpEventType.Sent,
      HttpEventType.Response
    ]);
  });

  it('goes through later interceptors again', async () => {
    const seen: (string | null)[] = [];
    const later: HttpInterceptorFn = (request, next) => {
      if (request.url === `${API}/x`) seen.push(request.headers.get('Authorization'));
      return next(request);
    };
    const { get, signIn, network, relayCall } = createApp({ after: [later] });
    signIn('token-1');
    get('/x');
    refuse(network.expectOne(`${API}/x`));
    await settle();
    grant(relayCall(), 'token-2');
    network.expectOne(`${API}/x`);
    expect(seen).toEqual(['Bearer token-1', 'Bearer token-2']);
  });

  it('is not sent for a caller who left, but the renewal serves the others', async () => {
    const { http, get, signIn, network, relayCall } = createApp();
    signIn('token-1');
    const left = http.get(`${API}/left`).subscribe();
    refuse(network.expectOne(`${API}/left`));
    left.unsubscribe();
    await settle();
    grant(relayCall(), 'token-2');
    network.expectNone(`${API}/left`);
    get('/x');
    expect(bearer(network.expectOne(`${API}/x`))).toBe('Bearer token-2');
  });

  it('passes its own errors on', async () => {
    const { get, signIn, network, relayCall } = createApp();
    signIn('token-1');
    const outcome = get('/x');
    refuse(network.expectOne(`${API}/x`));
    await settle();
    grant(relayCall(), 'token-2');
    network.expectOne(`${API}/x`).flush(null, { status: 404, statusText: 'Not Found' });
    expect(outcome.error).toMatchObject({ name: 'HttpErrorResponse', status: 404 });
  });
});
