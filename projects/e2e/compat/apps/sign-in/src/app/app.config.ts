import { provideHttpClient, withFetch, withInterceptors } from '@angular/common/http';
import { ApplicationConfig, provideBrowserGlobalErrorListeners } from '@angular/core';
import { provideClientHydration } from '@angular/platform-browser';
import { provideRouter } from '@angular/router';
import { provideServiceWorker } from '@angular/service-worker';
import { genesysAuthInterceptor, provideGenesysAuth, withProxyMode, withSignIn } from 'ngx-genesys-auth';
import { requireSignIn } from 'ngx-genesys-auth/router';
import { Desk } from './app';
import { apiOrigin } from './settings';

export const appConfig: ApplicationConfig = {
  providers: [
    provideBrowserGlobalErrorListeners(),
    provideRouter([
      { path: 'desk', component: Desk, canActivate: [requireSignIn({ redirectTo: '/' })] },
      { path: '**', children: [] }
    ]),
    provideClientHydration(),
    provideHttpClient(withFetch(), withInterceptors([genesysAuthInterceptor])),
    provideGenesysAuth({ apiOrigin, relay: '/genesys', scopes: ['user-basic-info'] }, withProxyMode(), withSignIn()),
    provideServiceWorker('ngsw-worker.js')
  ]
};
