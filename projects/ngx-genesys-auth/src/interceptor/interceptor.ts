import {
  FetchBackend,
  type HttpEvent,
  type HttpHandler,
  type HttpHandlerFn,
  type HttpInterceptor,
  type HttpInterceptorFn,
  type HttpRequest,
  HttpXhrBackend
} from '@angular/common/http';
import { EnvironmentInjector, Injectable, Injector, inject, runInInjectionContext } from '@angular/core';
import type { Observable } from 'rxjs';
import { isProbe, probeResponse } from '../attach/probe';
import { REQUEST_WATCH } from '../attach/request-watch';
import { CONFIGURATION_REGISTRY } from '../core/configuration';
import { configError } from '../errors';
import { warnAboutOddRequest } from './odd-request';

/**
 * Attaches the access token to requests for the Genesys API, and to no other request.
 *
 * - With a live token the request continues synchronously. Without one, all requests wait for one call to the relay.
 * - After a 401 from the API, the token is renewed at most once and the request is sent again. If another request has already
 *   renewed the token, that token is tried first. Interceptors that come after this one see every attempt. If the API still says
 *   401 to a renewed token, the request fails with `token_rejected`.
 * - A request that has an `Authorization` header or is marked by {@link skipGenesysAuth} is not changed.
 * - A 403 for a missing scope becomes a `GenesysScopeError` with the response as its `cause`. With `withScopeCatalogue()`, a 403
 *   for a missing permission becomes a `GenesysPermissionError`. With `withRetry()`, a 429 that is not retried becomes the error
 *   `api_rate_limited`. All other errors of the API stay an `HttpErrorResponse`.
 *
 * Put interceptors that change URLs, map errors or send requests again before this one in the list. One that comes after it sends
 * the same token again; after `clear()` it gets the error `signed_out` instead, and `token_rejected` once the token has expired.
 *
 * @example provideHttpClient(withInterceptors([genesysAuthInterceptor]))
 */
export const genesysAuthInterceptor: HttpInterceptorFn = (request, next) => {
  if (ngDevMode) {
    if (isProbe(request)) return probeResponse();
    const watch = inject(REQUEST_WATCH, { optional: true });
    if (watch) return watch.watch(request, next, intercept);
  }
  return intercept(request, next);
};

const intercept: HttpInterceptorFn = (request, next) => {
  const registry = inject(CONFIGURATION_REGISTRY, { optional: true });
  if (!registry) throw configError('providers', 'notProvided', undefined);
  // A lazy route may have its own HttpClient, whose backend is guarded from its first request on.
  registry.guard.protect(inject(EnvironmentInjector));
  const handle = registry.handlerFor(request);
  if (handle) return handle(request, next);
  if (ngDevMode) warnAboutOddRequest(registry, request);
  return next(request);
};

/**
 * The same as {@link genesysAuthInterceptor} for apps that register interceptors by class. Register one of the two.
 *
 * @example
 * providers: [
 *   provideHttpClient(withInterceptorsFromDi()),
 *   { provide: HTTP_INTERCEPTORS, useClass: GenesysAuthHttpInterceptor, multi: true }
 * ]
 */
@Injectable()
export class GenesysAuthHttpInterceptor implements HttpInterceptor {
  readonly #injector = inject(Injector);

  /** Delegates to {@link genesysAuthInterceptor}. */
  intercept(request: HttpRequest<unknown>, next: HttpHandler): Observable<HttpEvent<unknown>> {
    const injector = callingInjector() ?? this.#injector;
    // It may be another injector than the one whose HttpClient sends the request, so the guard covers Angular's backends in all.
    const guard = injector.get(CONFIGURATION_REGISTRY, null)?.guard;
    for (const { prototype } of [HttpXhrBackend, FetchBackend]) guard?.protectBackend(prototype, true);
    // The interceptors after this one may call inject(), although a request may have waited for a token.
    const forward: HttpHandlerFn = (forwarded) => runInInjectionContext(injector, () => next.handle(forwarded));
    return runInInjectionContext(injector, () => genesysAuthInterceptor(request, forward));
  }
}

/**
 * The injector whose `HttpClient` runs the interceptors. A lazy module that imports `HttpClientModule` runs the interceptor of
 * the root, and may have another backend. If an interceptor before ours continues asynchronously, Angular does not say which
 * injector it is: then it is `undefined`, or the injector of the code that let it continue, such as a constructor.
 */
function callingInjector(): Injector | undefined {
  try {
    return inject(Injector);
  } catch {
    return undefined;
  }
}
