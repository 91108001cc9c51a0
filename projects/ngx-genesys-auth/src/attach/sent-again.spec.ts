import {
  FetchBackend,
  HttpBackend,
  HttpClient,
  HttpContext,
  HttpContextToken,
  HttpErrorResponse,
  type HttpInterceptorFn,
  type HttpRequest,
  HttpResponse,
  HttpXhrBackend,
  provideHttpClient,
  withInterceptors,
  withRequestsMadeViaParent
} from '@angular/common/http';
import { EnvironmentInjector, type ProviderToken, createEnvironmentInjector, inject } from '@angular/core';
import { TestBed } from '@angular/core/testing';
import {
  GenesysAuthService,
  genesysAuthInterceptor,
  provideGenesysAuth,
  withProxyMode,
  withRetry
} from 'ngx-genesys-auth';
import { Subject, catchError, defer, delayWhen, of, retry, switchMap, tap, throwError, timer } from 'rxjs';
import {
  API,
  CONFIG,
  TOKEN_URL,
  asAuthError,
  bearer,
  codeOf,
  createApp,
  grant,
  observe,
  provideSubtle,
  refuse,
  settle
} from '../../test/app';

const SECOND = 1000;
const DELAY = 30 * SECOND;
const unavailable = { status: 503, statusText: 'Service Unavailable' };
const again = { count: 3, delay: DELAY };

/** Interceptors of the app, after ours, that send each API request up to four times. */
const repeaters: [string, HttpInterceptorFn[]][] = [
  ['subscribes again', [(request, next) => next(request).pipe(retry(again))]],
  ['calls next() again', [(request, next) => defer(() => next(request)).pipe(retry(again))]],
  [
    'sends clones',
    [(request, next) => defer(() => next(request.clone({ setHeaders: { 'X-Attempt': '1' } }))).pipe(retry(again))]
  ],
  [
    'stands before another one that clones',
    [
      (request, next) => next(request).pipe(retry(again)),
      (request, next) => next(request.clone({ setParams: { page: '1' } }))
    ]
  ]
];

const apiOnly =
  (interceptor: HttpInterceptorFn): HttpInterceptorFn =>
  (request, next) =>
    request.url.includes('/api/v2/x') ? interceptor(request, next) : next(request);

beforeEach(() => {
  jest.useFakeTimers({ doNotFake: ['queueMicrotask', 'nextTick', 'setImmediate'] });
  provideSubtle();
});
afterEach(() => {
  jest.useRealTimers();
  jest.restoreAllMocks();
});

describe.each(repeaters)('a later interceptor that %s', (_name, interceptors) => {
  const after = interceptors.map(apiOnly);
  const isX = ({ url }: HttpRequest<unknown>) => url.includes('/api/v2/x');

  it.each(['nobody', 'the next user'])('sends nothing after clear(), when %s is signed in', async (who) => {
    const { auth, signIn, get, network } = createApp({ after });
    signIn('token-of-ann', 3600);
    const outcome = get('/api/v2/x');
    network.expectOne(isX).flush(null, unavailable);
    auth.clear();
    if (who !== 'nobody') signIn('token-of-bob', 3600);
    jest.advanceTimersByTime(3 * DELAY);
    await settle();
    network.expectNone(isX);
    expect(codeOf(outcome.error)).toBe('signed_out');
  });

  it('sends nothing after clear() when the relay gives the next user the same token', () => {
    const { auth, signIn, get, network } = createApp({ after });
    signIn('shared', 3600);
    const outcome = get('/api/v2/x');
    network.expectOne(isX).flush(null, unavailable);
    auth.clear();
    signIn('shared', 3600);
    const own = get('/api/v2/x?own');
    jest.advanceTimersByTime(3 * DELAY);
    expect(network.match(isX).map(({ request }) => request.url)).toEqual([`${API}/api/v2/x?own`]);
    expect([codeOf(outcome.error), own.error]).toEqual(['signed_out', undefined]);
  });

  it('sends nothing after clear() in proxy mode', () => {
    const { auth, get, network } = createApp({ after, features: [withProxyMode()] });
    const session = () => {
      network.expectOne('/genesys/session').flush({
        ...{ subject: 'ann', identity: 'jwt', roles: [], scopes: ['analytics', 'routing'], defaultScopes: [] },
        ...{ region: 'mypurecloud.de', apiOrigin: API, mode: 'proxy' }
      });
    };
    const outcome = get('/api/v2/x');
    session();
    network.expectOne(isX).flush(null, unavailable);
    auth.clear();
    get('/api/v2/users');
    session();
    network.expectOne('/genesys/api/v2/users').flush(null);
    jest.advanceTimersByTime(3 * DELAY);
    network.verify();
    expect(codeOf(outcome.error)).toBe('signed_out');
  });

  it('gets an error in place of sending an expired token, and the request is sent with a new one', async () => {
    const { signIn, get, network, relayCall } = createApp({ after });
    signIn('token-1', 20);
    const outcome = get('/api/v2/x');
    network.expectOne(isX).flush(null, unavailable);
    jest.advanceTimersByTime(3 * DELAY);
    await settle();
    network.expectNone(isX);
    grant(relayCall(), 'token-2', 3600);
    const call = network.expectOne(isX);
    expect(bearer(call)).toBe('Bearer token-2');
    call.flush('ok');
    expect(outcome).toEqual({ values: ['ok'], error: undefined, done: true });
  });

  it('sends again what still has its token', () => {
    const { signIn, get, network } = createApp({ after });
    signIn('token-1', 3600);
    const outcome = get('/api/v2/x');
    network.expectOne(isX).flush(null, unavailable);
    jest.advanceTimersByTime(DELAY);
    const call = network.expectOne(isX);
    expect(bearer(call)).toBe('Bearer token-1');
    call.flush('ok');
    expect(outcome).toEqual({ values: ['ok'], error: undefined, done: true });
  });

  it('sends nothing after clear() with withRetry()', () => {
    const { auth, signIn, get, network } = createApp({ after, features: [withRetry({ retries: 10 })] });
    signIn('token-of-ann', 3600);
    const outcome = get('/api/v2/x');
    network.expectOne(isX).flush(null, unavailable);
    auth.clear();
    signIn('token-of-bob', 3600);
    jest.advanceTimersByTime(20 * DELAY);
    network.expectNone(isX);
    expect(codeOf(outcome.error)).toBe('signed_out');
  });
});

describe('in proxy mode, a later interceptor that signs calls to the relay', () => {
  const SESSION_MS = 300 * SECOND;
  const isSent = ({ url }: HttpRequest<unknown>) => url === '/genesys/api/v2/x';

  /** The sign-on of an app. After a 401 it gets another credential; if that is refused, too, the user is signed out. */
  function createSignOn() {
    const log: string[] = [];
    let credential = 'old';
    const sign: HttpInterceptorFn = (request, next) => {
      const send = () => next(request.clone({ setHeaders: { Authorization: credential } }));
      const note = (error: unknown) => {
        if (error instanceof HttpErrorResponse && error.status === 401) log.push(`${credential} is refused`);
      };
      const renewed = timer(2 * SECOND).pipe(tap(() => (credential = 'new')));
      return send().pipe(
        tap({ error: note }),
        catchError(() => renewed.pipe(switchMap(send), tap({ error: note })))
      );
    };
    return { log, sign };
  }

  it('is not told that its new credential is refused when the session has expired meanwhile', async () => {
    const { log, sign } = createSignOn();
    const { get, network } = createApp({ after: [apiOnly(sign)], features: [withProxyMode()] });
    const session = () => {
      network.expectOne('/genesys/session').flush({
        ...{ subject: 'ann', identity: 'jwt', roles: [], scopes: ['analytics', 'routing'], defaultScopes: [] },
        ...{ region: 'mypurecloud.de', apiOrigin: API, mode: 'proxy' }
      });
    };
    get('/api/v2/users');
    session();
    jest.advanceTimersByTime(SESSION_MS - SECOND);
    const outcome = get('/api/v2/x');
    session();
    refuse(network.expectOne(isSent));
    jest.advanceTimersByTime(2 * SECOND);
    await settle();
    const call = network.expectOne(isSent);
    expect(bearer(call)).toBe('new');
    call.flush('ok');
    expect([outcome.values, outcome.error, log]).toEqual([['ok'], undefined, ['old is refused']]);
  });
});

describe('a later interceptor that delays a request', () => {
  const delayed = new Subject<void>();
  const after = [
    apiOnly((request, next) =>
      of(request).pipe(
        delayWhen(() => delayed),
        switchMap(next)
      )
    )
  ];

  it('sends nothing after clear()', () => {
    const { auth, signIn, get, network } = createApp({ after });
    signIn('token-of-ann', 3600);
    const outcome = get('/api/v2/x');
    auth.clear();
    delayed.next();
    expect(codeOf(outcome.error)).toBe('signed_out');
    network.verify();
  });

  it('fails the request if it delays it for longer than tokens live', async () => {
    const { signIn, get, relayCall, network } = createApp({ after });
    signIn('token-1', 20);
    const outcome = get('/api/v2/x');
    jest.advanceTimersByTime(DELAY);
    delayed.next();
    await settle();
    grant(relayCall(), 'token-2', 20);
    jest.advanceTimersByTime(DELAY);
    delayed.next();
    expect(asAuthError(outcome.error)).toMatchObject({
      code: 'token_rejected',
      message: expect.stringContaining('expired before the request was sent')
    });
    network.verify();
  });

  it('gets a new token for a request whose token has expired meanwhile', async () => {
    const { signIn, get, network, relayCall } = createApp({ after });
    signIn('token-1', 20);
    get('/api/v2/x');
    jest.advanceTimersByTime(DELAY);
    delayed.next();
    await settle();
    grant(relayCall(), 'token-2');
    delayed.next();
    expect(bearer(network.expectOne(`${API}/api/v2/x`))).toBe('Bearer token-2');
  });
});

describe('of two configurations, clear() of one', () => {
  it('does not stop what is sent again for the other one', () => {
    const OTHER = 'https://api.mypurecloud.com';
    const { auth, http, network } = createApp({
      after: [(request, next) => (request.url.endsWith('/x') ? next(request).pipe(retry(again)) : next(request))],
      auth: [
        provideGenesysAuth(CONFIG),
        provideGenesysAuth({ ...CONFIG, name: 'us', region: 'mypurecloud.com', relay: '/us' })
      ]
    });
    const outcomes = [API, OTHER].map((origin) => observe(http.get(`${origin}/x`)));
    grant(network.expectOne('/genesys/token'), 'shared', 3600);
    grant(network.expectOne('/us/token'), 'shared', 3600);
    for (const origin of [API, OTHER]) network.expectOne(`${origin}/x`).flush(null, unavailable);
    auth.clear();
    jest.advanceTimersByTime(3 * DELAY);
    network.expectNone(`${API}/x`);
    expect(bearer(network.expectOne(`${OTHER}/x`))).toBe('Bearer shared');
    expect([codeOf(outcomes[0]?.error), outcomes[1]?.error]).toEqual(['signed_out', undefined]);
  });
});

describe('a request that is sent again after clear() does not reach', () => {
  const repeat = apiOnly((request, next) => next(request).pipe(retry(again)));

  /** Answers as the relay, and fails all else at each subscription. */
  class Network implements HttpBackend {
    readonly sent: string[] = [];
    handle({ url, urlWithParams }: HttpRequest<unknown>) {
      return defer(() => {
        this.sent.push(urlWithParams);
        return url === TOKEN_URL
          ? of(
              new HttpResponse({
                body: { access_token: 't', token_type: 'Bearer', expires_in: 3600, scope: 'analytics routing' }
              })
            )
          : throwError(() => new Error('no answer'));
      });
    }
  }

  const toParent = withRequestsMadeViaParent();
  const repeating = withInterceptors([genesysAuthInterceptor, repeat]);
  const ours = withInterceptors([genesysAuthInterceptor]);

  const open = (...providers: Parameters<typeof createEnvironmentInjector>[0]) =>
    createEnvironmentInjector(providers, TestBed.inject(EnvironmentInjector));

  /** Sends a request that fails, then signs out, and returns what was sent. */
  function sentBy(injector: EnvironmentInjector, ...networks: Network[]): string[] {
    const outcome = observe(injector.get(HttpClient).get(`${API}/api/v2/x`));
    injector.get(GenesysAuthService).clear();
    jest.advanceTimersByTime(3 * DELAY);
    expect(codeOf(outcome.error)).toBe('signed_out');
    return networks.flatMap(({ sent }) => sent);
  }
  const ONCE = [TOKEN_URL, `${API}/api/v2/x`];

  it('the own backend of a lazy part', () => {
    const [root, own] = [new Network(), new Network()];
    createApp({ providers: [{ provide: HttpBackend, useValue: root }] });
    const lazy = open(provideHttpClient(repeating), { provide: HttpBackend, useValue: own });
    expect(sentBy(lazy, root, own)).toEqual(ONCE);
  });

  it('the backend of the root when the lazy part repeats it', () => {
    const root = new Network();
    createApp({ providers: [{ provide: HttpBackend, useValue: root }] });
    expect(sentBy(open(provideHttpClient(repeating, toParent)), root)).toEqual(ONCE);
  });

  it('the backend of the root when the root repeats it', () => {
    const root = new Network();
    createApp({ providers: [{ provide: HttpBackend, useValue: root }], before: [repeat] });
    expect(sentBy(open(provideHttpClient(ours, toParent)), root)).toEqual(ONCE);
  });

  it('the backend of the root when the configuration is in a lazy part', () => {
    const root = new Network();
    TestBed.configureTestingModule({
      providers: [provideHttpClient(withInterceptors([repeat])), { provide: HttpBackend, useValue: root }]
    });
    expect(sentBy(open(provideHttpClient(ours, toParent), provideGenesysAuth(CONFIG)), root)).toEqual(ONCE);
  });

  it.each<[string, ProviderToken<HttpBackend>]>([
    ['XHR', HttpXhrBackend],
    ['fetch', FetchBackend]
  ])('the %s backend that a later interceptor injects', (_name, Backend) => {
    const elsewhere = apiOnly((request) => inject(Backend).handle(request).pipe(retry(again)));
    const { auth, get, signIn } = createApp({ after: [elsewhere], providers: [FetchBackend] });
    const network = new Network();
    jest.spyOn(TestBed.inject(Backend), 'handle').mockImplementation((request) => network.handle(request));
    signIn('token-of-ann', 3600);
    const outcome = get('/api/v2/x');
    auth.clear();
    jest.advanceTimersByTime(3 * DELAY);
    expect(network.sent).toEqual([`${API}/api/v2/x`]);
    expect(codeOf(outcome.error)).toBe('signed_out');
  });
});

describe('the context of a request', () => {
  const COUNT = new HttpContextToken(() => 0);

  it('is shared by the interceptors before and after ours', () => {
    const context = new HttpContext().set(COUNT, 1);
    const { http, signIn } = createApp({
      after: [
        (request, next) => next(request.clone({ context: request.context.set(COUNT, request.context.get(COUNT) + 1) }))
      ]
    });
    signIn();
    http.get(`${API}/x`, { context }).subscribe();
    expect(context.get(COUNT)).toBe(2);
  });

  it('may be one constant for all requests', () => {
    const repeat = apiOnly((request, next) => next(request).pipe(retry(again)));
    const { auth, http, network, signIn } = createApp({ after: [repeat] });
    const context = new HttpContext().set(COUNT, 1);
    signIn('token-of-ann', 3600);
    const outcome = observe(http.get(`${API}/api/v2/x`, { context }));
    network.expectOne(`${API}/api/v2/x`).flush(null, unavailable);
    auth.clear();
    signIn('token-of-bob', 3600);
    http.get(`${API}/y`, { context }).subscribe();
    http.get('/elsewhere', { context }).subscribe();
    jest.advanceTimersByTime(3 * DELAY);
    expect(network.match(() => true).map(({ request }) => request.url)).toEqual([`${API}/y`, '/elsewhere']);
    expect(codeOf(outcome.error)).toBe('signed_out');
  });
});
