import { provideHttpClient, withInterceptors } from '@angular/common/http';
import { ApplicationConfig, provideBrowserGlobalErrorListeners } from '@angular/core';
import { genesysAuthInterceptor, provideGenesysAuth, withLogger, withRetry } from 'ngx-genesys-auth';
import { withScopeCatalogue } from 'ngx-genesys-auth/scope-catalogue';
import { apiOrigin } from './settings';

export const appConfig: ApplicationConfig = {
  providers: [
    provideBrowserGlobalErrorListeners(),
    provideHttpClient(withInterceptors([genesysAuthInterceptor])),
    provideGenesysAuth(
      { apiOrigin, relay: '/genesys', scopes: ['routing:readonly'] },
      withScopeCatalogue(),
      withRetry(),
      withLogger()
    )
  ]
};
