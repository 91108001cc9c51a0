import type { HttpInterceptorFn } from '@angular/common/http';
import { InjectionToken, inject } from '@angular/core';
import { EMPTY, NEVER, Subject, concat, takeUntil, throwError } from 'rxjs';
import { TOKEN_URL, asAuthError, createApp, grant, settle } from '../../test/app';

const failure = (status: number) => ({ status, statusText: 'x' });

describe('a call to the relay', () => {
  it('is a JSON POST with the header that keeps foreign pages out', () => {
    const { get, relayCall } = createApp();
    get();
    const { request } = relayCall();
    expect(request.method).toBe('POST');
    expect(request.headers.get('X-Genesys-Auth')).toBe('1');
    expect(request.detectContentTypeHeader()).toBe('application/json');
    expect(request.withCredentials).toBe(false);
    expect(request.headers.has('Authorization')).toBe(false);
  });

  it.each([
    ['/', '/token'],
    ['/genesys///', '/genesys/token'],
    ['https://relay.example.com', 'https://relay.example.com/token'],
    ['https://relay.example.com/a/b/', 'https://relay.example.com/a/b/token']
  ])('to %s goes to %s', (relay, url) => {
    const { get, network } = createApp({ config: { relay } });
    get();
    network.expectOne(url);
  });

  it.each([
    ['include', true, undefined],
    ['same-origin', false, undefined],
    ['omit', false, 'omit']
  ] as const)('with credentials %s', (credentials, withCredentials, mode) => {
    const { get, network } = createApp({ config: { relay: { url: 'https://relay.example.com', credentials } } });
    get();
    const { request } = network.expectOne('https://relay.example.com/token');
    expect([request.withCredentials, request.credentials]).toEqual([withCredentials, mode]);
  });

  it('carries headers(), asked for at each call, in an injection context', () => {
    const counter = new InjectionToken<{ calls: number }>('counter');
    const headers = () => ({ Authorization: `Bearer sso-${++inject(counter).calls}` });
    const { auth, network } = createApp({
      config: { relay: { url: '/genesys', headers } },
      providers: [{ provide: counter, useValue: { calls: 0 } }]
    });
    void auth.renew().catch(() => undefined);
    const first = network.expectOne(TOKEN_URL);
    expect(first.request.headers.get('Authorization')).toBe('Bearer sso-1');
    expect(first.request.headers.get('X-Genesys-Auth')).toBe('1');
    grant(first);
    void auth.renew();
    expect(network.expectOne(TOKEN_URL).request.headers.get('Authorization')).toBe('Bearer sso-2');
  });

  it('waits for headers() that are a promise', async () => {
    const headers = () => Promise.resolve({ Authorization: 'Bearer later' });
    const { get, network } = createApp({ config: { relay: { url: '/genesys', headers } } });
    get();
    network.verify();
    await settle();
    expect(network.expectOne(TOKEN_URL).request.headers.get('Authorization')).toBe('Bearer later');
  });

  it("to an origin that is also the API's carries no token and is not replayed", () => {
    const { http, network } = createApp({
      config: { region: undefined, apiOrigin: 'https://gw.example.com', relay: 'https://gw.example.com/relay' }
    });
    http.get('https://gw.example.com/api/v2/x').subscribe({ error: () => undefined });
    const call = network.expectOne('https://gw.example.com/relay/token');
    expect(call.request.headers.has('Authorization')).toBe(false);
    call.flush(null, failure(401));
    network.verify();
  });
});

describe('a relay that fails', () => {
  const fail = (app: ReturnType<typeof createApp>, act: (call: ReturnType<typeof app.relayCall>) => void) => {
    const outcome = app.get();
    act(app.relayCall());
    return asAuthError(outcome.error);
  };

  it.each([
    [401, 'relay_unauthenticated'],
    [403, 'relay_forbidden'],
    [429, 'relay_rate_limited'],
    [400, 'relay_refused'],
    [404, 'relay_refused'],
    [304, 'relay_refused'],
    [500, 'relay_unavailable'],
    [502, 'relay_unavailable'],
    [504, 'relay_unavailable']
  ])('with %i gives %s, a hint, and the response as cause', (status, code) => {
    const app = createApp();
    const error = fail(app, (call) => {
      call.flush('<html>proxy page</html>', failure(status));
    });
    expect(error).toMatchObject({ code, problem: undefined, cause: { status } });
    expect(error.hint).not.toBe('');
    expect(app.auth.status()).toBe('failed');
    expect(app.auth.error()).toBe(error);
  });

  it.each([
    // The proxy of ng serve answers so while the relay is not running: 500 or 502, by its version.
    [500, ''],
    [502, ''],
    [503, '<html>Service Unavailable</html>'],
    [504, null],
    [502, { error: 'Bad Gateway', code: 5 }]
  ])('because something else answers %i in its place: %j', (status, body) => {
    const error = fail(createApp(), (call) => {
      call.flush(body, failure(status));
    });
    expect(error).toMatchObject({ code: 'relay_unavailable', problem: undefined });
    expect(error.message).toBe(`No relay answers at its URL; a server or proxy in front of it answered ${status}.`);
    expect(error.hint).toMatch(/^Start the relay, and check .+proxyConfig/);
    expect(error.hint).not.toContain('log');
  });

  it('without a hint points to its log', () => {
    const error = fail(createApp(), (call) => {
      call.flush({ code: 'internal_error', detail: 'A fault.', status: 500 }, failure(500));
    });
    expect(error).toMatchObject({ code: 'relay_unavailable', message: 'A fault.' });
    expect(error.hint).toContain("the relay's log says more");
  });

  it('keeps the words, the code and the id of its problem', () => {
    const error = fail(createApp(), (call) => {
      call.flush(
        {
          type: 'urn:genesys-auth:problem:upstream_unreachable',
          title: 'The token endpoint cannot be reached',
          status: 503,
          code: 'upstream_unreachable',
          detail: 'login.mypurecloud.de does not answer.',
          hint: 'Check the firewall.',
          instance: 'urn:uuid:req-7'
        },
        failure(503)
      );
    });
    expect(error).toMatchObject({
      code: 'relay_unavailable',
      message: 'login.mypurecloud.de does not answer.',
      hint: expect.stringMatching(/^Check the firewall\. See https:\/\/.+#relay_unavailable$/),
      correlationId: 'req-7',
      problem: { code: 'upstream_unreachable', status: 503 }
    });
  });

  it('keeps the words of a problem that only a newer relay knows', () => {
    const error = fail(createApp(), (call) => {
      call.flush({ code: 'brand_new', detail: 'New.', status: 403 }, failure(403));
    });
    expect(error).toMatchObject({ code: 'relay_forbidden', message: 'New.', problem: { code: 'brand_new' } });
    expect(error.hint).not.toBe('');
  });

  it.each([
    ['a problem without detail', { code: 'policy_denied' }],
    ['a problem with wrong types', { code: 5, detail: {}, hint: [] }],
    ['a list', [1]],
    ['a number', 5],
    ['nothing', null]
  ])('takes %s for no problem', (_name, body) => {
    const error = fail(createApp(), (call) => {
      call.flush(body, failure(403));
    });
    expect(error).toMatchObject({ code: 'relay_forbidden', problem: undefined });
  });

  it('that cannot be reached gives relay_unreachable', () => {
    const error = fail(createApp(), (call) => {
      call.error(new ProgressEvent('error'));
    });
    expect(error).toMatchObject({ code: 'relay_unreachable', cause: { status: 0 } });
    expect(error.hint).toContain('connect-src');
  });

  it.each([
    ['no token', { token_type: 'Bearer', expires_in: 300, scope: 'analytics routing' }],
    ['a token that would split a header', answer({ access_token: 'a\r\nX: y' })],
    ['another type', answer({ token_type: 'mac' })],
    ['no lifetime', answer({ expires_in: undefined })],
    ['a lifetime of nothing', answer({ expires_in: 0 })],
    ['no scope', answer({ scope: undefined })],
    ['a page', '<!doctype html>'],
    ['nothing', null]
  ])('with a success that has %s gives relay_invalid_response', (_name, body) => {
    const app = createApp();
    const error = fail(app, (call) => {
      call.flush(body);
    });
    expect(error).toMatchObject({ code: 'relay_invalid_response' });
    // The body may hold a token.
    expect('cause' in error).toBe(false);
    app.network.verify();
  });
});

describe('a relay that is slow', () => {
  beforeEach(() => jest.useFakeTimers({ doNotFake: ['queueMicrotask', 'nextTick', 'setImmediate'] }));
  afterEach(() => jest.useRealTimers());

  it.each([
    [undefined, 10_000],
    [250, 250]
  ])('with timeoutMs %p is given %i ms', (timeoutMs, milliseconds) => {
    const { get, relayCall, network } = createApp({ config: { relay: { url: '/genesys', timeoutMs } } });
    const outcome = get();
    const call = relayCall();
    jest.advanceTimersByTime(milliseconds - 1);
    expect(outcome.error).toBeUndefined();
    jest.advanceTimersByTime(1);
    expect(asAuthError(outcome.error).code).toBe('relay_timeout');
    expect(asAuthError(outcome.error).message).toContain(`${milliseconds} ms`);
    expect(call.cancelled).toBe(true);
    network.verify({ ignoreCancelled: true });
    get();
    grant(relayCall());
    network.match(() => true);
    expect(jest.getTimerCount()).toBe(0);
  });

  it.each<[string, () => Promise<never>]>([['never answer', () => new Promise<never>(() => undefined)]])(
    'because headers() %s times out, too',
    (_name, headers) => {
      const { get } = createApp({ config: { relay: { url: '/genesys', headers } } });
      const outcome = get();
      jest.advanceTimersByTime(10_000);
      expect(asAuthError(outcome.error).code).toBe('relay_timeout');
    }
  );

  it('because an interceptor of the app holds the call back times out, too', () => {
    const hold: HttpInterceptorFn = (request, next) => (request.url === TOKEN_URL ? NEVER : next(request));
    const { get } = createApp({ before: [hold] });
    const outcome = get();
    jest.advanceTimersByTime(10_000);
    expect(asAuthError(outcome.error).code).toBe('relay_timeout');
  });
});

describe('a call that does not leave the app', () => {
  const boom = new Error('no login');

  it.each<[string, object, HttpInterceptorFn[]]>([
    [
      'headers() throws',
      {
        relay: {
          url: '/genesys',
          headers: () => {
            throw boom;
          }
        }
      },
      []
    ],
    ['headers() rejects', { relay: { url: '/genesys', headers: () => Promise.reject(boom) } }, []],
    [
      'an interceptor fails',
      {},
      [(request, next) => (request.url === TOKEN_URL ? throwError(() => boom) : next(request))]
    ]
  ])('because %s gives relay_unreachable with the reason as its cause', async (_name, config, before) => {
    const { get, network } = createApp({ config, before });
    const outcome = get();
    await settle();
    expect(asAuthError(outcome.error)).toMatchObject({ code: 'relay_unreachable', cause: boom });
    network.verify();
  });
});

describe('an interceptor of the app', () => {
  it('that ends the call without an answer leaves nobody waiting', () => {
    let offline = true;
    const cancel: HttpInterceptorFn = (request, next) => (offline && request.url === TOKEN_URL ? EMPTY : next(request));
    const { get, relayCall } = createApp({ before: [cancel] });
    const outcome = get();
    expect(asAuthError(outcome.error)).toMatchObject({
      code: 'relay_unreachable',
      hint: expect.stringMatching(/called/)
    });
    offline = false;
    const later = get();
    grant(relayCall());
    expect(later.error).toBeUndefined();
  });

  it('that calls the call off on its way leaves nobody waiting', () => {
    const navigation = new Subject<void>();
    const cancel: HttpInterceptorFn = (request, next) => next(request).pipe(takeUntil(navigation));
    const { get, relayCall } = createApp({ before: [cancel] });
    const outcome = get();
    expect(relayCall().cancelled).toBe(false);
    navigation.next();
    expect(outcome.done || outcome.error !== undefined).toBe(true);
    get();
    relayCall();
  });

  it('that answers twice, and never ends, disturbs nobody', () => {
    const twice: HttpInterceptorFn = (request, next) =>
      request.url === TOKEN_URL ? concat(next(request), next(request), NEVER) : next(request);
    const { auth, get, relayCall, network } = createApp({ before: [twice] });
    get();
    grant(relayCall());
    network.expectNone(TOKEN_URL);
    expect(auth.status()).toBe('ready');
  });
});

function answer(change: object): object {
  return { access_token: 't', token_type: 'Bearer', expires_in: 300, scope: 'analytics routing', ...change };
}
