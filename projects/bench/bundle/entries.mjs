// What an app writes to have a provider, the service, an interceptor and a guard of each library. Nothing else of it is used.

/** Of this project. `router` gives the guard. */
export const OURS = `
  export { GenesysAuthService, genesysAuthInterceptor, provideGenesysAuth } from 'ngx-genesys-auth';
  export { requireScopes } from 'ngx-genesys-auth/router';
`;

/** Of its peers, with the vendor's SDK where there is one. */
export const PEERS = {
  'keycloak-angular': `
    export { INCLUDE_BEARER_TOKEN_INTERCEPTOR_CONFIG, createAuthGuard, includeBearerTokenInterceptor, provideKeycloak }
      from 'keycloak-angular';
    export { default as Keycloak } from 'keycloak-js';
  `,
  'angular-oauth2-oidc': `export { OAuthService, provideOAuthClient } from 'angular-oauth2-oidc';`, // it has no guard
  'angular-auth-oidc-client': `
    export { OidcSecurityService, authInterceptor, autoLoginPartialRoutesGuard, provideAuth } from 'angular-auth-oidc-client';
  `,
  '@auth0/auth0-angular': `
    export { AuthService, authGuardFn, authHttpInterceptorFn, provideAuth0 } from '@auth0/auth0-angular';
  `,
  '@azure/msal-angular': `
    export { MSAL_GUARD_CONFIG, MSAL_INSTANCE, MSAL_INTERCEPTOR_CONFIG, MsalBroadcastService, MsalGuard, MsalInterceptor, MsalService }
      from '@azure/msal-angular';
    export { PublicClientApplication } from '@azure/msal-browser';
  `
};
