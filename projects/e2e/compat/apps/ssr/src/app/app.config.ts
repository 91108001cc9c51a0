import { provideHttpClient, withFetch, withInterceptors } from '@angular/common/http';
import { ApplicationConfig, provideBrowserGlobalErrorListeners } from '@angular/core';
import { provideClientHydration, withHttpTransferCacheOptions } from '@angular/platform-browser';
import { genesysAuthInterceptor, provideGenesysAuth } from 'ngx-genesys-auth';
import { apiOrigin } from './settings';

export const appConfig: ApplicationConfig = {
  providers: [
    provideBrowserGlobalErrorListeners(),
    // As careless as an app can be about what the page hands over to the browser.
    provideClientHydration(
      withHttpTransferCacheOptions({
        includePostRequests: true,
        includeRequestsWithAuthHeaders: true,
        includeHeaders: ['Authorization', 'Cache-Control']
      })
    ),
    provideHttpClient(withFetch(), withInterceptors([genesysAuthInterceptor])),
    provideGenesysAuth({ apiOrigin, relay: '/genesys', scopes: ['routing:readonly'] })
  ]
};
