import type { HttpInterceptorFn } from '@angular/common/http';
import { type GenesysAuthFeature, genesysScopes, withLogger, withProxyMode, withRetry } from 'ngx-genesys-auth';
import { withScopeCatalogue } from 'ngx-genesys-auth/scope-catalogue';
import { operationIndex } from 'genesys-scopes/operations';
import { Subject, firstValueFrom, retry } from 'rxjs';
import { API, bearer, codeOf, createApp, grant, observe, provideSubtle, refuse, settle } from '../../test/app';

const SECOND = 1000;
const DELAY = 30 * SECOND;
const unavailable = { status: 503, statusText: 'Service Unavailable' };

/** An interceptor of the app, before ours, that subscribes to each API request up to four times. */
const retryInterceptor: HttpInterceptorFn = (request, next) =>
  request.url.startsWith(API) ? next(request).pipe(retry({ count: 3, delay: DELAY })) : next(request);

function createRetryingApp(...features: GenesysAuthFeature[]) {
  const app = createApp({ before: [retryInterceptor], features });
  const apiCall = () => app.network.expectOne(({ url }) => url.startsWith(API));
  const fail = () => {
    apiCall().flush(null, unavailable);
  };
  return { ...app, apiCall, fail };
}

beforeEach(() => {
  jest.useFakeTimers({ doNotFake: ['queueMicrotask', 'nextTick', 'setImmediate'] });
  provideSubtle();
});
afterEach(() => {
  jest.useRealTimers();
  jest.restoreAllMocks();
});

describe('a request that the app subscribes to again', () => {
  it('does not carry a token that has expired meanwhile: it asks the relay', () => {
    const { signIn, get, fail, apiCall, relayCall } = createRetryingApp();
    signIn('token-1', 20);
    get();
    fail();
    jest.advanceTimersByTime(DELAY);
    grant(relayCall(), 'token-2');
    expect(bearer(apiCall())).toBe('Bearer token-2');
  });

  it('does not repeat the token that it waited for at first', () => {
    const { get, fail, apiCall, relayCall } = createRetryingApp();
    get();
    grant(relayCall(), 'token-1', 20);
    fail();
    jest.advanceTimersByTime(DELAY);
    grant(relayCall(), 'token-2');
    expect(bearer(apiCall())).toBe('Bearer token-2');
  });

  it('carries the new token after a renewal', () => {
    const { auth, signIn, get, fail, apiCall, relayCall } = createRetryingApp();
    signIn('token-1', 3600);
    get();
    fail();
    void auth.renew();
    grant(relayCall(), 'token-2', 3600);
    jest.advanceTimersByTime(DELAY);
    expect(bearer(apiCall())).toBe('Bearer token-2');
  });

  it.each<[string, GenesysAuthFeature[]]>([
    ['no feature', []],
    ['withLogger()', [withLogger({ sink: () => undefined })]],
    ['withRetry()', [withRetry({ retries: 0 })]]
  ])("does not carry the previous user's token after clear(), with %s", (_name, features) => {
    const { auth, signIn, get, fail, apiCall } = createRetryingApp(...features);
    signIn('token-of-ann', 3600);
    get();
    fail();
    auth.clear();
    signIn('token-of-bob', 3600);
    jest.advanceTimersByTime(DELAY);
    expect(bearer(apiCall())).toBe('Bearer token-of-bob');
  });

  it('asks the relay again after a failure of the relay', () => {
    const { get, apiCall, relayCall } = createRetryingApp();
    get();
    relayCall().flush(null, unavailable);
    jest.advanceTimersByTime(DELAY);
    grant(relayCall());
    expect(bearer(apiCall())).toBe('Bearer token-1');
  });

  it('checks its scopes against the token that it gets then', () => {
    const { auth, http, signIn, fail, relayCall } = createRetryingApp();
    signIn('token-1', 3600);
    const outcome = observe(http.get(`${API}/x`, { context: genesysScopes('routing') }));
    fail();
    auth.clear();
    jest.advanceTimersByTime(DELAY);
    relayCall().flush({ access_token: 'token-2', token_type: 'Bearer', expires_in: 300, scope: 'analytics' });
    expect(outcome.error).toBeUndefined();
    for (let attempt = 0; attempt < 2; attempt++) {
      jest.advanceTimersByTime(DELAY);
      relayCall().flush({ access_token: 'token-2', token_type: 'Bearer', expires_in: 300, scope: 'analytics' });
    }
    expect(codeOf(outcome.error)).toBe('scope_not_granted');
  });

  it('fails with signed_out when the first attempt is refused after clear(), and the next ones have a new token', async () => {
    const { auth, signIn, get, apiCall, relayCall } = createRetryingApp();
    signIn('token-of-ann', 3600);
    get();
    auth.clear();
    refuse(apiCall());
    await settle();
    jest.advanceTimersByTime(DELAY);
    grant(relayCall(), 'token-of-bob', 3600);
    expect(bearer(apiCall())).toBe('Bearer token-of-bob');
  });

  it('has its own attempts with withRetry()', () => {
    jest.spyOn(Math, 'random').mockReturnValue(0);
    const { signIn, get, apiCalls } = createRetryingApp(withRetry({ retries: 2 }));
    signIn('token-1', 3600);
    get();
    const attempts = Array.from({ length: 4 }, () => {
      let sent = 0;
      for (let [call] = apiCalls(); call; [call] = apiCalls()) {
        sent++;
        call.flush(null, unavailable);
        jest.advanceTimersByTime(1);
      }
      jest.advanceTimersByTime(DELAY);
      return sent;
    });
    expect(attempts).toEqual([3, 3, 3, 3]);
  });
});

describe('a request that waits when clear() is called', () => {
  it('for the index of operations is not sent, and does not ask the relay', async () => {
    const index = new Subject<ReturnType<typeof operationIndex>>();
    const { auth, get, network } = createApp({
      features: [withScopeCatalogue({ operations: () => firstValueFrom(index) })]
    });
    const outcome = get();
    auth.clear();
    index.next(operationIndex());
    await settle();
    expect(codeOf(outcome.error)).toBe('signed_out');
    network.verify();
  });

  it("for the app's headers in proxy mode is not sent", async () => {
    let give: (headers: Record<string, string>) => void = () => undefined;
    const { auth, get, network } = createApp({
      config: {
        relay: {
          url: '/genesys',
          headers: () => new Promise<Record<string, string>>((resolve) => (give = resolve))
        }
      },
      features: [withProxyMode()]
    });
    const outcome = get();
    give({ Authorization: 'Bearer ann' });
    await settle();
    network.expectOne('/genesys/session').flush({
      ...{ subject: 'ann', identity: 'jwt', roles: [], scopes: ['analytics', 'routing'], defaultScopes: [] },
      ...{ region: 'mypurecloud.de', apiOrigin: API, mode: 'proxy' }
    });
    auth.clear();
    give({ Authorization: 'Bearer bob' });
    await settle();
    network.verify();
    expect(codeOf(outcome.error)).toBe('signed_out');
  });
});
