import { XhrFactory } from '@angular/common';
import {
  FetchBackend,
  HTTP_INTERCEPTORS,
  HttpBackend,
  HttpClient,
  type HttpEvent,
  type HttpHandler,
  type HttpInterceptor,
  type HttpRequest,
  HttpResponse,
  HttpXhrBackend,
  provideHttpClient,
  withFetch,
  withInterceptors,
  withInterceptorsFromDi
} from '@angular/common/http';
import { HttpTestingController, provideHttpClientTesting } from '@angular/common/http/testing';
import { EnvironmentInjector, InjectionToken, createEnvironmentInjector, inject } from '@angular/core';
import { TestBed } from '@angular/core/testing';
import {
  GenesysAuthHttpInterceptor,
  GenesysAuthService,
  genesysAuthInterceptor,
  provideGenesysAuth,
  withProxyMode
} from 'ngx-genesys-auth';
import { type Observable, Subject, concatMap, first, from, of, retry } from 'rxjs';
import { API, CONFIG, TOKEN_URL, codeOf, grant, observe, provideSubtle, refuse, settle } from '../../test/app';

const EVIL = 'https://evil.example/x';
const SESSION = {
  subject: 'ann',
  identity: 'jwt',
  roles: ['agent'],
  defaultScopes: [],
  region: CONFIG.region,
  apiOrigin: API,
  mode: 'proxy'
};
const TRACE = new InjectionToken<string>('TRACE');

/** Continues asynchronously, as an interceptor does that waits for a promise. */
class Async implements HttpInterceptor {
  intercept(request: HttpRequest<unknown>, next: HttpHandler): Observable<HttpEvent<unknown>> {
    return from(Promise.resolve()).pipe(concatMap(() => next.handle(request)));
  }
}

class ToEvil implements HttpInterceptor {
  intercept(request: HttpRequest<unknown>, next: HttpHandler): Observable<HttpEvent<unknown>> {
    return next.handle(request.url === `${API}/move` ? request.clone({ url: EVIL }) : request);
  }
}

class Repeat implements HttpInterceptor {
  intercept(request: HttpRequest<unknown>, next: HttpHandler): Observable<HttpEvent<unknown>> {
    return next.handle(request).pipe(retry({ count: 1, delay: 1000 }));
  }
}

/** The backend of the root. It answers as the relay. */
class RootBackend implements HttpBackend {
  handle() {
    const body = { access_token: 't', token_type: 'Bearer', expires_in: 300, scope: 'analytics routing' };
    return of(new HttpResponse({ body }));
  }
}

type Sent = [url: string, authorization: string | null];

/** An XHR that fails, as where there is no network. */
class FailingXhr extends XMLHttpRequest {
  readonly #sent: Sent[];
  #url = '';
  #authorization: string | null = null;

  constructor(sent: Sent[]) {
    super();
    this.#sent = sent;
  }
  override open(_method: string, url: string | URL): void {
    this.#url = String(url);
  }
  override setRequestHeader(name: string, value: string): void {
    if (name.toLowerCase() === 'authorization') this.#authorization = value;
  }
  override send(): void {
    this.#sent.push([this.#url, this.#authorization]);
    this.dispatchEvent(new ProgressEvent('error'));
  }
}

/** An app of NgModules: its interceptors are classes at the root, and a lazy module has its own backend. */
function createLazyModule(interceptors: readonly (new () => HttpInterceptor)[]) {
  const sent: Sent[] = [];
  jest.spyOn(globalThis, 'fetch').mockImplementation((url, init) => {
    sent.push([typeof url === 'string' ? url : '', new Headers(init?.headers).get('Authorization')]);
    return Promise.reject(new TypeError('no network'));
  });
  TestBed.configureTestingModule({
    providers: [
      provideHttpClient(withInterceptorsFromDi()),
      { provide: HttpBackend, useClass: RootBackend },
      { provide: XhrFactory, useValue: { build: () => new FailingXhr(sent) } },
      interceptors.map((useClass) => ({
        provide: HTTP_INTERCEPTORS,
        multi: true,
        useClass
      })),
      provideGenesysAuth(CONFIG)
    ]
  });
  return {
    sent,
    open: (...providers: Parameters<typeof createEnvironmentInjector>[0]) =>
      createEnvironmentInjector(providers, TestBed.inject(EnvironmentInjector))
  };
}

// HttpClientModule provides no more than provideHttpClient(withInterceptorsFromDi()).
const lazyModules: [string, Parameters<typeof createEnvironmentInjector>[0]][] = [
  ['HttpClientModule', [provideHttpClient(withInterceptorsFromDi())]],
  ['its own backend for XHR', [provideHttpClient(withInterceptorsFromDi()), HttpXhrBackend]],
  ['its own backend for fetch', [provideHttpClient(withInterceptorsFromDi(), withFetch())]]
];

const { fetch } = globalThis;
beforeEach(() => {
  jest.useFakeTimers({ doNotFake: ['queueMicrotask', 'nextTick', 'setImmediate'] });
  provideSubtle();
  // jsdom has none.
  globalThis.fetch = () => Promise.reject(new TypeError('no network'));
});
afterEach(() => {
  jest.restoreAllMocks();
  globalThis.fetch = fetch;
  jest.useRealTimers();
});

describe.each(lazyModules)(
  'GenesysAuthHttpInterceptor after an asynchronous interceptor, in a lazy module with %s',
  (_name, providers) => {
    it('attaches the token', async () => {
      const { open, sent } = createLazyModule([Async, GenesysAuthHttpInterceptor]);
      observe(open(providers).get(HttpClient).get(`${API}/x`));
      await settle();
      expect(sent).toEqual([[`${API}/x`, 'Bearer t']]);
    });

    it('has its token removed where a later interceptor moves the request', async () => {
      const { open, sent } = createLazyModule([Async, GenesysAuthHttpInterceptor, ToEvil]);
      observe(open(providers).get(HttpClient).get(`${API}/move`));
      await settle();
      expect(sent).toEqual([[EVIL, null]]);
    });

    it('has its token removed where the constructor of a service lets it continue', async () => {
      const gate = new Subject<void>();
      class Gate implements HttpInterceptor {
        intercept(request: HttpRequest<unknown>, next: HttpHandler): Observable<HttpEvent<unknown>> {
          return request.url === `${API}/move`
            ? gate.pipe(
                first(),
                concatMap(() => next.handle(request))
              )
            : next.handle(request);
        }
      }
      const { open, sent } = createLazyModule([Gate, GenesysAuthHttpInterceptor, ToEvil]);
      observe(open(providers).get(HttpClient).get(`${API}/move`));
      TestBed.runInInjectionContext(() => {
        gate.next();
      });
      await settle();
      expect(sent).toEqual([[EVIL, null]]);
    });

    it('sends nothing again after clear()', async () => {
      const { open, sent } = createLazyModule([Async, GenesysAuthHttpInterceptor, Repeat]);
      const lazy = open(providers);
      const outcome = observe(lazy.get(HttpClient).get(`${API}/x`));
      await settle();
      lazy.get(GenesysAuthService).clear();
      jest.advanceTimersByTime(1000);
      await settle();
      expect(sent).toHaveLength(1);
      expect(codeOf(outcome.error)).toBe('signed_out');
    });

    it('leaves the backends of Angular as they were when the app is gone', async () => {
      const handles = () => [HttpXhrBackend, FetchBackend].map(({ prototype }) => Reflect.get(prototype, 'handle'));
      const before = handles();
      for (let app = 0; app < 3; app++) {
        const { open } = createLazyModule([Async, GenesysAuthHttpInterceptor, ToEvil]);
        observe(open(providers).get(HttpClient).get(`${API}/move`));
        await settle();
        expect(handles()).not.toContain(before[0]);
        TestBed.resetTestingModule();
        expect(handles()).toEqual(before);
      }
    });
  }
);

describe('a class interceptor after GenesysAuthHttpInterceptor', () => {
  it('may call inject(), for the first attempt and for the replay', async () => {
    class Tracing implements HttpInterceptor {
      intercept(request: HttpRequest<unknown>, next: HttpHandler): Observable<HttpEvent<unknown>> {
        return next.handle(request.clone({ setHeaders: { 'X-Trace': inject(TRACE) } }));
      }
    }
    TestBed.configureTestingModule({
      providers: [
        provideHttpClient(withInterceptorsFromDi()),
        provideHttpClientTesting(),
        { provide: TRACE, useValue: 'trace-1' },
        [GenesysAuthHttpInterceptor, Tracing].map((useClass) => ({
          provide: HTTP_INTERCEPTORS,
          multi: true,
          useClass
        })),
        provideGenesysAuth(CONFIG)
      ]
    });
    const network = TestBed.inject(HttpTestingController);
    const outcome = observe(TestBed.inject(HttpClient).get(`${API}/x`));
    grant(network.expectOne(TOKEN_URL));
    refuse(network.expectOne(`${API}/x`));
    await settle();
    grant(network.expectOne(TOKEN_URL), 'token-2');
    const { request } = network.expectOne(`${API}/x`);
    expect([request.headers.get('X-Trace'), outcome.error]).toEqual(['trace-1', undefined]);
  });
});

// The order of the pages for MSAL and angular-oauth2-oidc.
describe('the class interceptor of a company sign-on, in proxy mode', () => {
  const ours = withInterceptors([genesysAuthInterceptor]);
  const byClass = withInterceptorsFromDi();

  it.each([
    ['after', 'has', [ours, byClass], 'Bearer company'],
    ['before', 'lacks', [byClass, ours], null]
  ])('%s genesysAuthInterceptor: a call of the API %s the credential', (_place, _has, features, authorization) => {
    class SignOn implements HttpInterceptor {
      intercept(request: HttpRequest<unknown>, next: HttpHandler): Observable<HttpEvent<unknown>> {
        const isForRelay = request.url.startsWith('/genesys/');
        return next.handle(isForRelay ? request.clone({ setHeaders: { Authorization: 'Bearer company' } }) : request);
      }
    }
    TestBed.configureTestingModule({
      providers: [
        provideHttpClient(...features),
        provideHttpClientTesting(),
        { provide: HTTP_INTERCEPTORS, multi: true, useClass: SignOn },
        provideGenesysAuth(CONFIG, withProxyMode())
      ]
    });
    const network = TestBed.inject(HttpTestingController);
    observe(TestBed.inject(HttpClient).get(`${API}/api/v2/routing/queues`));
    const session = network.expectOne('/genesys/session');
    expect(session.request.headers.get('Authorization')).toBe('Bearer company');
    session.flush({ ...SESSION, scopes: CONFIG.scopes });
    const { request } = network.expectOne('/genesys/api/v2/routing/queues');
    expect(request.headers.get('Authorization')).toBe(authorization);
  });
});
