import { operationIndex } from 'genesys-scopes/operations';
import { type GenesysAuthConfig, genesysScopes } from 'ngx-genesys-auth';
import { API, createApp, grant } from '../../test/app';
import { withScopeCatalogue } from './public-api';

const MINUTE = 60_000;
let warn: jest.SpyInstance;

beforeEach(() => {
  jest.useFakeTimers({ doNotFake: ['queueMicrotask', 'nextTick', 'setImmediate'] });
  warn = jest.spyOn(console, 'warn').mockReturnValue();
});
afterEach(() => {
  jest.useRealTimers();
  jest.restoreAllMocks();
});

function app(config: Partial<GenesysAuthConfig>) {
  const { get, http, auth, network } = createApp({
    config,
    features: [withScopeCatalogue({ operations: operationIndex })]
  });
  get('/api/v2/date');
  grant(network.expectOne('/genesys/token'), 't', 10_000, [...(config.scopes ?? []), 'analytics', 'routing'].join(' '));
  return { get, http, auth };
}
const warnings = () => warn.mock.calls.map(([message]) => String(message));

describe('configured scopes that no request needed', () => {
  it('are reported once, a minute after the first request, with no timer', () => {
    const { get } = app({ scopes: ['analytics', 'routing', 'users:readonly'], optionalScopes: ['presence'] });
    get('/api/v2/routing/queues');
    jest.advanceTimersByTime(MINUTE - 1);
    get('/api/v2/routing/queues');
    expect([warnings(), jest.getTimerCount()]).toEqual([[], 0]);
    jest.advanceTimersByTime(1);
    get('/api/v2/routing/queues');
    get('/api/v2/routing/queues');
    expect(warnings()).toHaveLength(1);
    expect(warnings()[0]).toContain('needed "analytics", "users:readonly", "presence" of');
  });

  it.each<[string, Partial<GenesysAuthConfig>, (made: ReturnType<typeof app>) => unknown]>([
    ['where all were needed', { scopes: ['routing'] }, ({ get }) => get('/api/v2/routing/queues')],
    ['where the whole served for its part', { scopes: ['users'] }, ({ get }) => get('/api/v2/users')],
    [
      'where a request named it',
      { scopes: ['users'] },
      ({ http }) => http.get(`${API}/api/v2/date`, { context: genesysScopes('users:readonly') }).subscribe()
    ],
    ['where token() named it', { scopes: ['users'] }, ({ auth }) => auth.token('users')],
    ['where token() did not say for what', { scopes: ['users'] }, ({ auth }) => auth.token()],
    ['where an unknown operation was called', { scopes: ['users'] }, ({ get }) => get('/api/v2/new/thing')],
    ['about scopes of the organization’s own', { scopes: ['admin:platform'] }, () => undefined]
  ])('are not told %s', (_name, config, act) => {
    const made = app(config);
    void act(made);
    jest.advanceTimersByTime(2 * MINUTE);
    made.get('/api/v2/date');
    expect(warnings()).toEqual([]);
  });
});
