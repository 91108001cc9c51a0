import { HttpClient, provideHttpClient, withInterceptors } from '@angular/common/http';
import { HttpTestingController, provideHttpClientTesting } from '@angular/common/http/testing';
import { ChangeDetectionStrategy, Component, inject } from '@angular/core';
import { TestBed } from '@angular/core/testing';
import { Router, provideRouter } from '@angular/router';
import {
  GenesysAuthService,
  GenesysScopesDirective,
  GenesysSignIn,
  type SignInOptions,
  genesysAuthInterceptor,
  provideGenesysAuth,
  withProxyMode
} from 'ngx-genesys-auth';
import { requireSignIn } from 'ngx-genesys-auth/router';
import { GenesysAuthTesting, provideGenesysAuthTesting } from 'ngx-genesys-auth/testing';
import { CONFIG, codeOf, observe, settle } from '../../test/app';
import { signInFeatures } from '../../test/sign-in';

@Component({
  selector: 'genesys-desk',
  imports: [GenesysScopesDirective],
  template: `
    @if (signIn.user(); as user) {
      <b>{{ user.name }}</b>
    } @else if (signIn.user() === null) {
      <button (click)="signIn.signIn()">Sign in</button>
    }
    <i>{{ signIn.problem()?.code }}</i>
    <input *genesysScopes="'routing'; else denied" /><ng-template #denied>No</ng-template>
  `,
  changeDetection: ChangeDetectionStrategy.OnPush
})
class Desk {
  protected readonly signIn = inject(GenesysSignIn);
}

function createApp(options?: SignInOptions) {
  TestBed.configureTestingModule({
    providers: [
      provideHttpClient(withInterceptors([genesysAuthInterceptor])),
      provideHttpClientTesting(),
      provideRouter([{ path: 'desk', component: Desk, canActivate: [requireSignIn()] }]),
      provideGenesysAuth(CONFIG, ...signInFeatures()),
      provideGenesysAuthTesting(CONFIG, ...signInFeatures(options))
    ]
  });
  const desk = TestBed.createComponent(Desk);
  const element = desk.nativeElement as HTMLElement;
  const http = TestBed.inject(HttpClient);
  return {
    relay: TestBed.inject(GenesysAuthTesting),
    signIn: TestBed.inject(GenesysSignIn),
    auth: TestBed.inject(GenesysAuthService),
    network: TestBed.inject(HttpTestingController),
    get: () => observe(http.get('https://api.mypurecloud.de/api/v2/users/me')),
    element,
    shown: () => {
      desk.detectChanges();
      return element.textContent.replace(/\s+/g, ' ').trim();
    }
  };
}

describe('a fake user', () => {
  it('signs in and out, synchronously', async () => {
    const { relay, shown, signIn, get, network } = createApp();
    await settle();
    expect(shown()).toBe('Sign in');
    relay.signIn({ name: 'Ann' });
    expect(shown()).toBe('Ann');
    expect(signIn.user()).toMatchObject({ id: 'test-user', email: 'test.user@example.test' });
    const pending = get();
    const { request } = network.expectOne('/genesys/api/v2/users/me');
    expect(request.headers.get('X-Genesys-Session')).toBe('fake-session-of-test-user');
    relay.signOut();
    expect(shown()).toBe('Sign in');
    expect(codeOf(pending.error)).toBe('signed_out');
    relay.signIn();
    expect(shown()).toBe('Test User');
    expect(relay.navigations).toEqual([]);
  });

  it('the app signs out by itself', async () => {
    const { relay, signIn } = createApp();
    relay.signIn();
    expect(await signIn.signOut()).toMatch(/^https:\/\/login/);
    expect(signIn.user()).toBeNull();
  });

  it('the button leaves for the sign-in page, and the test stays', async () => {
    const { relay, shown, element } = createApp();
    await settle();
    shown();
    element.querySelector('button')?.click();
    const [url = ''] = relay.navigations;
    expect(new URL(url).pathname).toBe('/genesys/sign-in');
    expect(new URL(url).searchParams.get('return_to')).toBe(document.location.href);
  });

  it('the guard opens the page for a user only', async () => {
    const { relay } = createApp();
    const router = TestBed.inject(Router);
    expect(await router.navigateByUrl('/desk')).toBe(false);
    expect(relay.navigations).toHaveLength(1);
    relay.signIn();
    expect(await router.navigateByUrl('/desk')).toBe(true);
  });

  it('the session ends in the middle of work: what the user has typed stays, and the request can be repeated', async () => {
    const { relay, shown, element, get, network, signIn } = createApp();
    relay.signIn({ name: 'Ann' });
    shown();
    const input = element.querySelector('input');
    if (!input) throw new Error('The form is missing.');
    input.value = 'typed';
    relay.fail('session_ended');
    expect(codeOf(get().error)).toBe('session_ended');
    expect(shown()).toContain('session_ended');
    expect(element.querySelector('input')?.value).toBe('typed');
    expect(signIn.user()).toBeNull();
    await settle();
    relay.signIn({ name: 'Ann' });
    expect(shown()).toBe('Ann');
    expect(element.querySelector('input')).toBe(input);
    get();
    network.expectOne('/genesys/api/v2/users/me');
  });

  it('no user is signed in at a relay without roles for visitors', () => {
    const { relay, shown, auth } = createApp();
    relay.fail('sign_in_required');
    // Not "No", as the visitor may sign in.
    expect(shown()).toBe('Sign in');
    expect(auth.error()?.code).toBe('sign_in_required');
  });

  it('another user is a change of user', async () => {
    const changed = jest.fn();
    const { relay, signIn, shown } = createApp({ onUserChanged: changed });
    relay.signIn({ name: 'Ann' });
    relay.signIn({ id: 'bob', name: 'Bob' });
    expect([changed.mock.calls.length, signIn.user()]).toEqual([1, null]);
    await settle();
    expect(shown()).toBe('Bob');
    TestBed.resetTestingModule();
    const other = createApp();
    other.relay.signIn();
    other.relay.signIn({ id: 'bob' });
    expect(other.relay.navigations).toEqual([document.location.href]);
  });

  it('needs withSignIn()', () => {
    TestBed.configureTestingModule({
      providers: [provideHttpClient(), provideGenesysAuthTesting(CONFIG, withProxyMode())]
    });
    const relay = TestBed.inject(GenesysAuthTesting);
    expect(() => {
      relay.signIn();
    }).toThrow('withSignIn()');
    expect(() => {
      relay.signOut();
    }).toThrow('withSignIn()');
  });
});
