import { Location, isPlatformServer } from '@angular/common';
import { PLATFORM_ID, inject } from '@angular/core';
import { type RedirectCommand, Router, type UrlTree } from '@angular/router';
import { GenesysAuthError, GenesysSignIn } from 'ngx-genesys-auth';

/** Options of {@link requireSignIn}. */
export interface RequireSignInOptions {
  /** The name of the configuration whose user is meant, where there are several. */
  readonly config?: string | undefined;
  /**
   * Where to go if sign-in must not start by itself, because it was cancelled or has failed: a URL of the app, which shows `problem()` of
   * `GenesysSignIn` and a button that calls `signIn()`. Without it the problem becomes an error of the navigation.
   */
  readonly redirectTo?: string | undefined;
}

/** A guard that fits both `canActivate` (or `canActivateChild`) and `canMatch` of a route. */
export type SignInGuardFn = () => Promise<boolean | UrlTree | RedirectCommand>;

/**
 * A guard for routes whose pages need a signed-in user. If no user is signed in, it leaves the app for the sign-in page of Genesys
 * Cloud and returns to the same URL, with query and fragment. The app needs `withSignIn()`.
 *
 * If sign-in was cancelled or has failed, the guard does not start it again by itself; see `redirectTo`. If it is not known whether a
 * user is signed in (the relay cannot be reached), the error becomes an error of the navigation.
 *
 * On a server the page is rendered in any case. Without a user its requests for the Genesys API fail, and then the browser starts sign-in.
 *
 * @throws {@link GenesysAuthError} `sign_in_cancelled`, `sign_in_failed`, `organization_not_allowed`, `cookies_blocked` without
 *   `redirectTo`, and `relay_*`, `config_unavailable`, as errors of the navigation
 * @example
 * const routes: Routes = [
 *   { path: 'signed-out', component: SignedOut },
 *   { path: 'desk', component: Desk, canActivate: [requireSignIn({ redirectTo: '/signed-out' })] }
 * ];
 */
export function requireSignIn({ config, redirectTo }: RequireSignInOptions = {}): SignInGuardFn {
  return async () => {
    const router = inject(Router);
    const location = inject(Location);
    const signIn = inject(GenesysSignIn);
    const isServer = isPlatformServer(inject(PLATFORM_ID));
    const target = router.currentNavigation()?.extractedUrl;
    const returnTo = target && location.prepareExternalUrl(router.serializeUrl(target));
    try {
      const isSignedIn = await (config === undefined ? signIn : signIn.for(config)).requireUser(returnTo);
      // A server answers 404 if the navigation of the page that it renders is cancelled.
      return isSignedIn || isServer;
    } catch (error) {
      if (redirectTo === undefined || !isProblem(error)) throw error;
      return router.parseUrl(redirectTo);
    }
  };
}

/** Whether the user can do something about an error, and signing in again may help. */
const isProblem = (error: unknown): boolean =>
  error instanceof GenesysAuthError &&
  (/^(?:sign_in_\w+|organization_not_allowed|cookies_blocked)$/.test(error.code) ||
    error.problem?.code === 'policy_denied');
