import {
  GenesysAuthConfigError,
  type GenesysLogEntry,
  type LoggerOptions,
  genesysScopes,
  withLogger,
  withRetry
} from 'ngx-genesys-auth';
import { API, type AppOptions, createApp as createBareApp, grant, observe, settle } from '../../test/app';

afterEach(() => {
  jest.useRealTimers();
  jest.restoreAllMocks();
});

function createApp(level: LoggerOptions['level'] = 'debug', options: AppOptions = {}) {
  const entries: GenesysLogEntry[] = [];
  const features = [withLogger({ level, sink: (entry) => entries.push(entry) }), ...(options.features ?? [])];
  const app = createBareApp({ ...options, features });
  return { ...app, entries, events: () => entries.map(({ level, event }) => `${level} ${event}`) };
}

describe('withLogger()', () => {
  it('tells the life of the token', async () => {
    const { auth, relayCall, entries } = createApp();
    const token = auth.token();
    grant(relayCall(), 'secret-token');
    await token;
    auth.clear();
    const at = expect.any(Date);
    expect(entries).toEqual([
      { level: 'debug', event: 'token_renewing', at, reason: 'needed' },
      { level: 'info', event: 'token_ready', at, scopes: ['analytics', 'routing'], expiresAt: at },
      { level: 'info', event: 'token_cleared', at }
    ]);
  });

  it.each([
    ['/users/jane.doe@example.com', '/users/‹e-mail›'],
    ['/users/jane.doe%40example.com?expand=x', '/users/‹e-mail›'],
    ['/externalcontacts/reversewhitepageslookup/+49301234567', '/externalcontacts/reversewhitepageslookup/‹number›'],
    ['/groups/Jane%20Doe', '/groups/‹hidden›'],
    ['/notifications/channels/streaming-4-ukr8x/subscriptions', '/notifications/channels/‹id›/subscriptions']
  ])('tells no person and no channel that a path names: %s', (path, shown) => {
    const { http, network, signIn, entries } = createApp();
    signIn();
    observe(http.get(`${API}/api/v2${path}`));
    network.expectOne(({ url }) => url.startsWith(API)).flush('no', { status: 500, statusText: 'x' });
    expect(entries.at(-1)).toMatchObject({ event: 'request_failed', path: `/api/v2${shown}` });
    expect(JSON.stringify(entries)).not.toMatch(/doe|9301234|ukr8x/i);
  });

  it('tells failures of the relay by code and status', async () => {
    const { auth, relayCall, entries } = createApp('error', { config: { name: 'emea' } });
    const token = auth.token().catch(() => undefined);
    relayCall().flush({ code: 'internal', detail: 'secret' }, { status: 503, statusText: 'x' });
    await token;
    expect(entries).toEqual([
      {
        level: 'error',
        event: 'token_failed',
        at: expect.any(Date),
        name: 'emea',
        code: 'relay_unavailable',
        status: 503
      }
    ]);
  });

  it('tells requests to the API, and no others', () => {
    const { http, network, signIn, entries, get } = createApp();
    signIn();
    entries.length = 0;
    observe(http.post(`${API}/api/v2/users/search?q=1#x`, { a: 1 }));
    network.expectOne(({ url }) => url.startsWith(API)).flush('ok');
    get('/api/v2/missing');
    network.expectOne(`${API}/api/v2/missing`).flush(null, { status: 404, statusText: 'x' });
    observe(http.get(`${API}/api/v2/y`, { context: genesysScopes('anaytics') }));
    observe(http.get('/own'));
    network.expectOne('/own').flush('ok');
    const common = { at: expect.any(Date), durationMs: expect.any(Number) };
    expect(entries).toEqual([
      { ...common, level: 'debug', event: 'request_done', method: 'POST', path: '/api/v2/users/search', status: 200 },
      { ...common, level: 'warn', event: 'request_failed', method: 'GET', path: '/api/v2/missing', status: 404 },
      { ...common, level: 'warn', event: 'request_failed', method: 'GET', path: '/api/v2/y', code: 'scope_near_miss' }
    ]);
  });

  it.each([
    ['with', [withRetry()]],
    ['without', []]
  ])('logs each attempt, and no secret, %s retries', async (_name, features) => {
    jest.useFakeTimers({ doNotFake: ['queueMicrotask', 'nextTick', 'setImmediate'] });
    const { http, network, relayCall, entries, events } = createApp('debug', { features });
    const options = { headers: { 'X-Secret': 'secret-header' }, params: { q: 'secret-param' } };
    observe(http.put(`${API}/api/v2/x?k=secret-query#secret-fragment`, { b: 'secret-body' }, options));
    grant(relayCall(), 'secret-token');
    const headers = { 'Retry-After': '1', 'ININ-Correlation-Id': 'secret-id' };
    network
      .expectOne(({ url }) => url.startsWith(API))
      .flush({ message: 'secret-message' }, { status: 429, statusText: 'secret-text', headers });
    jest.advanceTimersByTime(1000);
    network
      .match(({ url }) => url.startsWith(API))
      .forEach((call) => {
        call.flush({ b: 'secret-answer' });
      });
    await settle();
    expect(events()).toEqual([
      'debug token_renewing',
      'info token_ready',
      'warn request_failed',
      ...(features.length > 0 ? ['debug request_done'] : [])
    ]);
    expect(JSON.stringify(entries)).not.toContain('secret');
  });

  it.each([
    ['debug', 4],
    ['info', 2],
    ['warn', 1],
    ['error', 0]
  ] as const)('from level %s on', (level, count) => {
    const { get, network, signIn, entries } = createApp(level);
    signIn();
    get('/a');
    network.expectOne(`${API}/a`).flush('ok');
    get('/b');
    network.expectOne(`${API}/b`).flush(null, { status: 500, statusText: 'x' });
    expect(entries).toHaveLength(count);
  });

  it('writes to the console by default, from info on', () => {
    const info = jest.spyOn(console, 'info').mockReturnValue();
    const debug = jest.spyOn(console, 'debug').mockReturnValue();
    const { signIn } = createBareApp({ features: [withLogger()] });
    signIn();
    expect(info.mock.calls).toEqual([['ngx-genesys-auth', expect.objectContaining({ event: 'token_ready' })]]);
    expect(debug).not.toHaveBeenCalled();
  });

  it('does not fail a request by a sink that throws', () => {
    const sink = () => {
      throw new Error('full');
    };
    const { get, network, signIn } = createBareApp({ features: [withLogger({ level: 'debug', sink })] });
    signIn();
    const outcome = get('/a');
    network.expectOne(`${API}/a`).flush('ok');
    expect(outcome).toEqual({ values: ['ok'], error: undefined, done: true });
  });

  it('names a wrong option', () => {
    const options: object = { level: 'loud' };
    expect(() => withLogger(options)).toThrow(GenesysAuthConfigError);
    expect(() => withLogger(options)).toThrow('withLogger.level');
    const noSink: object = { sink: 'console' };
    expect(() => withLogger(noSink)).toThrow('withLogger.sink');
  });
});
