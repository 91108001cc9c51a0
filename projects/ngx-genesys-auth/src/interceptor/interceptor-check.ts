import { HttpHandler } from '@angular/common/http';
import { APP_BOOTSTRAP_LISTENER, EnvironmentInjector, type Provider, inject } from '@angular/core';
import { switchMap } from 'rxjs';
import { CONFIGURATION_REGISTRY } from '../core/configuration';
import { checkRequest } from '../attach/check-request';

const checked = new WeakSet();

/**
 * Development only: after the app has started, sends a request through the app's interceptors, which ours answers. If the request
 * reaches the backend, ours is missing, and the guard stops the request. Angular has no API that lists functional interceptors. The
 * check does not run in `TestBed`, which starts no app.
 */
export function provideInterceptorCheck(): Provider {
  return {
    provide: APP_BOOTSTRAP_LISTENER,
    multi: true,
    useFactory: () => {
      const registry = inject(CONFIGURATION_REGISTRY);
      const injector = inject(EnvironmentInjector);
      const handler = inject(HttpHandler);
      return () => {
        // Once, however many configurations and components the app starts with.
        if (checked.has(registry)) return;
        checked.add(registry);
        const check = registry
          .get()
          .ready()
          .pipe(
            switchMap(({ config }) => {
              registry.guard.protect(injector);
              return handler.handle(checkRequest(config.apiOrigin));
            })
          );
        // An app's interceptor may fail on it; that says nothing about ours.
        check.subscribe({ error: () => undefined });
      };
    }
  };
}
