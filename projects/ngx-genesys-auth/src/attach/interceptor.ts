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
import { DestroyRef, EnvironmentInjector, Injectable, Injector, inject, runInInjectionContext } from '@angular/core';
import type { Observable } from 'rxjs';
import type { Configurations } from '../configurations/configurations';
import { GENESYS_AUTH } from '../configurations/provided';
import { checkAnswer, isCheckRequest } from '../dev/check-request';
import { warnAboutOddRequest } from '../dev/odd-request';
import { REQUEST_WATCH } from '../dev/watch';
import { wrongConfig } from '../errors';

/**
 * Attaches the access token to requests for the Genesys API, and to no other request.
 *
 * - With a live token the request goes on in the same turn; without one it waits for the relay, together with all others.
 * - A 401 from the API is answered with one renewal and one replay of the request; interceptors that come after this one
 *   see both attempts. If the API still says 401, the request fails with `token_rejected`.
 * - A request that has an `Authorization` header, or carries {@link skipGenesysAuth}, is left as it is.
 * - Other errors of the API pass as the `HttpErrorResponse` they are, except a 403 for a missing scope, which becomes a
 *   `GenesysScopeError` with the response as its `cause`; with `withScopeCatalogue()`, a 403 for a missing permission becomes
 *   a `GenesysPermissionError`, and with `withRetry()` a 429 that is not waited for the error `api_rate_limited`.
 *
 * Put interceptors that change URLs, map errors or send requests again before this one in the list. One that comes after it sends
 * the same token again; after `clear()` it gets the error `signed_out` instead, and `token_rejected` once the token has expired.
 *
 * @example provideHttpClient(withInterceptors([genesysAuthInterceptor]))
 */
export const genesysAuthInterceptor: HttpInterceptorFn = (request, next) => {
  if (ngDevMode) {
    if (isCheckRequest(request)) return checkAnswer();
    const watch = inject(REQUEST_WATCH, { optional: true });
    if (watch) return watch.watch(request, next, intercept);
  }
  return intercept(request, next);
};

/** What a part of the app has to do with, by its injector: each has a backend of its own. */
const known = new WeakMap<DestroyRef, Configurations>();

const intercept: HttpInterceptorFn = (request, next) => {
  // Of all that can be injected it is the one that costs least; where interceptors run it is the injector.
  const part = inject(DestroyRef);
  const auth = known.get(part) ?? enter(part);
  const handle = auth.find(request);
  if (handle) return handle(request, next);
  if (ngDevMode) warnAboutOddRequest(auth, request);
  return next(request);
};

function enter(part: DestroyRef): Configurations {
  const auth = inject(GENESYS_AUTH, { optional: true });
  if (!auth) throw notProvided();
  auth.guard.protect(inject(EnvironmentInjector));
  known.set(part, auth);
  return auth;
}

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
    const guard = injector.get(GENESYS_AUTH, null)?.guard;
    for (const { prototype } of [HttpXhrBackend, FetchBackend]) guard?.add(prototype, true);
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

const notProvided = () =>
  ngDevMode
    ? wrongConfig(
        'providers',
        'genesysAuthInterceptor runs, but nothing configures it.',
        'Add provideGenesysAuth({ ... }), or import GenesysAuthModule.forRoot({ ... }), where provideHttpClient() is.'
      )
    : wrongConfig('providers');
