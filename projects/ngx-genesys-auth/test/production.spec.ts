import {
  type GenesysAuthConfig,
  GenesysAuthConfigError,
  type GenesysAuthError,
  GenesysScopeError,
  genesysScopes,
  withLogger,
  withRetry
} from 'ngx-genesys-auth';
import { withScopeCatalogue } from 'ngx-genesys-auth/scope-catalogue';
import { resolveConfig } from '../src/config';
import { API, CONFIG, asAuthError, bearer, createApp, grant, observe, provideSubtle, refuse, settle } from './app';

/** What an application build puts in the place of `ngDevMode`. */
const setDevMode = (value: unknown) => Object.assign(globalThis, { ngDevMode: value });
const developing: unknown = ngDevMode;

beforeEach(() => setDevMode(false));
afterEach(() => setDevMode(developing));

const configErrorOf = (config: object) => configErrorBy(() => resolveConfig({ ...CONFIG, ...config }));

const configErrorBy = (make: () => unknown): GenesysAuthConfigError => {
  try {
    make();
  } catch (error) {
    if (error instanceof GenesysAuthConfigError) return error;
    throw error;
  }
  throw new Error('nothing was wrong');
};

const linkTo = (code: string) =>
  `https://github.com/ngx-genesys-auth/ngx-genesys-auth/blob/main/docs/errors.md#${code}`;

/**
 * Production builds contain no sentences: the message is the code, the scope or key at fault and the link. A log shows the
 * message only, so it must not depend on other properties.
 */
function expectNoSentences(error: GenesysAuthError, ...atFault: string[]): void {
  const subject = atFault.length > 0 ? `: ${atFault.join(', ')}` : '';
  expect(error.message).toBe(`${error.code}${subject}, see ${linkTo(error.code)}`);
  expect(error.hint).toBe(linkTo(error.code));
}

describe('a configuration in production', () => {
  const configs: Partial<GenesysAuthConfig>[] = [
    {},
    { region: 'eu-central-1', name: 'emea' },
    { region: undefined, apiOrigin: 'http://localhost:4211/' },
    { relay: { url: 'https://relay.example.com/genesys//', credentials: 'include', timeoutMs: 500 } },
    { scopes: ['routing', 'analytics', 'routing'], optionalScopes: ['admin:platform'], renewAheadSeconds: 5 },
    { scopes: ['crm:read'], registeredScopes: ['crm', 'crm:read', 'a'], optionalScopes: [] }
  ];

  it.each(configs)('means the same as in development: %j', (config) => {
    const whole = { ...CONFIG, ...config } as GenesysAuthConfig;
    const inProduction = resolveConfig(whole);
    setDevMode(developing);
    expect(inProduction).toEqual(resolveConfig(whole));
  });

  it.each([
    ['region', { region: 'mypurecloud.evil' }],
    ['region', { region: 5 }],
    ['region', { region: undefined }],
    ['region', { region: undefined, apiOrigin: null }],
    ['region', { region: undefined, apiOrigin: 'http://api.example.com' }],
    ['region', { region: undefined, apiOrigin: 'https://api.example.com/api' }],
    ['region', { region: undefined, apiOrigin: 'https://user:secret@api.example.com' }],
    ['region', { region: undefined, apiOrigin: 'HTTPS://api.example.com' }],
    ['region', { region: undefined, apiOrigin: 'javascript:alert(1)' }],
    ['relay', { relay: '' }],
    ['relay', { relay: undefined }],
    ['relay', { relay: '//evil.example' }],
    ['relay', { relay: '/\\evil.example' }],
    ['relay', { relay: 'http://relay.example.com' }],
    ['relay', { relay: { timeoutMs: 5 } }],
    ['scopes', { scopes: [] }],
    ['scopes', { scopes: undefined }],
    ['scopes', { scopes: null }],
    ['scopes', { scopes: 'analytics' }],
    ['registeredScopes', { registeredScopes: 'analytics routing' }]
  ])('is refused for its %s: %j', (key, config) => {
    const error = configErrorOf(config);
    expect(error.issues).toEqual([{ key, message: '', fix: '' }]);
    expectNoSentences(error, key);
  });

  it.each([
    ['scopes', '"analytics routing"', { scopes: ['routing', 'analytics routing'] }],
    ['scopes', '5', { scopes: [5] }],
    ['scopes', '"analytics", "users"', { scopes: ['analytics', 'routing', 'users'], registeredScopes: ['routing'] }],
    ['optionalScopes', '"\\n"', { optionalScopes: ['\n'] }],
    ['registeredScopes', '"ä"', { registeredScopes: ['ä', 'analytics', 'routing'] }]
  ])('is refused for its %s, and names %s', (key, names, config) => {
    const error = configErrorOf(config);
    expect(error.issues).toEqual([{ key, message: names, fix: '' }]);
    expectNoSentences(error, `${key} ${names}`);
  });

  it('is refused for every mistake, with its own name', () => {
    const error = configErrorOf({ name: 'emea', region: 'moon', relay: '', scopes: [''] });
    expectNoSentences(error, 'configuration "emea"', 'region', 'relay', 'scopes ""');
  });

  it('has the defaults where a JSON file says null', () => {
    const file = `{
      "region": "mypurecloud.de", "apiOrigin": null, "relay": { "url": "/genesys", "credentials": null, "timeoutMs": null },
      "scopes": ["analytics", "routing"], "registeredScopes": null, "renewAheadSeconds": null, "name": null
    }`;
    const { credentials, timeoutMs, renewAheadMs } = resolveConfig(CONFIG);
    expect(resolveConfig(JSON.parse(file) as GenesysAuthConfig)).toMatchObject({
      credentials,
      timeoutMs,
      renewAheadMs
    });
  });
});

describe('options of features in production', () => {
  it.each<[string, () => unknown]>([
    ['withRetry.retries', () => withRetry({ retries: 2.5 })],
    ['withRetry.retries', () => withRetry({ retries: 11 })],
    ['withRetry.maxWaitMs', () => withRetry({ maxWaitMs: NaN })],
    ['withLogger.level', () => withLogger({ level: 'verbose' as never })],
    ['withLogger.sink', () => withLogger({ sink: 'console' as never })]
  ])('are refused for %s, case %#', (key, make) => {
    const error = configErrorBy(make);
    expect(error.issues).toEqual([{ key, message: '', fix: '' }]);
    expectNoSentences(error, key);
  });
});

describe('scopes in production', () => {
  it.each([
    ['scope_malformed', 'analytics routing', undefined],
    ['scope_malformed', '', undefined],
    ['scope_not_configured', 'users', undefined],
    ['scope_not_configured', 'anaytics', undefined],
    ['scope_not_configured', 'users', 'users:readonly']
  ])('give %s for "%s"', (code, scope, nearest) => {
    const { auth, http, network } = createApp({ config: { optionalScopes: nearest ? [nearest] : [] } });
    const [error] = auth.validate(scope).errors;
    expect(error).toMatchObject({ code, scopes: [scope], nearest });
    expectNoSentences(error!, `"${scope}"`);
    const outcome = observe(http.get(`${API}/api/v2/users`, { context: genesysScopes(scope) }));
    expect(outcome.error).toEqual(error);
    network.expectNone(() => true);
  });

  it('give scope_not_registered for what is not on the list', () => {
    const { auth } = createApp({ config: { registeredScopes: ['analytics', 'routing'] } });
    const [error] = auth.validate('users').errors;
    expect(error).toMatchObject({ code: 'scope_not_registered', scopes: ['users'] });
    expectNoSentences(error!, '"users"');
  });

  it('cannot start a new line in a log', () => {
    const [error] = createApp().auth.validate('users\n\u001b[31mroot').errors;
    expectNoSentences(error!, '"users\\n\\u001b[31mroot"');
  });

  it('give scope_not_granted, with the nearest', async () => {
    const { auth, relayCall } = createApp();
    const token = auth.token().catch((error: unknown) => error);
    grant(relayCall(), 'token-1', 300, 'analytics routing:readonly');
    const error = asAuthError(await token);
    expect(error).toMatchObject({ code: 'scope_not_granted', scopes: ['routing'], nearest: 'routing:readonly' });
    expectNoSentences(error, '"routing"');
  });

  it('are checked by the names of Genesys Cloud where the catalogue is', () => {
    const { auth } = createApp({
      config: { optionalScopes: ['admin:platform'] },
      features: [withScopeCatalogue({ operations: () => ({ find: () => undefined }) })]
    });
    const { errors } = auth.validate('anaytics', 'analytics:reporting:read', 'admin:platfrom');
    expect(errors.map(({ code }) => code)).toEqual(['scope_near_miss', 'scope_unknown_in_area', 'scope_near_miss']);
    expect(errors.map(({ nearest }) => nearest)).toEqual(['analytics', 'analytics:readonly', 'admin:platform']);
    expect(errors.every((error) => error instanceof GenesysScopeError)).toBe(true);
  });
});

describe('failures in production', () => {
  it.each([
    [0, 'relay_unreachable'],
    [401, 'relay_unauthenticated'],
    [403, 'relay_forbidden'],
    [404, 'relay_refused'],
    [429, 'relay_rate_limited'],
    [503, 'relay_unavailable']
  ])('of the relay with status %i are %s', (status, code) => {
    const { get, relayCall } = createApp();
    const outcome = get();
    relayCall().flush(null, { status, statusText: 'x', headers: { 'Retry-After': '7' } });
    const error = asAuthError(outcome.error);
    expect(error).toMatchObject({ code, retryAfterSeconds: 7 });
    expect(error.cause).toHaveProperty('status', status);
    expectNoSentences(error);
  });

  it('keep the words, the code and the id of the relay’s problem', () => {
    const { get, relayCall } = createApp();
    const outcome = get();
    relayCall().flush(
      { code: 'policy_denied', detail: 'You have no role.', hint: 'Ask Ann.', instance: 'urn:uuid:id-1' },
      { status: 403, statusText: 'x' }
    );
    expect(outcome.error).toMatchObject({
      code: 'relay_forbidden',
      message: 'You have no role.',
      hint: expect.stringMatching(/^Ask Ann\. /),
      correlationId: 'id-1',
      problem: { code: 'policy_denied', status: 403 }
    });
  });
});

describe('requests in production', () => {
  it.each([
    ['60', 60],
    ['61', 61],
    ['', undefined]
  ])('end, after 429 with Retry-After: %s and no retry, in api_rate_limited', (retryAfter, retryAfterSeconds) => {
    const { get, signIn, apiCalls } = createApp({ features: [withRetry({ retries: 0 })] });
    signIn();
    const outcome = get();
    const headers = retryAfter === '' ? {} : { 'Retry-After': retryAfter };
    apiCalls()[0]!.flush({}, { status: 429, statusText: 'x', headers });
    const error = asAuthError(outcome.error);
    expect(error).toMatchObject({ code: 'api_rate_limited', retryAfterSeconds, cause: { status: 429 } });
    expectNoSentences(error);
  });

  it('are replayed once after a 401 with a new token, and never hand it to another origin', async () => {
    provideSubtle();
    const { get, http, network, signIn, apiCalls, relayCall } = createApp({
      after: [
        (request, next) =>
          next(request.url.endsWith('/moved') ? request.clone({ url: 'https://evil.example/' }) : request)
      ]
    });
    signIn();
    const outcome = get();
    refuse(apiCalls()[0]!);
    await settle();
    grant(relayCall(), 'token-2');
    const [replay] = apiCalls();
    expect(bearer(replay!)).toBe('Bearer token-2');
    replay!.flush('done');
    expect(outcome.values).toEqual(['done']);
    observe(http.get(`${API}/moved`));
    expect(bearer(network.expectOne('https://evil.example/'))).toBeNull();
  });

  it('are not told apart from those of a developer: no check request, no warning', () => {
    const warn = jest.spyOn(console, 'warn').mockReturnValue();
    const { http, network } = createApp();
    observe(http.get('/x', { context: genesysScopes('routing') }));
    network.expectOne('/x');
    expect(warn).not.toHaveBeenCalled();
    warn.mockRestore();
  });
});
