import { DestroyRef, inject, provideEnvironmentInitializer } from '@angular/core';
import { GENESYS_RESOLVED_CONFIG } from '../core/core';
import type { GenesysAuthFeature } from '../features/feature';
import { SESSION_LINK } from '../proxy/session-link';
import { GenesysSignIn, defaultSignIn } from './genesys-sign-in';
import { SignInReturn } from './sign-in-return';
import { SIGN_IN_OPTIONS, type SignInOptions, SignInSession } from './session';

/**
 * Signs users in with Genesys Cloud through the relay (`signIn` in its configuration). It needs {@link withProxyMode}: the token of the
 * user stays in the relay, and the browser has the cookie of a session. {@link GenesysSignIn} has the signed-in user, and signs in and
 * out; `requireSignIn()` of `ngx-genesys-auth/router` guards routes.
 *
 * - When the app starts, it asks the relay who is signed in, and takes the result of sign-in (`genesys_sign_in`) out of the URL.
 * - Each request names the user whom the page shows. If another user has signed in meanwhile, the request fails with `session_changed`,
 *   pending requests fail, and the page is reloaded, also when it comes back from the back/forward cache.
 * - When the session ends, requests fail with `session_ended`, and the page stays as it is.
 * - Signing in and out reaches the other tabs.
 *
 * On a server nothing navigates, and `user` is `undefined` until the relay has answered there.
 *
 * @throws {@link GenesysAuthConfigError} `config_invalid` in development, if `withProxyMode()` is missing
 * @example
 * provideGenesysAuth(
 *   { region: 'mypurecloud.de', relay: '/genesys', scopes: ['presence'] },
 *   withProxyMode(),
 *   withSignIn()
 * )
 */
export function withSignIn(options: SignInOptions = {}): GenesysAuthFeature<'signIn'> {
  return {
    kind: 'signIn',
    needsProxyMode: ngDevMode ? 'withSignIn()' : undefined,
    stateProviders: [{ provide: SIGN_IN_OPTIONS, useValue: options }, SignInSession, GenesysSignIn],
    providers: [
      { provide: SESSION_LINK, useExisting: SignInSession },
      provideEnvironmentInitializer(() => {
        inject(SignInSession).start(inject(GENESYS_RESOLVED_CONFIG).relayUrl, inject(DestroyRef));
      })
    ],
    appProviders: [
      SignInReturn,
      { provide: GenesysSignIn, useFactory: defaultSignIn },
      provideEnvironmentInitializer(() => {
        // Before the router reads the URL.
        inject(SignInReturn);
      })
    ]
  };
}
