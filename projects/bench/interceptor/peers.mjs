// Each peer as its manual sets it up, with its vendor's SDK, ten rules, and a valid token where it keeps tokens by default.
import { AuthService, authHttpInterceptorFn, provideAuth0 } from '@auth0/auth0-angular';
import { HTTP_INTERCEPTORS } from '@angular/common/http';
import {
  MSAL_INSTANCE,
  MSAL_INTERCEPTOR_CONFIG,
  MsalBroadcastService,
  MsalInterceptor,
  MsalService
} from '@azure/msal-angular';
import { InteractionType, PublicClientApplication, loadExternalTokens } from '@azure/msal-browser';
import { OidcSecurityService, authInterceptor, provideAuth } from 'angular-auth-oidc-client';
import { provideOAuthClient } from 'angular-oauth2-oidc';
import {
  INCLUDE_BEARER_TOKEN_INTERCEPTOR_CONFIG,
  includeBearerTokenInterceptor,
  provideKeycloak
} from 'keycloak-angular';
import Keycloak from 'keycloak-js';
import { filter, firstValueFrom } from 'rxjs';
import { CLIENT_INFO, LIFETIME_SECONDS, TOKEN, claims, rules, tokenResponse } from './rules.mjs';

const CLIENT = 'client';
const expiresAt = claims.exp * 1000;

const keycloak = {
  name: 'keycloak-angular',
  set: () => ({
    functional: [includeBearerTokenInterceptor],
    providers: [
      provideKeycloak({ config: { url: 'https://login.example.com', realm: 'r', clientId: CLIENT } }),
      {
        provide: INCLUDE_BEARER_TOKEN_INTERCEPTOR_CONFIG,
        useValue: rules.map((rule) => ({ urlPattern: new RegExp(`^${rule.replaceAll('.', '\\.')}`) }))
      }
    ],
    ready(injector) {
      Object.assign(injector.get(Keycloak), {
        token: TOKEN,
        tokenParsed: claims,
        refreshToken: TOKEN,
        authenticated: true,
        timeSkew: 0
      });
    }
  })
};

const oauth2Oidc = {
  name: 'angular-oauth2-oidc',
  set() {
    globalThis.sessionStorage.setItem('access_token', TOKEN);
    globalThis.sessionStorage.setItem('expires_at', String(expiresAt));
    return {
      fromDi: true,
      providers: provideOAuthClient({ resourceServer: { allowedUrls: rules, sendAccessToken: true } })
    };
  }
};

const authOidcClient = {
  name: 'angular-auth-oidc-client',
  set() {
    const config = {
      configId: 'bench',
      authority: 'https://login.example.com',
      clientId: CLIENT,
      redirectUrl: 'https://app.example.com',
      secureRoutes: rules
    };
    globalThis.sessionStorage.setItem(
      'bench',
      JSON.stringify({
        authzData: TOKEN,
        authnResult: { ...tokenResponse, id_token: TOKEN },
        access_token_expires_at: expiresAt,
        authWellKnownEndPoints: { issuer: claims.iss }
      })
    );
    return {
      functional: [authInterceptor()],
      providers: provideAuth({ config }),
      ready: (injector) => firstValueFrom(injector.get(OidcSecurityService).getConfiguration())
    };
  }
};

/** What auth0-spa-js would have stored after a sign-in, by its public interface for caches. */
const auth0IdToken = {
  id_token: TOKEN,
  decodedToken: { claims: { __raw: TOKEN, ...claims }, user: { sub: claims.sub } }
};
const auth0Entry = {
  body: { ...tokenResponse, ...auth0IdToken, client_id: CLIENT, audience: 'default', scope: 'openid profile email' },
  expiresAt: claims.exp
};
const auth0Cache = {
  get: (key) => (key.endsWith('@@user@@') ? auth0IdToken : auth0Entry),
  set() {},
  remove() {},
  allKeys: () => []
};

const auth0 = {
  name: '@auth0/auth0-angular',
  set: () => ({
    functional: [authHttpInterceptorFn],
    providers: provideAuth0({
      domain: 'login.example.com',
      clientId: CLIENT,
      cache: auth0Cache,
      httpInterceptor: { allowedList: rules.map((rule) => `${rule}*`) }
    }),
    ready: (injector) => firstValueFrom(injector.get(AuthService).isLoading$.pipe(filter((loading) => !loading)))
  })
};

const msal = {
  name: '@azure/msal-angular',
  async set() {
    const authority = `https://login.microsoftonline.com/${claims.tid}`;
    const config = { auth: { clientId: CLIENT, authority } };
    const scopes = ['routing'];
    const instance = new PublicClientApplication(config);
    await instance.initialize();
    const response = { ...tokenResponse, id_token: TOKEN, client_info: CLIENT_INFO };
    const { account } = await loadExternalTokens(config, { scopes, authority }, response, {
      clientInfo: CLIENT_INFO,
      expiresOn: claims.exp,
      extendedExpiresOn: claims.exp + LIFETIME_SECONDS
    });
    instance.setActiveAccount(account);
    return {
      fromDi: true,
      providers: [
        { provide: HTTP_INTERCEPTORS, useClass: MsalInterceptor, multi: true },
        { provide: MSAL_INSTANCE, useValue: instance },
        {
          provide: MSAL_INTERCEPTOR_CONFIG,
          useValue: {
            interactionType: InteractionType.Redirect,
            protectedResourceMap: new Map(rules.map((rule) => [`${rule}*`, scopes])),
            strictMatching: true
          }
        },
        MsalService,
        MsalBroadcastService
      ]
    };
  }
};

export const peers = [keycloak, oauth2Oidc, authOidcClient, auth0, msal];
