import { HttpClient } from '@angular/common/http';
import {
  ChangeDetectionStrategy,
  Component,
  ErrorHandler,
  inject,
  provideAppInitializer,
  provideEnvironmentInitializer
} from '@angular/core';
import { TestBed } from '@angular/core/testing';
import { EMPTY, NEVER, Subject, first, firstValueFrom } from 'rxjs';
import {
  type GenesysAuthConfig,
  type GenesysAuthConfigLoader,
  type GenesysAuthFeature,
  GenesysAuthModule,
  GenesysAuthService,
  GenesysScopesDirective,
  genesysAuthInterceptor,
  genesysScopes,
  provideGenesysAuth,
  skipGenesysAuth,
  withLogger,
  withProxyMode
} from 'ngx-genesys-auth';
import { provideHttpClient, withInterceptors } from '@angular/common/http';
import { HttpTestingController, provideHttpClientTesting } from '@angular/common/http/testing';
import {
  API,
  CONFIG,
  TOKEN_URL,
  type AppOptions,
  asAuthError,
  bearer,
  codeOf,
  createApp,
  grant,
  observe,
  settle
} from '../../test/app';

const CONFIG_URL = '/genesys.json';

beforeEach(() => jest.useFakeTimers({ doNotFake: ['queueMicrotask', 'nextTick', 'setImmediate'] }));
afterEach(() => {
  jest.useRealTimers();
  jest.restoreAllMocks();
});

function loadedApp(options: AppOptions = {}) {
  const load = jest.fn(() => inject(HttpClient).get<GenesysAuthConfig>(CONFIG_URL));
  const app = createApp({ auth: [provideGenesysAuth(load)], ...options });
  return { ...app, load, configCall: () => app.network.expectOne(CONFIG_URL) };
}

describe('while the configuration is loaded', () => {
  it('the loader uses HttpClient and our interceptor, and the request waits instead of going out bare', () => {
    const { get, network, configCall, relayCall, auth } = loadedApp();
    const outcome = get();
    expect(auth.status()).toBe('unknown');
    const config = configCall();
    expect(bearer(config)).toBeNull();
    network.verify();
    config.flush(CONFIG);
    grant(relayCall());
    const call = network.expectOne(`${API}/api/v2/routing/queues`);
    expect(bearer(call)).toBe('Bearer token-1');
    call.flush('ok');
    expect(outcome.values).toEqual(['ok']);
  });

  it('it is loaded once, for all who wait', () => {
    const { get, load, network, configCall, relayCall } = loadedApp();
    for (let n = 0; n < 50; n++) get(`/${n}`);
    configCall().flush(CONFIG);
    grant(relayCall());
    expect(network.match(({ url }) => url.startsWith(API))).toHaveLength(50);
    expect(load).toHaveBeenCalledTimes(1);
  });

  it('a request of an app initializer waits', async () => {
    TestBed.configureTestingModule({
      providers: [
        provideAppInitializer(() => firstValueFrom(inject(HttpClient).get(`${API}/start`))),
        provideHttpClient(withInterceptors([genesysAuthInterceptor])),
        provideHttpClientTesting(),
        provideGenesysAuth(() => inject(HttpClient).get<GenesysAuthConfig>(CONFIG_URL))
      ]
    });
    const network = TestBed.inject(HttpTestingController);
    await settle();
    network.expectOne(CONFIG_URL).flush(CONFIG);
    await settle();
    grant(network.expectOne(TOKEN_URL));
    await settle();
    expect(bearer(network.expectOne(`${API}/start`))).toBe('Bearer token-1');
  });

  it.each([
    ['the site itself', '/own', {}],
    ['any other host', 'https://example.com/x', {}],
    ['a look-alike', 'https://api.mypurecloud.de.example.com/x', {}],
    ['Genesys Cloud, marked by skipGenesysAuth()', `${API}/x`, { context: skipGenesysAuth() }],
    ['Genesys Cloud, with its own credential', `${API}/x`, { headers: { Authorization: 'Basic x' } }]
  ])('requests to %s pass', (_name, url, options) => {
    const { http, network } = loadedApp();
    http.get(url, options).subscribe();
    expect(network.expectOne(url).request.headers.get('Authorization')).not.toBe('Bearer token-1');
  });

  it('a request marked by genesysScopes() waits, wherever it goes, and is checked when the configuration is there', () => {
    const sandbox = 'http://localhost:4211';
    const { http, network, configCall, relayCall } = loadedApp();
    const good = observe(http.get(`${sandbox}/x`, { context: genesysScopes('routing') }));
    const bad = observe(http.get(`${sandbox}/x`, { context: genesysScopes('users') }));
    network.expectNone(`${sandbox}/x`);
    configCall().flush({ ...CONFIG, region: undefined, apiOrigin: sandbox });
    grant(relayCall());
    network.expectOne(`${sandbox}/x`).flush('ok');
    expect(good.values).toEqual(['ok']);
    expect(codeOf(bad.error)).toBe('scope_not_configured');
  });

  it('the wait is bounded: after 10 s the requests fail', () => {
    const { get, auth } = createApp({ auth: [provideGenesysAuth(() => NEVER)] });
    const outcome = get();
    jest.advanceTimersByTime(9_999);
    expect(outcome.error).toBeUndefined();
    jest.advanceTimersByTime(1);
    expect(codeOf(outcome.error)).toBe('config_unavailable');
    expect(auth.status()).toBe('failed');
    expect(jest.getTimerCount()).toBe(0);
  });

  it('the service waits, too; names are checked, and pending calls fail after clear()', async () => {
    const { auth, network, relayCall } = loadedApp();
    expect([auth.status(), auth.error(), auth.hasScopes('routing')]).toEqual(['unknown', null, false]);
    expect(auth.validate('users').errors).toEqual([]);
    expect(auth.validate('anaytics').errors.map(({ nearest }) => nearest)).toEqual(['analytics']);
    const cleared = auth.token().catch(codeOf);
    auth.clear();
    expect(await cleared).toBe('signed_out');
    expect(auth.status()).toBe('signed-out');
    const token = auth.token('routing');
    const [calledOff, again] = network.match(CONFIG_URL);
    expect(calledOff?.cancelled).toBe(true);
    again?.flush(CONFIG);
    await settle();
    grant(relayCall());
    expect(await token).toBe('token-1');
    expect(codeOf(await auth.token('users').catch((error: unknown) => error))).toBe('scope_not_configured');
  });

  it.each([
    ['token mode', []],
    ['proxy mode', [withProxyMode()]]
  ])('nothing that waits for it is sent after clear() by a subscriber of events$, in %s', async (_name, features) => {
    const load = () => inject(HttpClient).get<GenesysAuthConfig>(CONFIG_URL);
    const { auth, get, network, configCall } = loadedApp({ auth: [provideGenesysAuth(load, ...features)] });
    auth.events$.pipe(first(({ type }) => type === 'renewing')).subscribe(() => {
      auth.clear();
    });
    const requests = [get('/a'), get('/b')];
    const calls = [auth.ensureScopes('routing'), auth.renew()];
    if (features.length === 0) calls.push(auth.token().then(() => undefined));
    const codes = Promise.all(calls.map((call) => call.then(() => 'resolved', codeOf)));
    configCall().flush(CONFIG);
    expect(requests.map(({ error }) => codeOf(error))).toEqual(['signed_out', 'signed_out']);
    expect(await codes).toEqual(calls.map(() => 'signed_out'));
    network.verify();
  });

  it('nothing of it goes on when the app is gone', () => {
    const source = new Subject<GenesysAuthConfig>();
    const { auth } = createApp({ auth: [provideGenesysAuth(() => source)] });
    const events = observe(auth.events$);
    TestBed.resetTestingModule();
    expect(source.observed).toBe(false);
    expect(events.done).toBe(true);
    expect(jest.getTimerCount()).toBe(0);
  });
});

describe('a configuration that cannot be had', () => {
  const down = { status: 500, statusText: 'x' };

  it('fails the requests by a typed error; the next one loads it again', () => {
    const { get, configCall, relayCall, network, auth } = loadedApp();
    const first = get();
    configCall().flush(null, down);
    expect(asAuthError(first.error)).toMatchObject({ code: 'config_unavailable', cause: { status: 500 } });
    expect([auth.status(), auth.error()?.code]).toEqual(['failed', 'config_unavailable']);
    const second = get();
    configCall().flush(CONFIG);
    grant(relayCall());
    network.expectOne(`${API}/api/v2/routing/queues`).flush('ok');
    expect(second.values).toEqual(['ok']);
    expect([auth.status(), auth.error()]).toEqual(['ready', null]);
  });

  it('is not asked for by every poll, and renew() does not wait for the pause', async () => {
    const { auth, get, network, configCall, relayCall } = loadedApp();
    let loads = 0;
    for (let second = 0; second < 60; second++) {
      const outcome = get();
      for (const call of network.match(CONFIG_URL)) {
        loads++;
        call.flush(null, down);
      }
      expect(codeOf(outcome.error)).toBe('config_unavailable');
      jest.advanceTimersByTime(1000);
    }
    expect(loads).toBeGreaterThan(5);
    expect(loads).toBeLessThan(20);
    get();
    network.match(CONFIG_URL).forEach((call) => {
      call.flush(null, down);
    });
    const renewed = auth.renew();
    configCall().flush(CONFIG);
    await settle();
    grant(relayCall());
    await renewed;
    expect(auth.status()).toBe('ready');
  });

  it.each([
    [
      'throws',
      () => {
        throw new Error('x');
      },
      'config_unavailable'
    ],
    ['rejects', () => Promise.reject(new Error('x')), 'config_unavailable'],
    ['ends without a value', () => EMPTY, 'config_unavailable'],
    ['brings mistakes', () => Promise.resolve({ ...CONFIG, region: 'moon' }), 'config_invalid'],
    ['brings no object', () => Promise.resolve('moon' as unknown as GenesysAuthConfig), 'config_invalid']
  ])('a loader that %s', async (_name, load: GenesysAuthConfigLoader, code) => {
    const { get } = createApp({ auth: [provideGenesysAuth(load)] });
    const outcome = get();
    await settle();
    expect(codeOf(outcome.error)).toBe(code);
  });
});

describe('with everything else', () => {
  it('GenesysAuthModule.forRoot() takes a loader, and so does a name', async () => {
    const load = () => Promise.resolve(CONFIG);
    TestBed.configureTestingModule({
      imports: [GenesysAuthModule.forRoot({ name: 'emea', load })],
      providers: [provideHttpClient(withInterceptors([genesysAuthInterceptor])), provideHttpClientTesting()]
    });
    const auth = TestBed.inject(GenesysAuthService);
    const token = auth.for('emea').token();
    await settle();
    grant(TestBed.inject(HttpTestingController).expectOne(TOKEN_URL));
    expect(await token).toBe('token-1');
    expect(auth.status()).toBe('ready');
  });

  it('features begin when it is there, and miss no event', () => {
    const entries: unknown[] = [];
    const logger = withLogger({ level: 'debug', sink: (entry) => entries.push([entry.name, entry.event]) });
    const { get, configCall, relayCall } = loadedApp({
      auth: [
        provideGenesysAuth({ name: 'emea', load: () => inject(HttpClient).get<GenesysAuthConfig>(CONFIG_URL) }, logger)
      ]
    });
    configCall().flush(null, { status: 500, statusText: 'x' });
    get();
    configCall().flush({ ...CONFIG, name: 'from-file' });
    grant(relayCall());
    expect(entries).toEqual([
      ['emea', 'token_failed'],
      ['emea', 'token_renewing'],
      ['emea', 'token_ready']
    ]);
  });

  it('no feature begins before the configuration is right', () => {
    let begun = 0;
    const feature: GenesysAuthFeature = {
      kind: 'logger',
      providers: [provideEnvironmentInitializer(() => begun++)]
    };
    const { get, configCall, relayCall } = loadedApp({
      auth: [provideGenesysAuth(() => inject(HttpClient).get<GenesysAuthConfig>(CONFIG_URL), feature)]
    });
    configCall().flush({ ...CONFIG, region: 'moon' });
    expect(begun).toBe(0);
    get();
    configCall().flush(CONFIG);
    relayCall();
    expect(begun).toBe(1);
  });

  it('*genesysScopes waits, and reports a scope that turns out not to be configured', async () => {
    @Component({
      selector: 'genesys-loaded',
      imports: [GenesysScopesDirective],
      template: `<b *genesysScopes="'routing'">yes</b><i *genesysScopes="'users'">never</i>`,
      changeDetection: ChangeDetectionStrategy.OnPush
    })
    class Page {}
    const reported: unknown[] = [];
    const { configCall, relayCall } = loadedApp({
      providers: [
        { provide: ErrorHandler, useValue: { handleError: (error: unknown) => reported.push(codeOf(error)) } }
      ]
    });
    const page = TestBed.createComponent(Page);
    page.autoDetectChanges();
    await settle();
    expect(page.nativeElement).toHaveProperty('textContent', '');
    configCall().flush(CONFIG);
    await settle();
    grant(relayCall());
    await settle();
    TestBed.tick();
    expect(page.nativeElement).toHaveProperty('textContent', 'yes');
    expect(reported).toEqual(['scope_not_configured']);
  });
});
