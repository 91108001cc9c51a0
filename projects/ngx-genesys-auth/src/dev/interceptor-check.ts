import { HttpHandler } from '@angular/common/http';
import { APP_BOOTSTRAP_LISTENER, EnvironmentInjector, type Provider, inject } from '@angular/core';
import { switchMap } from 'rxjs';
import { GENESYS_AUTH } from '../configurations/provided';
import { checkRequest } from './check-request';

const checked = new WeakSet();

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
      const auth = inject(GENESYS_AUTH);
      const injector = inject(EnvironmentInjector);
      const handler = inject(HttpHandler);
      return () => {
        // Once, however many configurations and components the app starts with.
        if (checked.has(auth)) return;
        checked.add(auth);
        const check = auth
          .get()
          .ready()
          .pipe(
            switchMap(({ config }) => {
              auth.guard.protect(injector);
              return handler.handle(checkRequest(config.apiOrigin));
            })
          );
        // An app's interceptor may fail on it; that says nothing about ours.
        check.subscribe({ error: () => undefined });
      };
    }
  };
}
