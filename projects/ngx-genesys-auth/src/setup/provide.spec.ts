import {
  HTTP_INTERCEPTORS,
  HttpClient,
  type HttpInterceptorFn,
  provideHttpClient,
  withFetch,
  withInterceptors,
  withInterceptorsFromDi
} from '@angular/common/http';
import { HttpTestingController, provideHttpClientTesting } from '@angular/common/http/testing';
import {
  ChangeDetectionStrategy,
  Component,
  type EnvironmentProviders,
  PLATFORM_ID,
  type Provider,
  importProvidersFrom,
  inject,
  provideEnvironmentInitializer
} from '@angular/core';
import { TestBed } from '@angular/core/testing';
import { bootstrapApplication } from '@angular/platform-browser';
import {
  type GenesysAuthFeature,
  GenesysAuthHttpInterceptor,
  GenesysAuthModule,
  GenesysAuthService,
  genesysAuthInterceptor,
  provideGenesysAuth
} from 'ngx-genesys-auth';
import { API, CONFIG, TOKEN_URL, asAuthError, bearer, createApp, grant, observe } from '../../test/app';

afterEach(() => jest.restoreAllMocks());

describe('the doors', () => {
  const functional = provideHttpClient(withInterceptors([genesysAuthInterceptor]));
  const byClass = [
    provideHttpClient(withInterceptorsFromDi()),
    { provide: HTTP_INTERCEPTORS, useClass: GenesysAuthHttpInterceptor, multi: true }
  ];

  it('an initializer before ours may ask for a token already: there is one configuration, and one token', async () => {
    const begun = jest.fn();
    let asked: Promise<string> | undefined;
    const feature: GenesysAuthFeature = { kind: 'logger', providers: [provideEnvironmentInitializer(begun)] };
    const { http, network, auth } = createApp({
      auth: [
        provideEnvironmentInitializer(() => {
          asked = inject(GenesysAuthService).token();
        }),
        provideGenesysAuth(CONFIG, feature)
      ]
    });
    expect(begun).toHaveBeenCalledTimes(1);
    grant(network.expectOne(TOKEN_URL));
    await expect(asked).resolves.toBe('token-1');
    expect(auth.status()).toBe('ready');
    const call = observe(http.get(`${API}/api/v2/routing/queues`));
    expect(bearer(network.expectOne(`${API}/api/v2/routing/queues`))).toBe('Bearer token-1');
    network.verify();
    expect(call.error).toBeUndefined();
  });

  it.each<[string, object]>([
    ['provideGenesysAuth()', { providers: [functional, provideGenesysAuth(CONFIG)] }],
    ['provideGenesysAuth() first', { providers: [provideGenesysAuth(CONFIG), functional] }],
    ['forRoot()', { imports: [GenesysAuthModule.forRoot(CONFIG)], providers: [functional] }],
    ['importProvidersFrom()', { providers: [functional, importProvidersFrom(GenesysAuthModule.forRoot(CONFIG))] }],
    ['the class interceptor', { providers: [...byClass, provideGenesysAuth(CONFIG)] }],
    ['forRoot() and the class interceptor', { imports: [GenesysAuthModule.forRoot(CONFIG)], providers: byClass }],
    [
      'both interceptors by mistake',
      {
        providers: [
          provideHttpClient(withInterceptors([genesysAuthInterceptor]), withInterceptorsFromDi()),
          byClass[1],
          provideGenesysAuth(CONFIG)
        ]
      }
    ],
    [
      'withFetch()',
      {
        providers: [
          provideHttpClient(withFetch(), withInterceptors([genesysAuthInterceptor])),
          provideGenesysAuth(CONFIG)
        ]
      }
    ]
  ])('%s leads to the same place', (_name, { providers, ...rest }: { providers?: unknown[] }) => {
    TestBed.configureTestingModule({ ...rest, providers: [...(providers ?? []), provideHttpClientTesting()] });
    const http = TestBed.inject(HttpClient);
    const network = TestBed.inject(HttpTestingController);
    const outcome = observe(http.get(`${API}/x`));
    grant(network.expectOne(TOKEN_URL));
    const api = network.expectOne(`${API}/x`);
    expect(bearer(api)).toBe('Bearer token-1');
    api.flush('ok');
    expect(outcome.values).toEqual(['ok']);
    expect(TestBed.inject(GenesysAuthService).status()).toBe('ready');
    network.verify();
  });

  it('an interceptor without configuration says what is missing', () => {
    TestBed.configureTestingModule({ providers: [functional, provideHttpClientTesting()] });
    const outcome = observe(TestBed.inject(HttpClient).get('/x'));
    expect(asAuthError(outcome.error).message).toContain('provideGenesysAuth(');
  });
});

describe('on the server', () => {
  it('a token is not asked for: requests for the API fail at once, others pass', async () => {
    const { http, auth, network, get } = createApp({ providers: [{ provide: PLATFORM_ID, useValue: 'server' }] });
    expect(asAuthError(get().error).code).toBe('server_no_credential');
    expect(asAuthError(await auth.token().catch((error: unknown) => error)).code).toBe('server_no_credential');
    http.get('/own').subscribe();
    network.expectOne('/own');
    network.verify();
  });
});

describe('the start-up check in development', () => {
  @Component({ selector: 'genesys-root', template: 'app', changeDetection: ChangeDetectionStrategy.OnPush })
  class Root {}

  async function start(providers: (Provider | EnvironmentProviders)[]) {
    document.body.innerHTML = '<genesys-root></genesys-root>';
    const errors = jest.spyOn(console, 'error').mockReturnValue();
    jest.spyOn(console, 'log').mockReturnValue();
    const opened = jest.spyOn(XMLHttpRequest.prototype, 'open');
    const app = await bootstrapApplication(Root, { providers });
    app.destroy();
    expect(opened).not.toHaveBeenCalled();
    return errors.mock.calls.map(([message]) => String(message));
  }

  it('is silent when the interceptor is there, by function or by class', async () => {
    expect(
      await start([provideHttpClient(withInterceptors([genesysAuthInterceptor])), provideGenesysAuth(CONFIG)])
    ).toEqual([]);
    expect(
      await start([
        provideGenesysAuth(CONFIG),
        provideHttpClient(withInterceptorsFromDi()),
        { provide: HTTP_INTERCEPTORS, useClass: GenesysAuthHttpInterceptor, multi: true }
      ])
    ).toEqual([]);
  });

  it.each<[string, HttpInterceptorFn[]]>([
    ['there is none', []],
    ['there are others', [(request, next) => next(request)]],
    [
      'others change the URL',
      [(request, next) => next(request.clone({ url: `https://proxy.example/?${request.url}` }))]
    ]
  ])('fails loudly when the interceptor is missing and %s', async (_name, others) => {
    const errors = await start([provideHttpClient(withInterceptors(others)), provideGenesysAuth(CONFIG)]);
    expect(errors).toHaveLength(1);
    expect(errors[0]).toContain('provideHttpClient(withInterceptors([genesysAuthInterceptor]))');
  });

  it('does not mind an interceptor of the app that fails on it', async () => {
    const failing: HttpInterceptorFn = () => {
      throw new Error('not my request');
    };
    expect(
      await start([provideHttpClient(withInterceptors([failing, genesysAuthInterceptor])), provideGenesysAuth(CONFIG)])
    ).toEqual([]);
  });

  it('a wrong configuration stops the app', async () => {
    jest.spyOn(console, 'error').mockReturnValue();
    document.body.innerHTML = '<genesys-root></genesys-root>';
    await expect(
      bootstrapApplication(Root, {
        providers: [provideHttpClient(), provideGenesysAuth({ ...CONFIG, region: 'moon' })]
      })
    ).rejects.toMatchObject({ code: 'config_invalid' });
  });

  it('does not run in TestBed', () => {
    const errors = jest.spyOn(console, 'error');
    TestBed.configureTestingModule({
      providers: [provideHttpClient(), provideHttpClientTesting(), provideGenesysAuth(CONFIG)]
    });
    TestBed.createComponent(Root).detectChanges();
    TestBed.inject(HttpTestingController).verify();
    expect(errors).not.toHaveBeenCalled();
  });
});
