import {
  FetchBackend,
  HTTP_INTERCEPTORS,
  HttpBackend,
  HttpClient,
  HttpContext,
  type HttpEvent,
  type HttpHandler,
  type HttpInterceptor,
  type HttpInterceptorFn,
  HttpRequest,
  HttpResponse,
  HttpXhrBackend,
  provideHttpClient,
  withInterceptors,
  withInterceptorsFromDi,
  withRequestsMadeViaParent
} from '@angular/common/http';
import { EnvironmentInjector, type ProviderToken, createEnvironmentInjector, inject } from '@angular/core';
import { TestBed } from '@angular/core/testing';
import {
  GenesysAuthHttpInterceptor,
  genesysAuthInterceptor,
  provideGenesysAuth,
  skipGenesysAuth
} from 'ngx-genesys-auth';
import { provideGenesysAuthTesting } from 'ngx-genesys-auth/testing';
import { NEVER, type Observable, Subject, of, switchMap } from 'rxjs';
import { API, CONFIG, bearer, createApp, grant } from '../../test/app';

const EVIL = 'https://evil.example/api/v2/users/me';

const movers: [string, HttpInterceptorFn][] = [
  ['changes the URL', (request, next) => next(request.clone({ url: EVIL }))],
  [
    'changes the URL and the context',
    (request, next) => next(request.clone({ url: EVIL, context: new HttpContext() }))
  ],
  [
    'makes a new request with the old headers',
    ({ headers, method }, next) => next(new HttpRequest(method, EVIL, null, { headers }))
  ],
  [
    'copies the headers one by one',
    (request, next) =>
      next(
        new HttpRequest('GET', EVIL).clone({
          setHeaders: Object.fromEntries(request.headers.keys().map((key) => [key, request.headers.get(key) ?? '']))
        })
      )
  ],
  [
    'writes the header in lower case',
    (request, next) =>
      next(
        new HttpRequest('GET', EVIL).clone({
          setHeaders: { authorization: request.headers.get('Authorization') ?? '' }
        })
      )
  ],
  [
    'moves it to the same host by http',
    (request, next) => next(request.clone({ url: request.url.replace('https:', 'http:') }))
  ],
  ['changes the request in place', (request, next) => next(Object.assign(request, { url: EVIL }))],
  ['moves it to this site', (request, next) => next(request.clone({ url: '/api/v2/users/me' }))],
  ['changes what is sent in place', (request, next) => next(Object.assign(request, { urlWithParams: EVIL }))],
  ['changes what is sent of a clone', (request, next) => next(Object.assign(request.clone(), { urlWithParams: EVIL }))]
];

describe('the off-origin guard', () => {
  it.each(movers)('takes the token off when a later interceptor %s', (_name, mover) => {
    const { http, network, signIn } = createApp({
      after: [(request, next) => (request.url.endsWith('/me') ? mover(request, next) : next(request))]
    });
    signIn();
    http.get(`${API}/me`).subscribe();
    const call = network.expectOne(() => true);
    const { url, urlWithParams } = call.request;
    expect([url, urlWithParams]).toContainEqual(expect.not.stringMatching(/^https:\/\/api\.mypurecloud\.de/));
    expect(call.request.headers.has('Authorization')).toBe(false);
  });

  it('leaves it when a later interceptor stays on the origin', () => {
    const { http, network, signIn } = createApp({
      after: [
        (request, next) => {
          const change = { setParams: { a: 'b' }, setHeaders: { 'X-Own': 'c' } };
          return next(request.url.endsWith('/me') ? request.clone(change) : request);
        }
      ]
    });
    signIn();
    http.get(`${API}/me`).subscribe();
    const call = network.expectOne(`${API}/me?a=b`);
    expect(bearer(call)).toBe('Bearer token-1');
    expect(call.request.headers.get('X-Own')).toBe('c');
  });

  it('leaves a credential of another origin alone', () => {
    const { http, network, signIn } = createApp();
    signIn();
    http.get(EVIL, { headers: { Authorization: 'Bearer of-their-own' } }).subscribe();
    expect(bearer(network.expectOne(EVIL))).toBe('Bearer of-their-own');
  });

  it('takes the token off a request of the app that carries it elsewhere, unless that is marked', async () => {
    const { http, network, signIn, auth } = createApp();
    signIn();
    const headers = { Authorization: `Bearer ${await auth.token()}` };
    http.get(EVIL, { headers }).subscribe();
    expect(bearer(network.expectOne(EVIL))).toBeNull();
    http.get(EVIL, { headers, context: skipGenesysAuth() }).subscribe();
    expect(bearer(network.expectOne(EVIL))).toBe('Bearer token-1');
  });

  it('knows the token that was replaced while a request was on its way', async () => {
    const { http, network, signIn, auth, relayCall } = createApp();
    signIn('token-1');
    const headers = { Authorization: `Bearer ${await auth.token()}` };
    const renewed = auth.renew();
    relayCall().flush({ access_token: 'token-2', token_type: 'Bearer', expires_in: 300, scope: 'analytics routing' });
    await renewed;
    http.get(EVIL, { headers }).subscribe();
    expect(bearer(network.expectOne(EVIL))).toBeNull();
  });

  const toEvil: HttpInterceptorFn = (request, next) =>
    next(request.url.startsWith(API) ? request.clone({ url: EVIL }) : request);

  /** A backend that answers as relay and API in one, and notes what came. */
  class Network implements HttpBackend {
    readonly sent: (string | null)[] = [];
    handle(request: HttpRequest<unknown>) {
      this.sent.push(request.headers.get('Authorization'));
      return of(
        new HttpResponse({
          body: { access_token: 't', token_type: 'bearer', expires_in: 300, scope: 'analytics routing' }
        })
      );
    }
  }

  it.each([
    ['before provideHttpClient()', true],
    ['after provideHttpClient()', false]
  ])('stands when provideGenesysAuth() comes %s', (_name, first) => {
    const network = new Network();
    const http = provideHttpClient(withInterceptors([genesysAuthInterceptor, toEvil]));
    const genesys = provideGenesysAuth(CONFIG);
    TestBed.configureTestingModule({
      providers: [first ? [genesys, http] : [http, genesys], { provide: HttpBackend, useValue: network }]
    });
    TestBed.inject(HttpClient).get(API).subscribe();
    expect(network.sent).toEqual([null, null]);
  });

  it('leaves a backend of the app in place, mock functions too', () => {
    const handle = jest.fn(() => of(new HttpResponse({ body: null })));
    TestBed.configureTestingModule({
      providers: [
        provideHttpClient(withInterceptors([genesysAuthInterceptor])),
        { provide: HttpBackend, useValue: { handle } },
        provideGenesysAuth(CONFIG)
      ]
    });
    TestBed.inject(HttpClient).get('/x').subscribe();
    expect(handle).toHaveBeenCalledTimes(1);
  });

  it('is in a lazy part of the app that has its own HttpClient', () => {
    const network = new Network();
    const { signIn } = createApp();
    signIn();
    const child = createEnvironmentInjector(
      [
        provideHttpClient(withInterceptors([genesysAuthInterceptor, toEvil])),
        { provide: HttpBackend, useValue: network }
      ],
      TestBed.inject(EnvironmentInjector)
    );
    child.get(HttpClient).get(API).subscribe();
    expect(network.sent).toEqual([null]);
  });

  it('comes after the interceptors of a parent that a lazy part forwards to', () => {
    const network = new Network();
    TestBed.configureTestingModule({
      providers: [
        provideHttpClient(withInterceptors([toEvil])),
        provideGenesysAuth(CONFIG),
        { provide: HttpBackend, useValue: network }
      ]
    });
    const child = createEnvironmentInjector(
      [provideHttpClient(withInterceptors([genesysAuthInterceptor]), withRequestsMadeViaParent())],
      TestBed.inject(EnvironmentInjector)
    );
    child.get(HttpClient).get(API).subscribe();
    expect(network.sent).toEqual([null, null]);
  });

  describe('in an app of several injectors', () => {
    const toParent = provideHttpClient(withInterceptors([genesysAuthInterceptor]), withRequestsMadeViaParent());
    const child = (providers: Parameters<typeof createEnvironmentInjector>[0], parent?: EnvironmentInjector) =>
      createEnvironmentInjector(providers, parent ?? TestBed.inject(EnvironmentInjector));

    it('stands at the root when the configuration is in a lazy part', () => {
      const network = new Network();
      TestBed.configureTestingModule({
        providers: [provideHttpClient(withInterceptors([toEvil])), { provide: HttpBackend, useValue: network }]
      });
      child([toParent, provideGenesysAuth(CONFIG)])
        .get(HttpClient)
        .get(API)
        .subscribe();
      expect(network.sent).toEqual([null, null]);
    });

    it('stands at the root when a part in between moves the request', () => {
      const network = new Network();
      TestBed.configureTestingModule({
        providers: [provideHttpClient(), { provide: HttpBackend, useValue: network }]
      });
      const middle = child([provideHttpClient(withInterceptors([toEvil]), withRequestsMadeViaParent())]);
      child([toParent, provideGenesysAuth(CONFIG)], middle)
        .get(HttpClient)
        .get(API)
        .subscribe();
      expect(network.sent).toEqual([null, null]);
    });

    it('stands at a backend in between, with the configuration at the root', () => {
      const own = new Network();
      const { signIn } = createApp();
      signIn();
      const middle = child([provideHttpClient(withInterceptors([toEvil])), { provide: HttpBackend, useValue: own }]);
      child([toParent], middle).get(HttpClient).get(API).subscribe();
      expect(own.sent).toEqual([null]);
    });

    it('stands at the backend of a lazy module that runs the class interceptor of the root', () => {
      const own = new Network();
      class Mover implements HttpInterceptor {
        intercept(request: HttpRequest<unknown>, next: HttpHandler): Observable<HttpEvent<unknown>> {
          return toEvil(request, (moved) => next.handle(moved));
        }
      }
      TestBed.configureTestingModule({
        providers: [
          provideHttpClient(withInterceptorsFromDi()),
          { provide: HttpBackend, useValue: new Network() },
          { provide: HTTP_INTERCEPTORS, useClass: GenesysAuthHttpInterceptor, multi: true },
          { provide: HTTP_INTERCEPTORS, useClass: Mover, multi: true },
          provideGenesysAuth(CONFIG)
        ]
      });
      const lazy = child([provideHttpClient(withInterceptorsFromDi()), { provide: HttpBackend, useValue: own }]);
      lazy.get(HttpClient).get(API).subscribe();
      expect(own.sent).toEqual([null]);
    });

    it.each([
      ['stays', false],
      ['is destroyed meanwhile', true]
    ])('stands when the root moves the request later and the lazy part %s', (_name, isDestroyed) => {
      const network = new Network();
      const moved = new Subject<void>();
      const later: HttpInterceptorFn = (request, next) =>
        request.url === API ? moved.pipe(switchMap(() => toEvil(request, next))) : next(request);
      TestBed.configureTestingModule({
        providers: [provideHttpClient(withInterceptors([later])), { provide: HttpBackend, useValue: network }]
      });
      const lazy = child([toParent, provideGenesysAuth(CONFIG)]);
      let answers = 0;
      lazy
        .get(HttpClient)
        .get(API)
        .subscribe(() => answers++);
      if (isDestroyed) lazy.destroy();
      moved.next();
      expect(network.sent).toEqual([null, null]);
      expect(answers).toBe(1);
      moved.complete();
      expect(Object.hasOwn(network, 'handle')).toBe(!isDestroyed);
    });
  });

  it.each<[string, ProviderToken<HttpBackend>]>([
    ['XHR', HttpXhrBackend],
    ['fetch', FetchBackend]
  ])('stands at the %s backend that a later interceptor injects', (_name, Backend) => {
    const elsewhere: HttpInterceptorFn = (request, next) =>
      request.url === API ? inject(Backend).handle(request.clone({ url: EVIL })) : next(request);
    const { http, signIn } = createApp({ after: [elsewhere], providers: [FetchBackend] });
    const sent = jest.spyOn(TestBed.inject(Backend), 'handle').mockReturnValue(NEVER);
    signIn();
    http.get(API).subscribe();
    expect(sent).toHaveBeenCalledTimes(1);
    expect(sent.mock.calls[0]![0].url).toBe(EVIL);
    expect(sent.mock.calls[0]![0].headers.has('Authorization')).toBe(false);
  });
});

describe('two configurations that hold the same token', () => {
  const GATEWAY = 'https://gateway.example.com';
  const tracing: HttpInterceptorFn = (request, next) => next(request.clone({ setHeaders: { 'X-Trace': '1' } }));
  const toGateway: HttpInterceptorFn = (request, next) =>
    next(request.clone({ url: request.url.replace(API, GATEWAY) }));
  const auth = [
    provideGenesysAuth(CONFIG),
    provideGenesysAuth({ ...CONFIG, region: undefined, apiOrigin: GATEWAY, name: 'gateway' })
  ];

  it('keep it at both origins, behind an interceptor that clones requests', () => {
    const { http, network, relayCall } = createApp({ auth, after: [tracing] });
    const sent = (url: string, isFirst: boolean) => {
      http.get(url).subscribe();
      if (isFirst) grant(relayCall(), 'shared');
      return bearer(network.expectOne(url));
    };
    const bearers = [sent(API, true), sent(GATEWAY, true), sent(API, false), sent(GATEWAY, false)];
    expect(bearers).toEqual(Array(4).fill('Bearer shared'));
  });

  it('keep it in two fakes of the testing entry point', () => {
    const { http, network } = createApp({
      auth: [
        provideGenesysAuthTesting({ name: 'us', region: 'mypurecloud.com' }),
        provideGenesysAuthTesting({ name: 'emea', region: 'mypurecloud.de' })
      ],
      after: [tracing]
    });
    for (const url of ['https://api.mypurecloud.com/x', `${API}/x`, 'https://api.mypurecloud.com/y']) {
      http.get(url).subscribe();
      expect(bearer(network.expectOne(url))).toBe('Bearer fake-genesys-token-1');
    }
  });

  it('keep it when one is provided at the root and one in a lazy part', () => {
    const { http, network, relayCall } = createApp({ auth: auth.slice(0, 1), after: [tracing] });
    const lazy = createEnvironmentInjector(
      [provideHttpClient(withInterceptors([genesysAuthInterceptor, tracing]), withRequestsMadeViaParent()), auth[1]!],
      TestBed.inject(EnvironmentInjector)
    );
    http.get(API).subscribe();
    grant(relayCall(), 'shared');
    lazy.get(HttpClient).get(GATEWAY).subscribe();
    grant(relayCall(), 'shared');
    expect([bearer(network.expectOne(API)), bearer(network.expectOne(GATEWAY))]).toEqual([
      'Bearer shared',
      'Bearer shared'
    ]);
  });

  it('lose it at any other origin', () => {
    const { http, network, relayCall } = createApp({
      auth,
      after: [(request, next) => next(request.clone({ url: request.url.replace(API, 'https://evil.example') }))]
    });
    http.get(API).subscribe();
    grant(relayCall(), 'shared');
    http.get(GATEWAY).subscribe();
    grant(relayCall(), 'shared');
    expect(bearer(network.expectOne('https://evil.example'))).toBeNull();
  });

  it('lose a token at the origin of the other that is not the token of the other', () => {
    const { http, network, relayCall } = createApp({ auth, after: [toGateway] });
    http.get(API).subscribe();
    grant(relayCall(), 'of-the-region');
    expect(bearer(network.expectOne(GATEWAY))).toBeNull();
  });
});
