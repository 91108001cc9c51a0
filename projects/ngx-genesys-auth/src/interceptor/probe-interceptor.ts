import { HttpHandler } from '@angular/common/http';
import { APP_BOOTSTRAP_LISTENER, EnvironmentInjector, type Provider, inject } from '@angular/core';
import { switchMap } from 'rxjs';
import { CONFIGURATION_REGISTRY } from '../core/configuration';
import { probeRequest } from '../attach/probe';

const probed = new WeakSet();

/**
 * Development only: after the app has started, sends a probe through the app's interceptors, which our interceptor answers. If the probe
 * reaches the backend, our interceptor is missing, and the guard reports that. Angular has no API that lists functional interceptors.
 * `TestBed` starts no app, so there is no probe in tests.
 */
export function provideInterceptorProbe(): Provider {
  return {
    provide: APP_BOOTSTRAP_LISTENER,
    multi: true,
    useFactory: () => {
      const registry = inject(CONFIGURATION_REGISTRY);
      const injector = inject(EnvironmentInjector);
      const handler = inject(HttpHandler);
      return () => {
        // Once, however many configurations and components the app starts with.
        if (probed.has(registry)) return;
        probed.add(registry);
        const probe = registry
          .get()
          .ready()
          .pipe(
            switchMap(({ config }) => {
              registry.guard.protect(injector);
              return handler.handle(probeRequest(config.apiOrigin));
            })
          );
        // If another interceptor fails on the probe, it is not known whether ours is registered.
        probe.subscribe({ error: () => undefined });
      };
    }
  };
}
