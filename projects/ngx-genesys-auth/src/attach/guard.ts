import { HttpBackend, type HttpEvent, type HttpHandlerFn, type HttpRequest } from '@angular/common/http';
import type { EnvironmentInjector } from '@angular/core';
import type { Observable } from 'rxjs';
import { checkAnswer, isCheckRequest, reportMissingInterceptor } from '../dev/check-request';
import { REQUEST_WATCH } from '../dev/watch';
import { SKIP } from './context';

/** Keeps tokens from leaving for another origin than the one they are for. */
export interface OffOriginGuard {
  /** Guards a backend, and the one of the app's root; each once. */
  readonly protect: (backend: HttpBackend) => void;
  /** Sends a request on that has just got a token. If it reaches the backend as it is, nothing has to be looked at again. */
  readonly pass: (request: HttpRequest<unknown>, next: HttpHandlerFn) => Observable<HttpEvent<unknown>>;
}

/**
 * Guards backends: just before a request leaves, a token that the interceptor attached is taken off again if a later
 * interceptor has moved the request to another origin.
 *
 * An interceptor alone cannot do this, as others may run after it. The backend *instance* is decorated, not its provider:
 * a provider of ours would lose against `provideHttpClient()` wherever that comes later, as it does beside
 * `GenesysAuthModule.forRoot()`, and would replace a backend the app chose. This way each backend that a token can reach
 * is guarded, whatever the order, and nobody can override the guard by accident.
 *
 * @param isStray whether a value of `Authorization` is one that the interceptor attaches, and not to such a URL
 * @param root where the backend of the app's root is; a lazy part of the app may have another that hands on to it
 */
export function offOriginGuard(
  isStray: (header: string, url: string) => boolean,
  root: EnvironmentInjector
): OffOriginGuard {
  const guarded = new WeakSet();
  let passed: HttpRequest<unknown> | undefined;
  let passedUrl: string;

  const clean = (request: HttpRequest<unknown>): HttpRequest<unknown> => {
    const { url, context, headers } = request;
    // Interceptors that change requests in place are wrong, but they exist.
    if (request === passed && url === passedUrl) return request;
    if (context.has(SKIP) || !headers.getAll('authorization')?.some((value) => isStray(value, url))) return request;
    if (ngDevMode) root.get(REQUEST_WATCH, null)?.tokenTakenOff(request);
    return request.clone({ headers: headers.delete('authorization') });
  };

  const protect = (backend: HttpBackend): void => {
    if (guarded.has(backend)) return;
    guarded.add(backend);
    protect(root.get(HttpBackend));
    const handle = backend.handle.bind(backend);
    backend.handle = (request) => {
      if (ngDevMode && isCheckRequest(request)) {
        reportMissingInterceptor();
        return checkAnswer();
      }
      return handle(clean(request));
    };
  };

  return {
    protect,
    pass(request, next) {
      passed = request;
      passedUrl = request.url;
      return next(request);
    }
  };
}
