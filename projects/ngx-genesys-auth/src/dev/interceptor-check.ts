import { HttpBackend, HttpHandler } from '@angular/common/http';
import { APP_BOOTSTRAP_LISTENER, type Provider, inject } from '@angular/core';
import { defer } from 'rxjs';
import { GENESYS_AUTH_CORE } from '../core';
import { checkRequest } from './check-request';

/**
 * Development only: once the app has started, sends a request through the app's interceptors that ours answers. If it
 * comes out at the backend, where the guard stops it, ours is missing. Angular tells nobody which functional interceptors
 * are registered, so one has to ask. It does not run in `TestBed`, which starts no app.
 */
export function provideInterceptorCheck(): Provider {
  return {
    provide: APP_BOOTSTRAP_LISTENER,
    multi: true,
    useFactory: () => {
      const { config, guard } = inject(GENESYS_AUTH_CORE);
      const backend = inject(HttpBackend);
      const handler = inject(HttpHandler);
      let done = false;
      return () => {
        if (done) return;
        done = true;
        guard.protect(backend);
        // An app's interceptor may fail on it; that says nothing about ours.
        defer(() => handler.handle(checkRequest(config.apiOrigin))).subscribe({ error: () => undefined });
      };
    }
  };
}
