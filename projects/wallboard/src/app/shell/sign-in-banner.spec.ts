import { provideHttpClientTesting } from '@angular/common/http/testing';
import { TestBed } from '@angular/core/testing';
import { withProxyMode, withSignIn } from 'ngx-genesys-auth';
import { GenesysAuthTesting, provideGenesysAuthTesting } from 'ngx-genesys-auth/testing';
import { CONFIG } from '../../testing/wire';
import { boardProviders } from '../boot/providers';
import { SignInBanner } from './sign-in-banner';

describe('SignInBanner', () => {
  afterEach(() => {
    history.replaceState(null, '', '/');
    sessionStorage.clear();
  });

  it.each([
    ['sign_in_cancelled', 'sign_in_cancelled', 'You have cancelled sign-in.'],
    ['organization_not_allowed', 'organization_not_allowed', 'Users of your organization may not use this board.'],
    ['policy_denied', 'relay_forbidden', 'Your account has no access to this board.'],
    ['sign_in_failed.unavailable', 'sign_in_failed', 'Sign-in has failed.']
  ])('says what has happened when a user returns with %s, and starts sign-in again', (result, code, words) => {
    history.replaceState(null, '', `/?genesys_sign_in=${result}`);
    TestBed.configureTestingModule({
      providers: [
        ...boardProviders({ ...CONFIG, mode: 'proxy', genesysSignIn: true }),
        provideHttpClientTesting(),
        provideGenesysAuthTesting({ apiOrigin: CONFIG.apiOrigin, relay: '/genesys' }, withProxyMode(), withSignIn())
      ]
    });
    const fixture = TestBed.createComponent(SignInBanner);
    fixture.detectChanges();
    const banner: HTMLElement = fixture.nativeElement;
    expect(banner.querySelector('[role=alert]')?.textContent.trim()).toBe(`${words} The board works without sign-in.`);
    expect(banner.querySelector('code')?.textContent).toBe(code);
    banner.querySelector('button')?.click();
    fixture.detectChanges();
    const [url = ''] = TestBed.inject(GenesysAuthTesting).navigations;
    expect(new URL(url).searchParams.get('return_to')).toBe(`${location.origin}/`);
    expect(banner.textContent).toBe('');
  });
});
