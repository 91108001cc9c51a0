import { ChangeDetectionStrategy, Component, ErrorHandler, PLATFORM_ID, signal } from '@angular/core';
import { TestBed } from '@angular/core/testing';
import { GenesysAuthModule, GenesysScopesDirective, provideGenesysAuth, withProxyMode } from 'ngx-genesys-auth';
import { API, type AppOptions, CONFIG, codeOf, createApp as createBareApp, grant, settle } from '../../test/app';

@Component({
  selector: 'genesys-page',
  imports: [GenesysScopesDirective],
  template: `<b *genesysScopes="needed(); else denied">yes</b><ng-template #denied>no</ng-template>`,
  changeDetection: ChangeDetectionStrategy.OnPush
})
class Page {
  readonly needed = signal<string | readonly string[]>('routing:readonly');
}

async function createApp({ needed, ...options }: AppOptions & { needed?: string | readonly string[] } = {}) {
  const reported: unknown[] = [];
  const handler = { handleError: (error: unknown) => reported.push(error) };
  const app = createBareApp({
    ...options,
    config: { optionalScopes: ['users'] },
    providers: [{ provide: ErrorHandler, useValue: handler }, ...(options.providers ?? [])]
  });
  const page = TestBed.createComponent(Page);
  const element: HTMLElement = page.nativeElement;
  if (needed) page.componentInstance.needed.set(needed);
  const stable = async () => {
    await settle();
    page.detectChanges();
  };
  await stable();
  return { ...app, page, reported, stable, text: () => element.textContent, element };
}

const unavailable = { status: 503, statusText: 'x' };

describe('*genesysScopes', () => {
  it('shows nothing until the scopes are known, and asks for them if no other code has', async () => {
    const { relayCall, text, stable } = await createApp();
    expect(text()).toBe('');
    grant(relayCall());
    await stable();
    expect(text()).toBe('yes');
  });

  it('takes a list, all of which is needed, and shows the else template', async () => {
    const { page, relayCall, text, stable } = await createApp({ needed: ['routing', 'users'] });
    grant(relayCall());
    await stable();
    expect(text()).toBe('no');
    page.componentInstance.needed.set(['routing', 'analytics:readonly']);
    await stable();
    expect(text()).toBe('yes');
  });

  it('follows the token: granted later, cleared', async () => {
    const { auth, relayCall, text, stable } = await createApp({ needed: 'users' });
    grant(relayCall());
    await stable();
    expect(text()).toBe('no');
    void auth.renew();
    await stable();
    expect(text()).toBe('no');
    grant(relayCall(), 'token-2', 300, 'analytics routing users');
    await stable();
    expect(text()).toBe('yes');
    auth.clear();
    await stable();
    expect(text()).toBe('no');
  });

  it('after clear() and another sign-in, one that appears asks anew; one that stays on the page does not', async () => {
    const { auth, network, page, relayCall, text, stable } = await createApp();
    grant(relayCall());
    await stable();
    auth.clear();
    await stable();
    expect(text()).toBe('no');
    network.verify();
    // The page of the next user.
    page.destroy();
    const next = TestBed.createComponent(Page);
    const nextText = async () => {
      await settle();
      next.detectChanges();
      return (next.nativeElement as HTMLElement).textContent;
    };
    expect(await nextText()).toBe('');
    grant(relayCall(), 'token-2');
    expect(await nextText()).toBe('yes');
  });

  it('after clear(), one that is asked for other scopes asks anew', async () => {
    const { auth, page, relayCall, text, stable } = await createApp();
    grant(relayCall());
    await stable();
    auth.clear();
    page.componentInstance.needed.set('analytics');
    await stable();
    grant(relayCall(), 'token-2');
    await stable();
    expect(text()).toBe('yes');
  });

  it('asks again where one appears after a failure of the relay', async () => {
    const { relayCall, text, stable, page } = await createApp();
    relayCall().flush(null, unavailable);
    await stable();
    expect(text()).toBe('');
    page.componentInstance.needed.set('analytics');
    await stable();
    grant(relayCall());
    await stable();
    expect(text()).toBe('yes');
  });

  it('works in proxy mode: asks for the session, and shows what it grants', async () => {
    const { network, page, text, stable } = await createApp({ features: [withProxyMode()] });
    expect(text()).toBe('');
    network.expectOne('/genesys/session').flush({
      ...{ subject: 'ann', identity: 'jwt', roles: [], scopes: ['analytics', 'routing'], defaultScopes: [] },
      ...{ region: 'mypurecloud.de', apiOrigin: API, mode: 'proxy' }
    });
    await stable();
    expect(text()).toBe('yes');
    page.componentInstance.needed.set('users');
    await stable();
    expect(text()).toBe('no');
    network.verify();
  });

  it('keeps the same view through renewals and outages', async () => {
    const { auth, relayCall, element, stable } = await createApp();
    grant(relayCall(), 'token-1', 30);
    await stable();
    const view = element.querySelector('b');
    const renewed = auth.renew().catch(codeOf);
    await stable();
    expect(element.querySelector('b')).toBe(view);
    jest.spyOn(performance, 'now').mockReturnValue(performance.now() + 60_000);
    relayCall().flush(null, unavailable);
    expect(await renewed).toBe('relay_unavailable');
    await stable();
    expect([auth.status(), auth.scopes().size]).toEqual(['failed', 0]);
    expect(element.querySelector('b')).toBe(view);
    jest.restoreAllMocks();
  });

  it('says neither yes nor no when the first call fails, unless the relay said so', async () => {
    const { auth, relayCall, text, stable } = await createApp();
    relayCall().flush(null, unavailable);
    await stable();
    expect(text()).toBe('');
    void auth.renew().catch(() => undefined);
    relayCall().flush({ code: 'policy_denied', detail: 'No role.' }, { status: 403, statusText: 'x' });
    await stable();
    expect(text()).toBe('no');
  });

  it('reports a misspelt scope once, sends nothing and shows the else template', async () => {
    const { reported, network, text, stable } = await createApp({ needed: ['routing', 'anaytics'] });
    await stable();
    expect([reported.map(codeOf), text()]).toEqual([['scope_near_miss'], 'no']);
    network.verify();
  });

  it('checks what is asked for anew when the scopes or the configuration change', async () => {
    @Component({
      selector: 'genesys-changing',
      imports: [GenesysScopesDirective],
      template: `<b *genesysScopes="needed(); config: config(); else denied">yes</b
        ><ng-template #denied>no</ng-template>`,
      changeDetection: ChangeDetectionStrategy.OnPush
    })
    class Changing {
      readonly needed = signal('anaytics');
      readonly config = signal('one');
    }
    const reported: unknown[] = [];
    const one = { ...CONFIG, name: 'one', scopes: ['analytics', 'routing'] };
    const { network } = createBareApp({
      auth: [provideGenesysAuth(one), provideGenesysAuth({ ...one, name: 'two', relay: '/two', scopes: ['users'] })],
      providers: [
        { provide: ErrorHandler, useValue: { handleError: (error: unknown) => reported.push(codeOf(error)) } }
      ]
    });
    const page = TestBed.createComponent(Changing);
    const text = async () => {
      await settle();
      page.detectChanges();
      return (page.nativeElement as HTMLElement).textContent;
    };
    expect(await text()).toBe('no');
    page.componentInstance.needed.set('users');
    await text();
    expect(reported).toEqual(['scope_near_miss', 'scope_not_configured']);
    network.verify();
    page.componentInstance.config.set('two');
    await text();
    grant(network.expectOne('/two/token'), 'token-2', 300, 'users');
    expect(await text()).toBe('yes');
    page.componentInstance.needed.set('anaytics');
    expect(await text()).toBe('no');
    expect(reported).toEqual(['scope_near_miss', 'scope_not_configured', 'scope_near_miss']);
  });

  it('does not show the answer of another configuration', async () => {
    @Component({
      selector: 'genesys-two',
      imports: [GenesysScopesDirective],
      template: `<b *genesysScopes="'routing'; config: config(); else denied">yes</b
        ><ng-template #denied>no</ng-template>`,
      changeDetection: ChangeDetectionStrategy.OnPush
    })
    class Two {
      readonly config = signal('one');
    }
    const { network } = createBareApp({
      auth: [
        provideGenesysAuth({ ...CONFIG, name: 'one' }),
        provideGenesysAuth({ ...CONFIG, name: 'two', relay: '/two' })
      ]
    });
    const page = TestBed.createComponent(Two);
    const text = async () => {
      await settle();
      page.detectChanges();
      return (page.nativeElement as HTMLElement).textContent;
    };
    await text();
    grant(network.expectOne('/genesys/token'));
    expect(await text()).toBe('yes');
    page.componentInstance.config.set('two');
    expect(await text()).toBe('');
    network
      .expectOne('/two/token')
      .flush({ code: 'policy_denied', detail: 'No role.' }, { status: 403, statusText: 'x' });
    expect(await text()).toBe('no');
    page.componentInstance.config.set('one');
    expect(await text()).toBe('yes');
  });

  it('asks for nothing on the server', async () => {
    const { network, text, auth } = await createApp({ providers: [{ provide: PLATFORM_ID, useValue: 'server' }] });
    expect([text(), auth.status()]).toEqual(['', 'unknown']);
    network.verify();
  });

  it('comes with GenesysAuthModule, too', async () => {
    @Component({
      selector: 'genesys-old-page',
      imports: [GenesysAuthModule],
      template: `<b *genesysScopes="'routing'">yes</b>`,
      changeDetection: ChangeDetectionStrategy.OnPush
    })
    class OldPage {}
    createBareApp().signIn();
    const page = TestBed.createComponent(OldPage);
    await page.whenStable();
    const element: HTMLElement = page.nativeElement;
    expect(element.textContent).toBe('yes');
  });
});
