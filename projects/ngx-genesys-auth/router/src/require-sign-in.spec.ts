import { HashLocationStrategy, LocationStrategy } from '@angular/common';
import { ChangeDetectionStrategy, Component, PLATFORM_ID } from '@angular/core';
import { TestBed } from '@angular/core/testing';
import { Router, type Routes, provideRouter, withNavigationErrorHandler } from '@angular/router';
import { provideGenesysAuth } from 'ngx-genesys-auth';
import { requireScopes, requireSignIn } from 'ngx-genesys-auth/router';
import { CONFIG, codeOf, settle } from '../../test/app';
import { ANN, ORIGIN, type SignInAppOptions, sessionOf, signInApp, signInFeatures } from '../../test/sign-in';

@Component({ selector: 'genesys-page', template: '', changeDetection: ChangeDetectionStrategy.OnPush })
class Page {}

const options = { redirectTo: '/problem' };
const routes: Routes = [
  { path: 'open', component: Page },
  { path: 'problem', component: Page },
  { path: 'desk', component: Page, canActivate: [requireSignIn(options)] },
  { path: 'match', component: Page, canMatch: [requireSignIn()] },
  { path: 'match', component: Page },
  { path: 'scoped', component: Page, canActivate: [requireScopes('routing', { redirectTo: '/denied' })] },
  {
    path: 'lazy',
    canActivateChild: [requireSignIn()],
    loadChildren: () => Promise.resolve([{ path: 'child', component: Page }])
  },
  { path: 'emea', component: Page, canActivate: [requireSignIn({ config: 'emea' })] }
];

function routed({ providers = [], ...rest }: SignInAppOptions = {}) {
  const errors: unknown[] = [];
  const app = signInApp({
    ...rest,
    providers: [
      provideRouter(
        routes,
        withNavigationErrorHandler(({ error }) => {
          errors.push(error);
        })
      ),
      ...providers
    ]
  });
  const router = TestBed.inject(Router);
  return { ...app, router, errors, go: (url: string) => router.navigateByUrl(url).catch(() => undefined) };
}

beforeEach(() => {
  sessionStorage.clear();
});

describe('requireSignIn()', () => {
  it.each(['/desk?a=b#top', '/match', '/lazy/child'])('opens %s for a user', async (url) => {
    const { go, answer, router, page } = routed();
    const gone = go(url);
    await answer(ANN);
    await gone;
    expect([router.url, page.done]).toEqual([url, []]);
  });

  it.each(['/desk?a=b%20c&d=#top', '/match?x=', '/lazy/child?x=1'])(
    'signs in and returns to %s, which is not the page that is left',
    async (url) => {
      const { go, answer, router, page } = routed({ path: '/open' });
      const gone = go(url);
      await answer(null);
      await gone;
      expect(page.signIn['return_to']).toBe(ORIGIN + url);
      expect(router.url).toBe(url.startsWith('/match') ? url : '/');
    }
  );

  it('keeps the path in the fragment where the app does', async () => {
    const { go, answer, page } = routed({
      providers: [{ provide: LocationStrategy, useClass: HashLocationStrategy }]
    });
    const gone = go('/desk?a=b');
    await answer(null);
    await gone;
    expect(page.signIn['return_to']).toBe(`${ORIGIN}/deep?x=1#/desk?a=b`);
  });

  it('shows the page of the app after a cancelled sign-in, and never starts it again by itself', async () => {
    const { go, answer, router, page, signIn } = routed({ path: '/desk?genesys_sign_in=sign_in_cancelled' });
    const gone = go('/desk');
    await answer(null);
    await gone;
    expect([router.url, page.done, signIn.problem()?.code]).toEqual(['/problem', [], 'sign_in_cancelled']);
  });

  it('fails the navigation without redirectTo', async () => {
    const { go, answer, router, errors } = routed({ path: '/lazy/child?genesys_sign_in=ok' });
    const gone = go('/lazy/child');
    await answer(null);
    await gone;
    expect([router.url, errors.map(codeOf)]).toEqual(['/', ['cookies_blocked']]);
  });

  it('does not show an outage as a problem of sign-in', async () => {
    const { go, refuse, router, errors, page } = routed();
    const gone = go('/desk');
    await refuse(503, 'identity_unavailable');
    await gone;
    expect([router.url, errors.map(codeOf), page.done]).toEqual(['/', ['relay_unavailable'], []]);
  });

  it.each(['/desk?a=b', '/lazy/child'])(
    'on a server without a user it lets %s render: Angular answers a cancelled navigation with 404',
    async (url) => {
      const { go, router, errors, network, signIn } = routed({
        page: null,
        providers: [{ provide: PLATFORM_ID, useValue: 'server' }]
      });
      await go(url);
      expect([router.url, errors, signIn.user()]).toEqual([url, [], undefined]);
      network.verify();
    }
  );

  it('asks for the user of another configuration', async () => {
    const { go, network, router, page } = routed({
      auth: [
        provideGenesysAuth({ ...CONFIG, name: 'us', relay: '/us' }, ...signInFeatures()),
        provideGenesysAuth({ ...CONFIG, name: 'emea', relay: '/emea' }, ...signInFeatures())
      ]
    });
    const gone = go('/emea');
    await settle();
    network.expectOne('/us/session').flush(sessionOf(ANN));
    network.expectOne('/emea/session').flush(sessionOf(null));
    await gone;
    expect([router.url, page.done.length]).toEqual(['/', 1]);
  });
});

describe('requireScopes()', () => {
  it('does not say that a user who is not signed in may not', async () => {
    const { go, refuse, router, errors } = routed();
    const gone = go('/scoped');
    await settle();
    await refuse();
    await gone;
    expect([router.url, errors.map(codeOf)]).toEqual(['/', ['sign_in_required']]);
  });
});
