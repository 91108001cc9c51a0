import { HTTP_INTERCEPTORS, provideHttpClient, withInterceptorsFromDi } from '@angular/common/http';
import { NgModule, provideBrowserGlobalErrorListeners, provideZoneChangeDetection } from '@angular/core';
import { BrowserModule } from '@angular/platform-browser';
import { GenesysAuthHttpInterceptor, GenesysAuthModule } from 'ngx-genesys-auth';
import { App } from './app';
import { Queues } from './queues';
import { apiOrigin } from './settings';

@NgModule({
  declarations: [App],
  imports: [
    BrowserModule,
    GenesysAuthModule.forRoot({ apiOrigin, relay: '/genesys', scopes: ['routing:readonly'] }),
    Queues
  ],
  providers: [
    provideBrowserGlobalErrorListeners(),
    provideZoneChangeDetection(),
    provideHttpClient(withInterceptorsFromDi()),
    { provide: HTTP_INTERCEPTORS, useClass: GenesysAuthHttpInterceptor, multi: true }
  ],
  bootstrap: [App]
})
export class AppModule {}
