import { ChangeDetectionStrategy, Component } from '@angular/core';
import { TestBed } from '@angular/core/testing';
import { Router, provideRouter, withNavigationErrorHandler } from '@angular/router';
import { GenesysScopesDirective, isScopeDenied, withProxyMode } from 'ngx-genesys-auth';
import { requireScopes } from 'ngx-genesys-auth/router';
import { createApp, settle } from './app';

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
