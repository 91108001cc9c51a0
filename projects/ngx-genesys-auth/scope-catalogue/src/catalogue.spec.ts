import { HttpBackend, HttpClient, type HttpRequest, provideHttpClient, withInterceptors } from '@angular/common/http';
import { HttpTestingController, provideHttpClientTesting } from '@angular/common/http/testing';
import { PLATFORM_ID } from '@angular/core';
import { TestBed } from '@angular/core/testing';
import { isCovered } from 'genesys-scopes';
import { operationIndex } from 'genesys-scopes/operations';
import {
  type GenesysAuthConfig,
  GenesysAuthModule,
  genesysAuthInterceptor,
  genesysScopes,
  skipGenesysAuth
} from 'ngx-genesys-auth';
import { NEVER } from 'rxjs';
import { API, CONFIG, bearer, createApp, grant, observe, settle } from '../../test/app';
import { type OperationFinder, withScopeCatalogue } from './public-api';

afterEach(() => jest.restoreAllMocks());

/** An app whose index is there from the start. */
const app = (config: Partial<GenesysAuthConfig> = {}) =>
  createApp({ config, features: [withScopeCatalogue({ operations: operationIndex })] });

describe('a request whose scopes are not configured', () => {
  /** Notes what leaves the browser, the calls to the relay included. */
  class CountingBackend implements HttpBackend {
    readonly sent: string[] = [];
    handle({ url }: HttpRequest<unknown>) {
      this.sent.push(url);
      return NEVER;
    }
  }

  it('fails before anything is sent, and names the alternatives, what is configured and what to add', async () => {
    const backend = new CountingBackend();
    const { http } = createApp({
      config: { scopes: ['analytics'] },
      features: [withScopeCatalogue()],
      providers: [{ provide: HttpBackend, useValue: backend }]
    });
    const outcome = observe(http.get(`${API}/api/v2/routing/queues?pageSize=5`));
    await settle();
    expect(outcome.error).toMatchObject({
      name: 'GenesysScopeError',
      code: 'scope_not_configured',
      message: 'GET /api/v2/routing/queues needs one of routing, routing:readonly; the configuration has analytics.',
      scopes: ['routing', 'routing:readonly']
    });
    expect(outcome.error).toHaveProperty(
      'hint',
      expect.stringContaining('Add "routing:readonly" to scopes of the conf')
    );
    expect(backend.sent).toEqual([]);
  });

  it('shows the path template, not the ids in the URL', () => {
    const { http, network } = app();
    const outcome = observe(http.delete(`${API}/api/v2/users/secret-id/`));
    expect(outcome.error).toHaveProperty(
      'message',
      'DELETE /api/v2/users/{userId} needs users; the configuration has analytics, routing.'
    );
    network.verify();
  });

  it('says that only the read-only scope is configured', () => {
    const { http, network } = app({ scopes: ['routing:readonly'] });
    const outcome = observe(http.post(`${API}/api/v2/routing/queues`, {}));
    expect(outcome.error).toMatchObject({ code: 'scope_not_configured', nearest: 'routing:readonly' });
    expect(outcome.error).toHaveProperty('hint', expect.stringContaining('"routing"'));
    network.verify();
  });

  it.each([
    [['analytics', 'routing:readonly'], 'Add "routing:readonly" to scopes of'],
    // The whole is registered, and with it its part, which is the least that will do.
    [['analytics', 'routing'], 'Add "routing:readonly" to scopes of'],
    [['analytics'], 'Add "routing:readonly" to scopes and registeredScopes of']
  ])('names what to add if %j are registered', (registeredScopes, hint) => {
    const { get } = app({ scopes: ['analytics'], registeredScopes });
    expect(get().error).toHaveProperty('hint', expect.stringContaining(hint));
  });

  it('is exactly that of which no scope is covered, for every operation of the API', () => {
    const configured = ['analytics', 'routing:readonly', 'users'];
    const { http, get, network } = app({ scopes: configured.slice(0, 2), optionalScopes: configured.slice(2) });
    get('/sign-in');
    grant(network.expectOne('/genesys/token'), 't', 300, configured.join(' '));
    network.expectOne(`${API}/sign-in`);
    const wrong = operationIndex().operations.filter(({ method, path, scopes: needed }) => {
      const url = API + path.replace(/\{\w+\}/g, '4711');
      const outcome = observe(http.request(method, url));
      const sent = network.match(() => true).length;
      const allowed = needed.length === 0 || needed.some((scope) => isCovered(scope, configured));
      return allowed ? sent !== 1 || outcome.error : sent !== 0 || !outcome.error;
    });
    expect(wrong).toEqual([]);
  });
});

describe('a request passes', () => {
  it.each([
    ['of which a scope is configured', 'GET', '/api/v2/routing/queues'],
    ['that changes things, with the whole scope', 'DELETE', '/api/v2/routing/queues/1'],
    ['that needs no particular scope', 'GET', '/api/v2/date'],
    ['that is not an operation of the index', 'GET', '/api/v2/nonsense'],
    ['with a method that the operation does not have', 'PUT', '/api/v2/routing/queues'],
    ['outside /api/v2', 'GET', '/platform/api/v2/users'],
    ['to the origin itself', 'GET', '']
  ])('%s', (_name, method, path) => {
    const { http, network, signIn } = app();
    signIn();
    http.request(method, API + path).subscribe();
    expect(bearer(network.expectOne(API + path))).toBe('Bearer token-1');
  });

  it('to another origin, whatever its path', () => {
    const { http, network } = app();
    http.get('https://other.example/api/v2/users').subscribe();
    network.expectOne('https://other.example/api/v2/users');
    network.verify();
  });

  it('with its own credential, or marked by skipGenesysAuth()', () => {
    const { http, network } = app();
    http.get(`${API}/api/v2/users`, { headers: { Authorization: 'Bearer own' } }).subscribe();
    http.get(`${API}/api/v2/users`, { context: skipGenesysAuth() }).subscribe();
    expect(network.match(`${API}/api/v2/users`)).toHaveLength(2);
    network.verify();
  });

  it('synchronously, once the index is loaded', () => {
    const { get, network, signIn } = app();
    signIn();
    get();
    network.expectOne(`${API}/api/v2/routing/queues`);
  });
});

describe('what a request says itself', () => {
  it('comes first', () => {
    const { http, network, signIn } = app();
    signIn();
    const outcome = observe(http.get(`${API}/api/v2/routing/queues`, { context: genesysScopes('users') }));
    expect(outcome.error).toMatchObject({ code: 'scope_not_configured', scopes: ['users'] });
    http.get(`${API}/api/v2/users`, { context: genesysScopes('analytics') }).subscribe();
    network.expectOne(`${API}/api/v2/users`);
  });

  it('may be that it needs nothing particular', () => {
    const { http, network, signIn } = app();
    signIn();
    http.get(`${API}/api/v2/users`, { context: genesysScopes() }).subscribe();
    network.expectOne(`${API}/api/v2/users`);
  });
});

describe('an optional scope', () => {
  it('that was not granted fails the request before it is sent, by its own code', () => {
    const { get, network } = app({ optionalScopes: ['users'] });
    const outcome = get('/api/v2/users');
    grant(network.expectOne('/genesys/token'));
    expect(outcome.error).toMatchObject({
      code: 'scope_not_granted',
      scopes: ['users', 'users:readonly'],
      message: 'GET /api/v2/users needs one of users, users:readonly; the relay granted analytics, routing.'
    });
    expect(get('/api/v2/users').error).toMatchObject({ code: 'scope_not_granted' });
    network.verify();
  });

  it('that was granted in part is enough where the part is', () => {
    const { get, network } = app({ optionalScopes: ['users'] });
    get('/api/v2/users');
    grant(network.expectOne('/genesys/token'), 'token-1', 300, 'analytics routing users:readonly');
    network.expectOne(`${API}/api/v2/users`);
    network.verify();
  });
});

describe('the index', () => {
  const never = new Promise<OperationFinder>(() => undefined);

  it('is loaded by itself when the app starts; requests wait for it and keep their order', async () => {
    const { get, network } = createApp({ features: [withScopeCatalogue()] });
    get('/api/v2/routing/queues');
    const refused = get('/api/v2/users');
    get('/api/v2/routing/skills');
    network.verify();
    await settle();
    grant(network.expectOne('/genesys/token'));
    expect(network.match(() => true).map(({ request }) => request.url)).toEqual([
      `${API}/api/v2/routing/queues`,
      `${API}/api/v2/routing/skills`
    ]);
    expect(refused.error).toMatchObject({ code: 'scope_not_configured' });
    get('/api/v2/routing/languages');
    network.expectOne(`${API}/api/v2/routing/languages`);
  });

  it('is not waited for by requests that do not need it', () => {
    const { http, network } = createApp({ features: [withScopeCatalogue({ operations: () => never })] });
    http.get('/own').subscribe();
    http.get(`${API}/a`, { context: skipGenesysAuth() }).subscribe();
    http.get(`${API}/b`, { context: genesysScopes('routing') }).subscribe();
    expect(network.match(() => true).map(({ request }) => request.url)).toEqual(['/own', `${API}/a`, '/genesys/token']);
  });

  it('that does not come is waited for 3 s in all', () => {
    jest.useFakeTimers();
    const { get, network } = createApp({ features: [withScopeCatalogue({ operations: () => never })] });
    jest.advanceTimersByTime(1000);
    get('/api/v2/users');
    jest.advanceTimersByTime(1999);
    network.verify();
    jest.advanceTimersByTime(1);
    grant(network.expectOne('/genesys/token'));
    network.expectOne(`${API}/api/v2/users`);
    get('/api/v2/presence');
    network.expectOne(`${API}/api/v2/presence`);
    expect(jest.getTimerCount()).toBe(0);
    jest.useRealTimers();
  });

  it.each<[string, () => OperationFinder | Promise<OperationFinder>]>([
    ['cannot be loaded', () => Promise.reject(new TypeError('Failed to fetch dynamically imported module'))],
    [
      'cannot even be asked for',
      () => {
        throw new Error('no');
      }
    ],
    ['is something else', () => Promise.resolve({} as OperationFinder)]
  ])('that %s is reported once, and requests are sent without it', async (_name, operations) => {
    const warn = jest.spyOn(console, 'warn').mockReturnValue();
    const { get, network } = createApp({ features: [withScopeCatalogue({ operations })] });
    get('/api/v2/users');
    get('/api/v2/presence');
    await settle();
    grant(network.expectOne('/genesys/token'));
    expect(network.match(() => true)).toHaveLength(2);
    get('/api/v2/users');
    network.expectOne(`${API}/api/v2/users`);
    expect(warn.mock.calls).toEqual([[expect.stringContaining('withScopeCatalogue()'), expect.any(Error)]]);
  });

  it('may be of the app’s own', () => {
    const operations = () => ({
      find: (method: string, url: string) =>
        url.endsWith('/own') ? { method, path: '/own', scopes: ['crm:read'], auth: 'oauth' } : undefined
    });
    const { get, network, signIn } = createApp({ features: [withScopeCatalogue({ operations })] });
    signIn();
    expect(get('/own').error).toHaveProperty(
      'message',
      'GET /own needs crm:read; the configuration has analytics, routing.'
    );
    get('/api/v2/users');
    network.expectOne(`${API}/api/v2/users`);
  });

  it('is not loaded on the server, where no request for the API leaves', () => {
    const operations = jest.fn(operationIndex);
    const { get } = createApp({
      features: [withScopeCatalogue({ operations })],
      providers: [{ provide: PLATFORM_ID, useValue: 'server' }]
    });
    expect(get('/api/v2/users').error).toMatchObject({ code: 'server_no_credential' });
    expect(operations).not.toHaveBeenCalled();
  });

  it('is used through forRoot() as well', async () => {
    TestBed.configureTestingModule({
      imports: [GenesysAuthModule.forRoot(CONFIG, withScopeCatalogue())],
      providers: [provideHttpClient(withInterceptors([genesysAuthInterceptor])), provideHttpClientTesting()]
    });
    const outcome = observe(TestBed.inject(HttpClient).get(`${API}/api/v2/users`));
    await settle();
    expect(outcome.error).toMatchObject({ code: 'scope_not_configured' });
    TestBed.inject(HttpTestingController).verify();
  });
});
