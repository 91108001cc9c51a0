import { provideHttpClient, withInterceptors } from '@angular/common/http';
import { HttpTestingController, provideHttpClientTesting } from '@angular/common/http/testing';
import { ChangeDetectionStrategy, Component, PLATFORM_ID, inject } from '@angular/core';
import { TestBed } from '@angular/core/testing';
import { Router, type Routes, provideRouter } from '@angular/router';
import {
  type GenesysAuthFeature,
  GenesysAuthService,
  genesysAuthInterceptor,
  provideGenesysAuth,
  withProxyMode
} from 'ngx-genesys-auth';
import { type ScopeGuardFn, requireScopes } from 'ngx-genesys-auth/router';
import { API, CONFIG, TOKEN_URL, asAuthError, grant, settle } from '../../test/app';

@Component({ selector: 'genesys-page', template: '', changeDetection: ChangeDetectionStrategy.OnPush })
class Page {}

const createRoutes = (guard: ScopeGuardFn, kind: 'canActivate' | 'canMatch'): Routes => [
  { path: 'guarded', component: Page, [kind]: [guard] },
  { path: 'guarded', pathMatch: 'full', redirectTo: 'other' },
  { path: 'denied', component: Page },
  { path: 'other', component: Page }
];

const SESSION = {
  subject: 'ann',
  identity: 'jwt',
  roles: ['agent'],
  scopes: ['analytics', 'routing'],
  defaultScopes: [],
  region: 'mypurecloud.de',
  apiOrigin: API,
  mode: 'proxy'
};

interface Result {
  value?: unknown;
  error?: unknown;
  /** A redirect takes a separate task. */
  end: Promise<unknown>;
}

function createApp(
  guard: ScopeGuardFn,
  kind: 'canActivate' | 'canMatch' = 'canActivate',
  platform = 'browser',
  features: readonly GenesysAuthFeature[] = []
) {
  TestBed.configureTestingModule({
    providers: [
      provideHttpClient(withInterceptors([genesysAuthInterceptor])),
      provideHttpClientTesting(),
      provideGenesysAuth({ ...CONFIG, optionalScopes: ['users'] }, ...features),
      provideRouter(createRoutes(guard, kind)),
      { provide: PLATFORM_ID, useValue: platform }
    ]
  });
  const router = TestBed.inject(Router);
  const network = TestBed.inject(HttpTestingController);
  const navigate = async () => {
    const result: Result = { end: Promise.resolve() };
    result.end = router.navigateByUrl('/guarded').then(
      (value) => (result.value = value),
      (error: unknown) => (result.error = error)
    );
    await settle();
    return result;
  };
  return { router, network, navigate, auth: TestBed.inject(GenesysAuthService) };
}

describe.each(['canActivate', 'canMatch'] as const)('requireScopes() as %s', (kind) => {
  it('waits for the first answer of the relay, then lets through', async () => {
    const { router, network, navigate } = createApp(requireScopes('routing:readonly', 'analytics'), kind);
    const result = await navigate();
    expect([router.url, result.value]).toEqual(['/', undefined]);
    grant(network.expectOne(TOKEN_URL));
    await settle();
    expect([router.url, result.value]).toEqual(['/guarded', true]);
    network.verify();
  });

  it('asks for no other token where there is one', async () => {
    const { router, network, navigate, auth } = createApp(requireScopes('routing'), kind);
    void auth.token();
    grant(network.expectOne(TOKEN_URL));
    await navigate();
    expect(router.url).toBe('/guarded');
    network.verify();
  });

  it('works in proxy mode: asks for the session, and lets through what it grants', async () => {
    const { router, network, navigate } = createApp(requireScopes('routing:readonly'), kind, 'browser', [
      withProxyMode()
    ]);
    const result = await navigate();
    network.expectOne('/genesys/session').flush(SESSION);
    await settle();
    expect([router.url, result.value]).toEqual(['/guarded', true]);
    network.verify();
  });

  it('says no in proxy mode where the session does not grant the scope', async () => {
    const { router, network, navigate } = createApp(
      requireScopes('users', { redirectTo: '/denied' }),
      kind,
      'browser',
      [withProxyMode()]
    );
    const { end } = await navigate();
    network.expectOne('/genesys/session').flush(SESSION);
    await end;
    expect(router.url).toBe('/denied');
  });

  it('goes elsewhere where the scope was not granted', async () => {
    const { router, network, navigate } = createApp(requireScopes('users', { redirectTo: '/denied?why=1' }), kind);
    const { end } = await navigate();
    grant(network.expectOne(TOKEN_URL));
    await end;
    expect(router.url).toBe('/denied?why=1');
  });

  it('names a misspelt or unconfigured scope, and sends nothing', async () => {
    for (const [scope, code] of [
      ['anaytics', 'scope_near_miss'],
      ['two words', 'scope_malformed'],
      ['outbound', 'scope_not_configured']
    ] as const) {
      TestBed.resetTestingModule();
      const { network, navigate } = createApp(requireScopes(scope, { redirectTo: '/denied' }), kind);
      const error = asAuthError((await navigate()).error);
      expect(error.code).toBe(code);
      expect(error.message).toContain(`"${scope}"`);
      network.verify();
    }
  });
});

describe('requireScopes()', () => {
  it('fits every kind of guard that sees no component, by its type', () => {
    const guards = [requireScopes('routing'), requireScopes('routing', 'users', { redirectTo: '/denied' })];
    const routes: Routes = [
      { path: '', component: Page, canActivate: guards, canActivateChild: guards, canMatch: guards }
    ];
    // @ts-expect-error options come last
    requireScopes({ redirectTo: '/denied' }, 'routing');
    expect(routes).toHaveLength(1);
  });

  it('says no by cancelling, or by falling through to the next route that matches', async () => {
    const activate = createApp(requireScopes('users'));
    const result = await activate.navigate();
    grant(activate.network.expectOne(TOKEN_URL));
    await settle();
    expect([activate.router.url, result.value]).toEqual(['/', false]);

    TestBed.resetTestingModule();
    const match = createApp(requireScopes('users'), 'canMatch');
    const { end } = await match.navigate();
    grant(match.network.expectOne(TOKEN_URL));
    await end;
    expect(match.router.url).toBe('/other');
  });

  it('makes the redirect of the error, in an injection context', async () => {
    const guard = requireScopes('routing', 'users', {
      redirectTo: ({ code }) => inject(Router).createUrlTree(['/denied'], { queryParams: { code } })
    });
    const { router, network, navigate } = createApp(guard);
    const { end } = await navigate();
    grant(network.expectOne(TOKEN_URL));
    await end;
    expect(router.url).toBe('/denied?code=scope_not_granted');
  });

  it('takes it as a no that the relay grants this caller nothing', async () => {
    const { router, network, navigate } = createApp(requireScopes({ redirectTo: '/denied' }));
    const { end } = await navigate();
    network
      .expectOne(TOKEN_URL)
      .flush({ code: 'policy_denied', detail: 'No role.' }, { status: 403, statusText: 'Forbidden' });
    await end;
    expect(router.url).toBe('/denied');
  });

  it.each([
    [503, 'relay_unavailable'],
    [401, 'relay_unauthenticated'],
    [403, 'relay_forbidden']
  ])('does not take a %i of the relay for a no', async (status, code) => {
    const { network, navigate } = createApp(requireScopes('routing', { redirectTo: '/denied' }));
    const result = await navigate();
    network.expectOne(TOKEN_URL).flush(null, { status, statusText: 'x' });
    await settle();
    expect(asAuthError(result.error).code).toBe(code);
  });

  it('fails on the server instead of saying no', async () => {
    const { navigate } = createApp(requireScopes('routing', { redirectTo: '/denied' }), 'canActivate', 'server');
    expect(asAuthError((await navigate()).error).code).toBe('server_no_credential');
  });
});
