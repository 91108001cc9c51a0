// An app of NgModules with a lazy module. The query says how: `proxy` (proxy mode), `api` (an API that is not that of the region).
import { HttpClient, provideHttpClient, withInterceptors } from '@angular/common/http';
import { ChangeDetectionStrategy, Component, NgModule, inject, provideZonelessChangeDetection } from '@angular/core';
import { BrowserModule, platformBrowser } from '@angular/platform-browser';
import { Router, RouterModule } from '@angular/router';
import {
  GenesysAuthError,
  GenesysAuthModule,
  genesysAuthInterceptor,
  genesysScopes,
  withProxyMode
} from 'ngx-genesys-auth';
import { requireScopes } from 'ngx-genesys-auth/router';
import { firstValueFrom } from 'rxjs';
import { API_ORIGIN, IS_PROXY_MODE, QUERY, QUERY_URL } from './query';

declare global {
  interface Window {
    app: {
      readonly go: (path: string) => Promise<boolean>;
      /** Asks the API for numbers, with these scopes as the needed ones. Resolves to `done`, or to the code of the error. */
      readonly query: (...scopes: string[]) => Promise<string>;
      /** Makes a request that is none of the library's business. */
      readonly get: (url: string) => Promise<string>;
    };
  }
}

@Component({ selector: 'e2e-home', standalone: false, changeDetection: ChangeDetectionStrategy.OnPush, template: '' })
export class Home {}

@Component({
  selector: 'e2e-denied',
  standalone: false,
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: '<p id="answer">denied</p>'
})
export class Denied {}

@Component({
  selector: 'e2e-app',
  standalone: false,
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: '<router-outlet />'
})
export class App {
  constructor() {
    const http = inject(HttpClient);
    const router = inject(Router);
    window.app = {
      go: (path) => router.navigateByUrl(path),
      query: (...scopes) =>
        firstValueFrom(http.post(QUERY_URL, QUERY, { context: genesysScopes(...scopes) })).then(
          () => 'done',
          (error: unknown) => (error instanceof GenesysAuthError ? error.code : String(error))
        ),
      get: (url) => firstValueFrom(http.get(url, { responseType: 'text' }))
    };
  }
}

const lazy = () => import('./admin.module').then(({ AdminModule }) => AdminModule);
const guard = requireScopes('admin:platform', { redirectTo: '/denied' });
const where = API_ORIGIN === null ? { region: 'mypurecloud.de' } : { apiOrigin: API_ORIGIN };

@NgModule({
  declarations: [App, Home, Denied],
  imports: [
    BrowserModule,
    RouterModule.forRoot([
      { path: '', pathMatch: 'full', component: Home },
      { path: 'denied', component: Denied },
      { path: 'activate', canActivate: [guard], loadChildren: lazy },
      { path: 'match', canMatch: [guard], loadChildren: lazy },
      { path: 'open', loadChildren: lazy }
    ]),
    GenesysAuthModule.forRoot(
      { ...where, relay: '/genesys', scopes: ['analytics', 'admin:platform'] },
      ...(IS_PROXY_MODE ? [withProxyMode()] : [])
    )
  ],
  providers: [provideZonelessChangeDetection(), provideHttpClient(withInterceptors([genesysAuthInterceptor]))],
  bootstrap: [App]
})
export class AppModule {}

await platformBrowser().bootstrapModule(AppModule);
