/**
 * @jest-environment node
 */
import {
  ApplicationRef,
  DOCUMENT,
  type EnvironmentProviders,
  PLATFORM_ID,
  REQUEST,
  RESPONSE_INIT,
  inject
} from '@angular/core';
import { TestBed } from '@angular/core/testing';
import { provideGenesysAuth } from 'ngx-genesys-auth';
import { requireScopes } from 'ngx-genesys-auth/router';
import { type ServerGenesysAuthOptions, provideServerGenesysAuth, visitorHeaders } from 'ngx-genesys-auth/server';
import { JSDOM } from 'jsdom';
import { CONFIG, asAuthError, bearer, createApp, grant, observe, settle } from '../../test/app';

const RELAY = 'http://127.0.0.1:8080';

interface Visit {
  readonly options?: Partial<ServerGenesysAuthOptions>;
  readonly request?: Request | null;
  readonly init?: ResponseInit;
  readonly relay?: string;
  readonly auth?: readonly EnvironmentProviders[];
}

/** The application of one page. */
function render({
  options,
  request = visit({ authorization: 'Bearer ann' }),
  init = {},
  relay = '/genesys',
  auth
}: Visit = {}) {
  const app = createApp({
    config: { relay, optionalScopes: ['users'] },
    ...(auth && { auth }),
    providers: [
      { provide: PLATFORM_ID, useValue: 'server' },
      { provide: DOCUMENT, useValue: new JSDOM().window.document },
      { provide: REQUEST, useValue: request },
      { provide: RESPONSE_INIT, useValue: init },
      provideServerGenesysAuth({ relay: RELAY, credential: visitorHeaders('authorization'), ...options })
    ]
  });
  return { ...app, init };
}

const visit = (headers: Record<string, string>) => new Request('https://shop.example/', { headers });

afterEach(() => {
  jest.useRealTimers();
});

describe('provideServerGenesysAuth()', () => {
  it('gets a token for the visitor from the relay, as the server reaches it', async () => {
    const { get, network, apiCalls } = render();
    const queues = get();
    await settle();
    const call = network.expectOne(`${RELAY}/token`);
    expect(call.request.headers.get('Authorization')).toBe('Bearer ann');
    expect(call.request.headers.get('X-Genesys-Auth')).toBe('1');
    // The browser must find nothing of it in the page.
    expect(call.request.transferCache).toBe(false);
    grant(call, 'token-of-ann');
    const [api] = apiCalls();
    expect(api && bearer(api)).toBe('Bearer token-of-ann');
    api?.flush({ total: 1 });
    expect(queues.values).toEqual([{ total: 1 }]);
  });

  it('lets requireScopes() answer for the visitor', async () => {
    const { network } = render();
    const guards = ['routing', 'users'].map((scope) => TestBed.runInInjectionContext(requireScopes(scope)));
    await settle();
    grant(network.expectOne(`${RELAY}/token`));
    expect(await Promise.all(guards)).toEqual([true, false]);
  });

  it.each([
    ['a visitor without a credential', { request: visit({ cookie: 'theme=dark' }) }],
    ['a page that is rendered ahead', { request: null }],
    ['a credential that is none', { options: { credential: () => Promise.resolve(undefined) } }]
  ])('%s gets no token and causes no call', async (_who, given) => {
    const { get, network, init } = render(given);
    const queues = get();
    await settle();
    expect(asAuthError(queues.error).code).toBe('server_no_credential');
    network.verify();
    expect(init).toEqual({});
  });

  it('makes a page that a token was asked for private, unless the app says otherwise', async () => {
    const first = render();
    first.get();
    await settle();
    expect(new Headers(first.init.headers).get('Cache-Control')).toBe('private, no-store');
    TestBed.resetTestingModule();
    const headers = new Headers({ 'Cache-Control': 'public, max-age=5' });
    const second = render({ init: { headers } });
    second.get();
    await settle();
    expect(second.init.headers).toBe(headers);
    expect(headers.get('Cache-Control')).toBe('public, max-age=5');
  });

  it('takes the relay of the configuration if that is a whole URL; a path is refused', async () => {
    const whole = render({ options: { relay: undefined }, relay: 'https://relay.example.com/g/' });
    whole.get();
    await settle();
    whole.network.expectOne('https://relay.example.com/g/token');
    TestBed.resetTestingModule();
    expect(String(render({ options: { relay: undefined } }).get().error)).toMatch(/"\/genesys" is not an absolute URL/);
    TestBed.resetTestingModule();
    const { auth } = render({ options: { relay: undefined } });
    await expect(auth.token()).rejects.toMatchObject({ code: 'config_invalid' });
  });

  it('a relay that is wrong for one configuration leaves the others alone', async () => {
    const us = { name: 'us', region: 'mypurecloud.com', relay: 'https://relay.example.com/us', scopes: ['analytics'] };
    const { get, http, network } = render({
      options: { relay: undefined },
      auth: [provideGenesysAuth(CONFIG), provideGenesysAuth(us)]
    });
    expect(String(get().error)).toMatch(/"\/genesys" is not an absolute URL/);
    const users = observe(http.get('https://api.mypurecloud.com/users'));
    await settle();
    grant(network.expectOne('https://relay.example.com/us/token'), 'us', 300, 'analytics');
    network.expectOne('https://api.mypurecloud.com/users').flush('ok');
    expect(users.values).toEqual(['ok']);
    expect(observe(http.get('/own')).error).toBeUndefined();
    network.expectOne('/own');
  });

  it('is for the configuration that it names, and no other', async () => {
    const { get, network } = render({ options: { config: 'emea' } });
    const queues = get();
    await settle();
    expect(asAuthError(queues.error).code).toBe('server_no_credential');
    network.verify();
  });

  it('changes nothing in the browser', async () => {
    const app = createApp({
      providers: [
        { provide: DOCUMENT, useValue: new JSDOM().window.document },
        provideServerGenesysAuth({ relay: RELAY, credential: () => ({ Authorization: 'Bearer key' }) })
      ]
    });
    app.get();
    await settle();
    expect(app.relayCall().request.headers.has('Authorization')).toBe(false);
  });

  it('gives the credential an injection context, and keeps the page unfinished meanwhile', async () => {
    const seen: unknown[] = [];
    let answer: (headers: Record<string, string>) => void = () => undefined;
    const { auth, network } = render({
      options: {
        credential: (request) => {
          seen.push(inject(REQUEST) === request);
          return new Promise((resolve) => (answer = resolve));
        }
      }
    });
    const stable = jest.fn();
    const token = auth.token();
    void TestBed.inject(ApplicationRef).whenStable().then(stable);
    await settle();
    expect(seen).toEqual([true]);
    expect(stable).not.toHaveBeenCalled();
    answer({ Authorization: 'Bearer key' });
    await settle();
    grant(network.expectOne(`${RELAY}/token`), 'token-of-the-server');
    expect(await token).toBe('token-of-the-server');
    await new Promise(setImmediate);
    await TestBed.inject(ApplicationRef).whenStable();
  });

  it('a credential that never comes holds the page no longer than timeoutMs', async () => {
    jest.useFakeTimers();
    const { get } = render({ options: { credential: () => new Promise(() => undefined), timeoutMs: 500 } });
    const queues = get();
    await jest.advanceTimersByTimeAsync(499);
    expect(queues.error).toBeUndefined();
    await jest.advanceTimersByTimeAsync(2);
    expect(asAuthError(queues.error).code).toBe('relay_timeout');
    expect(await stableWithin(1)).toBe(true);
  });
});

async function stableWithin(milliseconds: number): Promise<boolean> {
  const stable = TestBed.inject(ApplicationRef)
    .whenStable()
    .then(() => true);
  const late = new Promise<boolean>((resolve) => setTimeout(resolve, milliseconds, false));
  await jest.advanceTimersByTimeAsync(milliseconds);
  return Promise.race([stable, late]);
}
