import { type HttpInterceptorFn, HttpResponse } from '@angular/common/http';
import { ChangeDetectionStrategy, Component } from '@angular/core';
import { TestBed } from '@angular/core/testing';
import { Router, provideRouter, withNavigationErrorHandler } from '@angular/router';
import { type GenesysAuthFeature, GenesysScopesDirective, isScopeDenied, withProxyMode } from 'ngx-genesys-auth';
import { requireScopes } from 'ngx-genesys-auth/router';
import { of } from 'rxjs';
import { API, TOKEN_URL, bearer, createApp, settle } from './app';

const QUEUES = `${API}/api/v2/routing/queues`;

@Component({
  selector: 'genesys-menu',
  imports: [GenesysScopesDirective],
  template: `<b *genesysScopes="'routing'; else denied">yes</b><ng-template #denied>no</ng-template>`,
  changeDetection: ChangeDetectionStrategy.OnPush
})
class Menu {}

@Component({ selector: 'genesys-page', template: '', changeDetection: ChangeDetectionStrategy.OnPush })
class Page {}

describe.each([
  ['token', '/genesys/token', []],
  ['proxy', '/genesys/session', [withProxyMode()]]
])(
  'in %s mode "denied" means the same to isScopeDenied(), requireScopes() and *genesysScopes',
  (_mode, url, features) => {
    it.each<[string, number, object | null, boolean]>([
      ['403 policy_denied', 403, { code: 'policy_denied', detail: 'No role.' }, true],
      ['403 insufficient_scope', 403, { code: 'insufficient_scope', detail: 'No.', scopes: ['routing'] }, true],
      ['403 origin_not_allowed', 403, { code: 'origin_not_allowed', detail: 'This origin is not on the list.' }, false],
      ['403 without a body', 403, null, false],
      ['401 with a body', 401, { code: 'invalid_credentials', detail: 'Sign in.' }, false],
      ['401 without a body', 401, null, false],
      ['400 malformed_scope', 400, { code: 'malformed_scope', detail: 'No.', scopes: ['routing'] }, false],
      ['429', 429, null, false],
      ['503', 503, null, false]
    ])('%s', async (_name, status, body, isDenied) => {
      const errors: unknown[] = [];
      const { auth, network } = createApp({
        features,
        providers: [
          provideRouter(
            [
              { path: 'guarded', component: Page, canActivate: [requireScopes('routing', { redirectTo: '/denied' })] },
              { path: 'denied', component: Page }
            ],
            withNavigationErrorHandler(({ error }) => {
              errors.push(error);
            })
          )
        ]
      });
      const refuseAll = () => {
        for (const call of network.match(url)) call.flush(body, { status, statusText: 'x' });
      };
      const menu = TestBed.createComponent(Menu);
      menu.detectChanges();
      refuseAll();
      await settle();
      menu.detectChanges();
      expect((menu.nativeElement as HTMLElement).textContent).toBe(isDenied ? 'no' : '');

      const ensured = auth.ensureScopes('routing').catch(isScopeDenied);
      refuseAll();
      expect(await ensured).toBe(isDenied);

      const router = TestBed.inject(Router);
      const navigated = router.navigateByUrl('/guarded').catch(() => undefined);
      await settle();
      refuseAll();
      await navigated;
      expect([router.url, errors.length]).toEqual(isDenied ? ['/denied', 0] : ['/', 1]);
    });
  }
);

const TOKEN = { access_token: 't', token_type: 'Bearer', expires_in: 300, scope: 'analytics routing' };
const SESSION = {
  ...{ subject: 'ann', identity: 'jwt', roles: [], scopes: ['analytics', 'routing'], defaultScopes: [] },
  ...{ region: 'mypurecloud.de', apiOrigin: 'https://api.mypurecloud.de', mode: 'proxy' }
};

/** What the relay says at a renewal, and what the page shows then. */
type Renewal = readonly [name: string, body: object, status: number, shown: 'yes' | 'no'];

describe.each<[string, string, GenesysAuthFeature[], object, Renewal[]]>([
  [
    'token',
    '/genesys/token',
    [],
    TOKEN,
    [
      ['a token with fewer scopes', { ...TOKEN, access_token: 't2', scope: 'analytics' }, 200, 'no'],
      ['scope_not_allowed', { code: 'scope_not_allowed', detail: 'No.', scopes: ['routing'] }, 400, 'no'],
      ['policy_denied', { code: 'policy_denied', detail: 'No role.' }, 403, 'no'],
      ['an outage', {}, 503, 'yes']
    ]
  ],
  [
    'proxy',
    '/genesys/session',
    [withProxyMode()],
    SESSION,
    [
      ['a session with fewer scopes', { ...SESSION, scopes: ['analytics'] }, 200, 'no'],
      ['a session without scopes', { ...SESSION, scopes: [] }, 200, 'no'],
      ['policy_denied', { code: 'policy_denied', detail: 'No role.' }, 403, 'no'],
      ['an outage', {}, 503, 'yes']
    ]
  ]
])('in %s mode, when the relay answers a renewal with', (_mode, url, features, granted, renewals) => {
  it.each(renewals)('%s', async (_name, body, status, shown) => {
    const { auth, get, network } = createApp({
      features,
      providers: [
        provideRouter([
          { path: 'guarded', component: Page, canMatch: [requireScopes('routing', { redirectTo: '/denied' })] },
          { path: 'denied', component: Page }
        ])
      ]
    });
    const menu = TestBed.createComponent(Menu);
    menu.detectChanges();
    network.expectOne(url).flush(granted);
    menu.detectChanges();

    const renewed = auth.renew().catch(isScopeDenied);
    await settle();
    network.expectOne(url).flush(body, { status, statusText: 'x' });
    expect(await renewed).toBe(shown === 'no');
    menu.detectChanges();
    expect((menu.nativeElement as HTMLElement).textContent).toBe(shown);
    expect([...auth.scopes()]).toEqual(shown === 'yes' ? ['analytics', 'routing'] : []);

    const refuseAll = () => {
      const calls = network.match(url);
      for (const call of calls) call.flush(body, { status, statusText: 'x' });
      return calls.length;
    };
    const navigated = TestBed.inject(Router).navigateByUrl('/guarded');
    await settle();
    let asked = refuseAll();
    await navigated;
    expect(TestBed.inject(Router).url).toBe(shown === 'yes' ? '/guarded' : '/denied');

    const outcomes = [get(), get(), get()];
    await settle();
    asked += refuseAll();
    // The first failure causes no pause, and the second one does.
    expect(asked).toBe(shown === 'yes' ? 0 : 1);
    expect(outcomes.map(({ error }) => isScopeDenied(error))).toEqual(outcomes.map(() => shown === 'no'));
  });
});

it('a relay that answers at once and denies the scopes at a renewal ends the use of the token', () => {
  jest.useFakeTimers();
  let scope = 'analytics routing';
  const answersAtOnce: HttpInterceptorFn = (request, next) =>
    request.url === TOKEN_URL
      ? of(new HttpResponse({ body: { access_token: 'token-1', token_type: 'Bearer', expires_in: 300, scope } }))
      : next(request);
  const { get, network } = createApp({ after: [answersAtOnce] });
  get();
  expect(bearer(network.expectOne(QUEUES))).toBe('Bearer token-1');
  jest.advanceTimersByTime(295_000);
  scope = 'users';
  const { error } = get();
  network.expectNone(QUEUES);
  expect(isScopeDenied(error)).toBe(true);
  jest.useRealTimers();
});
