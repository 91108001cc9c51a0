import { HttpClient, provideHttpClient, withInterceptors } from '@angular/common/http';
import { HttpTestingController, provideHttpClientTesting } from '@angular/common/http/testing';
import { ChangeDetectionStrategy, Component } from '@angular/core';
import { TestBed } from '@angular/core/testing';
import { Router } from '@angular/router';
import {
  type GenesysAuthFeature,
  GenesysAuthModule,
  GenesysAuthService,
  GenesysScopesDirective,
  genesysAuthInterceptor,
  genesysScopes,
  isScopeDenied,
  provideGenesysAuth,
  withProxyMode,
  withRetry
} from 'ngx-genesys-auth';
import { requireScopes } from 'ngx-genesys-auth/router';
import { GenesysAuthTesting, type GenesysAuthTestingConfig, provideGenesysAuthTesting } from 'ngx-genesys-auth/testing';
import { CONFIG, bearer, codeOf, observe, refuse } from '../../test/app';

const API = 'https://api.mypurecloud.com';

@Component({
  selector: 'genesys-page',
  imports: [GenesysScopesDirective],
  template: `<b *genesysScopes="'routing'; else denied">Edit</b><ng-template #denied>Ask</ng-template>`,
  changeDetection: ChangeDetectionStrategy.OnPush
})
class Page {}

function createApp(config?: GenesysAuthTestingConfig, imports: unknown[] = [], ...features: GenesysAuthFeature[]) {
  TestBed.configureTestingModule({
    imports,
    providers: [
      provideHttpClient(withInterceptors([genesysAuthInterceptor])),
      provideHttpClientTesting(),
      provideGenesysAuthTesting(config, ...features)
    ]
  });
  const http = TestBed.inject(HttpClient);
  return {
    http,
    network: TestBed.inject(HttpTestingController),
    auth: TestBed.inject(GenesysAuthService),
    relay: TestBed.inject(GenesysAuthTesting),
    get: (...scopes: string[]) => observe(http.get(`${API}/x`, { context: genesysScopes(...scopes) }))
  };
}

const whoAmI = () => TestBed.inject(GenesysAuthService).session();

describe('provideGenesysAuthTesting()', () => {
  it('grants everything synchronously, by a token that is visibly fake', () => {
    const { get, network, auth, relay } = createApp();
    expect([auth.status(), relay.token]).toEqual(['unknown', null]);
    get('routing', 'analytics:readonly');
    expect(bearer(network.expectOne(`${API}/x`))).toBe('Bearer fake-genesys-token-1');
    expect([auth.status(), relay.token]).toEqual(['ready', 'fake-genesys-token-1']);
  });

  it('keeps the checks of the library', () => {
    const { get } = createApp();
    expect(codeOf(get('anaytics').error)).toBe('scope_near_miss');
    TestBed.resetTestingModule();
    expect(codeOf(createApp({ scopes: ['routing'] }).get('users').error)).toBe('scope_not_configured');
    TestBed.resetTestingModule();
    expect(() => createApp({ scopes: ['anaytics'] })).toThrow('scopes[0]');
  });

  it('takes the place of GenesysAuthModule.forRoot()', () => {
    const { http, network } = createApp(CONFIG, [GenesysAuthModule.forRoot(CONFIG)]);
    http.get('https://api.mypurecloud.de/x').subscribe();
    expect(bearer(network.expectOne('https://api.mypurecloud.de/x'))).toBe('Bearer fake-genesys-token-1');
    network.verify();
  });

  it('takes the place of a configuration that is loaded, whatever comes first', () => {
    const load = jest.fn();
    TestBed.configureTestingModule({
      providers: [
        provideGenesysAuthTesting(),
        provideHttpClient(withInterceptors([genesysAuthInterceptor])),
        provideHttpClientTesting(),
        provideGenesysAuth(load)
      ]
    });
    TestBed.inject(HttpClient).get(`${API}/x`).subscribe();
    expect(bearer(TestBed.inject(HttpTestingController).expectOne(`${API}/x`))).toBe('Bearer fake-genesys-token-1');
    expect(load).not.toHaveBeenCalled();
  });

  it('fakes several configurations, each with its own relay', () => {
    TestBed.configureTestingModule({
      imports: [
        GenesysAuthModule.forRoot({ ...CONFIG, name: 'emea' }),
        GenesysAuthModule.forRoot({ ...CONFIG, name: 'us' })
      ],
      providers: [
        provideHttpClient(withInterceptors([genesysAuthInterceptor])),
        provideHttpClientTesting(),
        provideGenesysAuthTesting({ name: 'us', region: 'mypurecloud.com', scopes: ['routing'] }),
        provideGenesysAuthTesting({ name: 'emea', region: 'mypurecloud.de' })
      ]
    });
    const us = TestBed.inject(GenesysAuthTesting);
    const emea = us.for('emea');
    const auth = TestBed.inject(GenesysAuthService);
    emea.deny('routing');
    expect([us.token, emea.token]).toEqual([null, 'fake-genesys-token-1']);
    expect([auth.validate('users').ok, auth.for('emea').hasScopes('users')]).toEqual([false, true]);
    expect(auth.for('emea').hasScopes('routing')).toBe(false);
  });

  it('says so where a configuration is not a fake', () => {
    TestBed.configureTestingModule({
      providers: [provideHttpClient(), provideGenesysAuth(CONFIG), provideGenesysAuthTesting({ name: 'emea' })]
    });
    expect(() => TestBed.inject(GenesysAuthTesting)).toThrow('Provide provideGenesysAuthTesting()');
  });

  it('answers session()', async () => {
    const { auth } = createApp();
    expect(await whoAmI()).toMatchObject({ subject: 'test-user', region: 'mypurecloud.com' });
    expect(auth.error()).toBeNull();
  });
});

describe('GenesysAuthTesting', () => {
  it('grants just some scopes, and a new token each time', async () => {
    const { get, relay, auth } = createApp();
    relay.grant('routing');
    expect([...auth.scopes()]).toEqual(['routing']);
    expect(codeOf(get('users').error)).toBe('scope_not_granted');
    relay.grant();
    expect(auth.hasScopes('users')).toBe(true);
    expect(await auth.token()).toBe('fake-genesys-token-2');
  });

  it('denies a scope with what covers it', () => {
    const { relay, auth } = createApp();
    relay.deny('routing:readonly');
    expect([auth.hasScopes('routing:readonly'), auth.hasScopes('routing')]).toEqual([false, false]);
    expect(auth.hasScopes('users')).toBe(true);
  });

  it('denies a required scope as the relay does', () => {
    const { relay, auth } = createApp({ scopes: ['routing'] });
    relay.deny('routing');
    expect([auth.status(), auth.error()?.code]).toEqual(['failed', 'scope_not_granted']);
  });

  it('lets a token expire', async () => {
    const { relay, auth } = createApp();
    expect(await auth.token()).toBe('fake-genesys-token-1');
    expect(await auth.token()).toBe('fake-genesys-token-1');
    relay.expire();
    expect(await auth.token()).toBe('fake-genesys-token-2');
  });

  it('lets a token expire, which is not a sign-out: a request is still repeated', () => {
    jest.useFakeTimers();
    try {
      const { get, relay, network } = createApp({}, [], withRetry());
      const outcome = get();
      network.expectOne(`${API}/x`).flush(null, { status: 503, statusText: 'x' });
      relay.expire();
      jest.advanceTimersByTime(1000);
      const second = network.expectOne(`${API}/x`);
      expect(bearer(second)).toBe('Bearer fake-genesys-token-2');
      relay.expire();
      refuse(second);
      const third = network.expectOne(`${API}/x`);
      expect(bearer(third)).toBe('Bearer fake-genesys-token-3');
      third.flush('ok');
      expect(outcome.values).toEqual(['ok']);
    } finally {
      jest.useRealTimers();
    }
  });

  it('fails until it grants', async () => {
    const { relay, auth, get, network } = createApp();
    relay.fail('relay_unauthenticated');
    expect([auth.status(), auth.error()?.code]).toEqual(['failed', 'relay_unauthenticated']);
    expect(codeOf(get().error)).toBe('relay_unauthenticated');
    expect(await whoAmI().catch(codeOf)).toBe('relay_unauthenticated');
    relay.fail();
    expect(codeOf(get().error)).toBe('relay_unavailable');
    relay.grant();
    get();
    network.expectOne(`${API}/x`);
  });

  it.each<[string, (relay: GenesysAuthTesting) => void, string | undefined]>([
    [
      'grant()',
      (relay) => {
        relay.grant();
      },
      undefined
    ],
    [
      'deny()',
      (relay) => {
        relay.deny('routing');
      },
      'scope_not_granted'
    ],
    [
      'fail()',
      (relay) => {
        relay.fail();
      },
      'relay_unavailable'
    ]
  ])('holds those who wait until %s', (_name, release, code) => {
    const { relay, auth, get, network } = createApp();
    relay.hold();
    const outcome = get('routing');
    expect([auth.status(), outcome.error]).toEqual(['renewing', undefined]);
    release(relay);
    if (code === undefined) network.expectOne(`${API}/x`);
    else expect(codeOf(outcome.error)).toBe(code);
  });

  it('renews after a 401 of the API', () => {
    const { get, network } = createApp();
    const outcome = get();
    refuse(network.expectOne(`${API}/x`));
    const replay = network.expectOne(`${API}/x`);
    expect(bearer(replay)).toBe('Bearer fake-genesys-token-2');
    replay.flush('ok');
    expect(outcome.values).toEqual(['ok']);
  });

  it('moves a template', async () => {
    const { relay } = createApp();
    const page = TestBed.createComponent(Page);
    await page.whenStable();
    const element: HTMLElement = page.nativeElement;
    expect(element.textContent).toBe('Edit');
    relay.deny('routing');
    await page.whenStable();
    expect(element.textContent).toBe('Ask');
  });
});

describe('withProxyMode() in tests', () => {
  const createProxied = (config?: GenesysAuthTestingConfig) => {
    const app = createApp(config, [], withProxyMode());
    const queues = () => observe(app.http.get(`${API}/api/v2/routing/queues`, { context: genesysScopes('routing') }));
    return { ...app, queues };
  };
  const QUEUES = '/fake-relay/api/v2/routing/queues';

  it('sends calls of the API to the relay, synchronously and without a token', async () => {
    const { queues, network, auth, relay } = createProxied();
    const outcome = queues();
    const call = network.expectOne(QUEUES);
    expect(call.request.headers.has('Authorization')).toBe(false);
    call.flush('ok');
    expect([outcome.values, outcome.done, auth.status(), relay.token]).toEqual([['ok'], true, 'ready', null]);
    await expect(auth.token()).rejects.toMatchObject({ code: 'proxy_mode' });
    expect(await whoAmI()).toMatchObject({ subject: 'test-user', mode: 'proxy' });
  });

  it('takes the URL of the relay, the region and the scopes of the app', () => {
    const { http, network, auth } = createProxied(CONFIG);
    observe(http.get('https://api.mypurecloud.de/api/v2/routing/queues'));
    network.expectOne('/genesys/api/v2/routing/queues').flush('ok');
    expect([...auth.scopes()]).toEqual(CONFIG.scopes);
  });

  it('is directed as in token mode: grant, deny, fail, expire', () => {
    const { queues, network, auth, relay } = createProxied();
    relay.deny('routing');
    expect([auth.hasScopes('routing'), auth.hasScopes('users'), codeOf(queues().error)]).toEqual([
      false,
      true,
      'scope_not_granted'
    ]);
    relay.fail('relay_unauthenticated');
    expect([auth.status(), codeOf(queues().error)]).toEqual(['failed', 'relay_unauthenticated']);
    relay.grant();
    queues();
    network.expectOne(QUEUES).flush('ok');
    relay.expire();
    relay.hold();
    const outcome = queues();
    network.verify();
    expect([auth.status(), outcome.done]).toEqual(['renewing', false]);
    relay.grant('routing');
    network.expectOne(QUEUES).flush('ok');
    expect([outcome.values, auth.hasScopes('users')]).toEqual([['ok'], false]);
  });

  it('asks once more after a 401', () => {
    const { queues, network } = createProxied();
    const outcome = queues();
    refuse(network.expectOne(QUEUES));
    network.expectOne(QUEUES).flush('ok');
    expect(outcome.values).toEqual(['ok']);
  });

  it('answers ensureScopes(), *genesysScopes and requireScopes()', async () => {
    const { auth, relay } = createProxied();
    TestBed.inject(Router).resetConfig([
      { path: 'guarded', children: [], canActivate: [requireScopes('routing')] },
      { path: 'open', children: [] }
    ]);
    await expect(auth.ensureScopes('routing')).resolves.toBeUndefined();
    const page = TestBed.createComponent(Page);
    await page.whenStable();
    expect((page.nativeElement as HTMLElement).textContent).toBe('Edit');
    expect(await TestBed.inject(Router).navigateByUrl('/guarded')).toBe(true);
    await TestBed.inject(Router).navigateByUrl('/open');

    relay.deny('routing');
    await page.whenStable();
    expect((page.nativeElement as HTMLElement).textContent).toBe('Ask');
    expect(await auth.ensureScopes('routing').catch(isScopeDenied)).toBe(true);
    expect(await TestBed.inject(Router).navigateByUrl('/guarded')).toBe(false);
  });
});
