import { HttpClient, type HttpInterceptorFn, provideHttpClient, withInterceptors } from '@angular/common/http';
import { HttpTestingController, provideHttpClientTesting } from '@angular/common/http/testing';
import { ChangeDetectionStrategy, Component, inject } from '@angular/core';
import { TestBed } from '@angular/core/testing';
import { NEVER, of } from 'rxjs';
import {
  GenesysAuthModule,
  GenesysAuthService,
  GenesysScopesDirective,
  genesysAuthInterceptor,
  genesysConfig,
  genesysScopes,
  provideGenesysAuth,
  withLogger,
  withRetry
} from 'ngx-genesys-auth';
import { withScopeCatalogue } from 'ngx-genesys-auth/scope-catalogue';
import { requireScopes } from 'ngx-genesys-auth/router';
import {
  API,
  CONFIG,
  type AppOptions,
  asAuthError,
  bearer,
  codeOf,
  createApp,
  grant,
  observe,
  refuse,
  settle
} from '../../test/app';

const US = { name: 'us', region: 'mypurecloud.com', relay: '/us', scopes: ['analytics'] };
const EMEA = { ...CONFIG, name: 'emea', relay: '/emea' };
const US_API = 'https://api.mypurecloud.com';

function twoRegions(options: AppOptions = {}) {
  const app = createApp({ auth: [provideGenesysAuth(US), provideGenesysAuth(EMEA)], ...options });
  return {
    ...app,
    call: (url: string, context = {}) => observe(app.http.get(url, context)),
    answer: (relay: string, token = relay, scope = 'analytics routing') => {
      grant(app.network.expectOne(`/${relay}/token`), token, 300, scope);
    },
    sent: (url: string) => bearer(app.network.expectOne(url))
  };
}

describe('two regions', () => {
  it('each origin gets the token of its configuration, from its relay, and no other', () => {
    const { call, answer, sent, network } = twoRegions();
    call(`${US_API}/a`);
    call(`${API}/b`);
    answer('us');
    network.expectNone(`${API}/b`);
    answer('emea');
    expect(sent(`${US_API}/a`)).toBe('Bearer us');
    expect(sent(`${API}/b`)).toBe('Bearer emea');
    network.verify();
  });

  it('each has its own service; without a name it is the first', async () => {
    const { auth, answer } = twoRegions();
    const emea = auth.for('emea');
    expect(auth.for('us')).toBe(auth);
    expect(emea.for('us')).toBe(auth);
    const token = emea.token('routing');
    answer('emea');
    expect(await token).toBe('emea');
    expect([auth.status(), emea.status()]).toEqual(['unknown', 'ready']);
    expect(codeOf(await auth.token('routing').catch((error: unknown) => error))).toBe('scope_not_configured');
    emea.clear();
    expect([auth.status(), emea.status()]).toEqual(['unknown', 'signed-out']);
  });

  it('a 401 renews the token of that configuration alone', async () => {
    const { call, answer, network, auth } = twoRegions();
    call(`${US_API}/a`);
    call(`${API}/b`);
    answer('us');
    answer('emea');
    refuse(network.expectOne(`${API}/b`));
    await settle();
    expect([auth.status(), auth.for('emea').status()]).toEqual(['ready', 'renewing']);
    answer('emea', 'emea-2');
    expect(bearer(network.expectOne(`${API}/b`))).toBe('Bearer emea-2');
  });

  it('a token is taken off when a later interceptor moves the request, to the other API as well', () => {
    const move: HttpInterceptorFn = (request, next) => next(request.clone({ url: request.url.replace(API, US_API) }));
    const { call, answer, sent } = twoRegions({ after: [move] });
    call(`${API}/b`);
    answer('emea');
    expect(sent(`${US_API}/b`)).toBeNull();
  });

  it('the one without a name is the default, wherever it stands', () => {
    const { auth } = twoRegions({ auth: [provideGenesysAuth(EMEA), provideGenesysAuth({ ...US, name: undefined })] });
    expect(auth.validate('routing').ok).toBe(false);
    expect(auth.for('emea').validate('routing').ok).toBe(true);
  });

  it('GenesysAuthModule.forRoot() can be imported for each', () => {
    TestBed.configureTestingModule({
      imports: [GenesysAuthModule.forRoot(US), GenesysAuthModule.forRoot(EMEA)],
      providers: [provideHttpClient(withInterceptors([genesysAuthInterceptor])), provideHttpClientTesting()]
    });
    TestBed.inject(HttpClient).get(`${API}/b`).subscribe();
    TestBed.inject(HttpTestingController).expectOne('/emea/token');
    expect(TestBed.inject(GenesysAuthService).for('emea').status()).toBe('renewing');
  });
});

describe('two organizations in one region', () => {
  const auth = [
    provideGenesysAuth({ ...EMEA, name: 'one', relay: '/one' }),
    provideGenesysAuth({ ...EMEA, name: 'two', relay: '/two' })
  ];

  it('the context decides; without it the first', () => {
    const { call, answer, sent } = twoRegions({ auth });
    call(`${API}/a`);
    call(`${API}/b`, { context: genesysConfig('two') });
    answer('one');
    answer('two');
    expect(sent(`${API}/a`)).toBe('Bearer one');
    expect(sent(`${API}/b`)).toBe('Bearer two');
  });

  it('the context can carry scopes, too', () => {
    const { call, network } = twoRegions({ auth });
    expect(codeOf(call(`${API}/a`, { context: genesysConfig('two', genesysScopes('users')) }).error)).toBe(
      'scope_not_configured'
    );
    network.verify();
  });

  it('a name that does not exist is an error, and one of another API gets no token', () => {
    const warn = jest.spyOn(console, 'warn').mockReturnValue();
    const { call, sent } = twoRegions({ auth: [...auth, provideGenesysAuth(US)] });
    const { error } = call(`${API}/a`, { context: genesysConfig('three') });
    expect(asAuthError(error)).toMatchObject({ code: 'config_invalid', issues: [{ key: 'name' }] });
    expect(asAuthError(error).message).toMatch(/"three".+"one", "two", "us"/);
    const elsewhere = call('https://example.com/a', { context: genesysConfig('three') });
    expect(asAuthError(elsewhere.error)).toMatchObject({ code: 'config_invalid', issues: [{ key: 'name' }] });
    call(`${API}/b`, { context: genesysConfig('us') });
    expect(sent(`${API}/b`)).toBeNull();
    expect(warn).toHaveBeenCalledTimes(1);
    warn.mockRestore();
  });
});

describe('names', () => {
  const started = (...auth: AppOptions['auth'] & object) => {
    try {
      createApp({ auth });
      return undefined;
    } catch (error) {
      return asAuthError(error);
    }
  };

  it.each<[string, AppOptions['auth'] & object]>([
    ['two without a name', [provideGenesysAuth(CONFIG), provideGenesysAuth(CONFIG)]],
    ['two of one name', [provideGenesysAuth(EMEA), provideGenesysAuth({ ...US, name: 'emea' })]],
    [
      'a loaded one of the same name',
      [provideGenesysAuth(EMEA), provideGenesysAuth({ name: 'emea', load: () => NEVER })]
    ]
  ])('%s stop the app at start', (_name, auth) => {
    expect(started(...auth)).toMatchObject({ code: 'config_invalid', issues: [{ key: 'name' }] });
  });

  it('one that does not exist is named by the service, with those that do', () => {
    const { auth } = twoRegions();
    expect(() => auth.for('apac')).toThrow(/"apac".+"us", "emea"/);
  });

  it('a mistake in one of several says in which', () => {
    expect(started(provideGenesysAuth(US), provideGenesysAuth({ ...EMEA, region: 'moon' }))?.message).toContain(
      '"emea"'
    );
  });
});

describe('what knows about configurations', () => {
  it('features apply to their own', () => {
    const names: unknown[] = [];
    const logger = withLogger({ level: 'debug', sink: ({ name, event }) => names.push(`${String(name)} ${event}`) });
    const { call, answer, network } = twoRegions({
      auth: [
        provideGenesysAuth(
          US,
          withScopeCatalogue({
            operations: () => ({ find: () => ({ method: 'GET', path: '/api/v2/users', scopes: ['users'] }) }) as never
          })
        ),
        provideGenesysAuth(EMEA, logger, withRetry())
      ]
    });
    expect(codeOf(call(`${US_API}/api/v2/users`).error)).toBe('scope_not_configured');
    const outcome = call(`${API}/api/v2/users`);
    answer('emea');
    network.expectOne(`${API}/api/v2/users`).flush('ok');
    expect(outcome.values).toEqual(['ok']);
    expect(names).toEqual(['emea token_renewing', 'emea token_ready', 'emea request_done']);
  });

  it('requireScopes() has an option', async () => {
    const { answer } = twoRegions();
    const emea = TestBed.runInInjectionContext(requireScopes('routing', { config: 'emea' }));
    const us = TestBed.runInInjectionContext(requireScopes('routing')).catch(codeOf);
    answer('emea');
    expect(await emea).toBe(true);
    expect(await us).toBe('scope_not_configured');
  });

  it('*genesysScopes has an input', async () => {
    @Component({
      selector: 'genesys-two',
      imports: [GenesysScopesDirective],
      template: `<b *genesysScopes="'routing'; config: 'emea'; else no">emea</b><ng-template #no>-</ng-template>`,
      changeDetection: ChangeDetectionStrategy.OnPush
    })
    class Page {}
    const { answer } = twoRegions();
    const page = TestBed.createComponent(Page);
    page.autoDetectChanges();
    await settle();
    answer('emea');
    await page.whenStable();
    expect(page.nativeElement).toHaveProperty('textContent', 'emea');
  });

  it('while one is loaded, the other works; what may be for the first waits', () => {
    const { call, answer, sent, network } = twoRegions({
      auth: [
        provideGenesysAuth({ name: 'us', load: () => inject(HttpClient).get<typeof US>('/us.json') }),
        provideGenesysAuth(EMEA),
        provideGenesysAuth({ name: 'apac', load: () => of({ ...EMEA, region: 'mypurecloud.jp', relay: '/apac' }) })
      ]
    });
    call(`${US_API}/a`);
    call(`${API}/b`);
    call('https://api.mypurecloud.jp/c');
    answer('emea');
    answer('apac');
    expect(sent(`${API}/b`)).toBe('Bearer emea');
    expect(sent('https://api.mypurecloud.jp/c')).toBe('Bearer apac');
    network.expectOne('/us.json').flush(US);
    answer('us');
    expect(sent(`${US_API}/a`)).toBe('Bearer us');
  });

  it('a request for a named one waits for that one alone, and fails with its error', () => {
    const { call, answer, sent, network } = twoRegions({
      auth: ['one', 'two'].map((name) =>
        provideGenesysAuth({ name, load: () => inject(HttpClient).get<typeof US>(`/${name}.json`) })
      )
    });
    const other = 'http://localhost:4211/a';
    call(other, { context: genesysConfig('two') });
    const late = call(`${API}/b`, { context: genesysConfig('one') });
    network.expectOne('/two.json').flush({ ...EMEA, region: undefined, apiOrigin: 'http://localhost:4211' });
    answer('emea');
    expect(sent(other)).toBe('Bearer emea');
    expect(late.done).toBe(false);
    network.expectOne('/one.json').flush(null, { status: 500, statusText: 'x' });
    expect(codeOf(late.error)).toBe('config_unavailable');
    const unknown = call(other, { context: genesysConfig('three') });
    expect(codeOf(unknown.error)).toBe('config_invalid');
    network.verify();
  });
});
