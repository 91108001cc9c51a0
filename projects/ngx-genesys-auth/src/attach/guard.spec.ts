import {
  HttpBackend,
  HttpClient,
  HttpContext,
  type HttpInterceptorFn,
  HttpRequest,
  HttpResponse,
  provideHttpClient,
  withInterceptors,
  withRequestsMadeViaParent
} from '@angular/common/http';
import { EnvironmentInjector, createEnvironmentInjector } from '@angular/core';
import { TestBed } from '@angular/core/testing';
import { genesysAuthInterceptor, provideGenesysAuth, skipGenesysAuth } from 'ngx-genesys-auth';
import { of } from 'rxjs';
import { API, CONFIG, bearer, createApp } from '../../test/app';

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
  ['moves it to this site', (request, next) => next(request.clone({ url: '/api/v2/users/me' }))]
];

describe('the off-origin guard', () => {
  it.each(movers)('takes the token off when a later interceptor %s', (_name, mover) => {
    const { http, network, signIn } = createApp({
      after: [(request, next) => (request.url.endsWith('/me') ? mover(request, next) : next(request))]
    });
    signIn();
    http.get(`${API}/me`).subscribe();
    const call = network.expectOne(() => true);
    expect(call.request.url).not.toMatch(/^https:\/\/api\.mypurecloud\.de/);
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

  it('stands in a lazy part of the app with an HttpClient of its own', () => {
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

  it('stands behind the interceptors of a parent that a lazy part hands on to', () => {
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
});
