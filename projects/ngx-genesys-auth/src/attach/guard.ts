import type { HttpBackend, HttpRequest } from '@angular/common/http';
import { checkAnswer, isCheckRequest, reportMissingInterceptor } from '../dev/check-request';
import type { RequestWatch } from '../dev/watch';
import { SKIP } from './context';

/** Guards the backend that a request is going to, and the one of the app's root; each once. */
export type OffOriginGuard = (backend: HttpBackend) => void;

/**
 * Guards backends: just before a request leaves, a token that the interceptor attached is taken off again if a later
 * interceptor has moved the request to another origin.
 *
 * An interceptor alone cannot do this, as others may run after it. The backend *instance* is decorated, not its provider:
 * a provider of ours would lose against `provideHttpClient()` wherever that comes later, as it does beside
 * `GenesysAuthModule.forRoot()`, and would replace a backend the app chose. This way each backend that a token can reach
 * is guarded, whatever the order, and nobody can override the guard by accident.
 *
 * @param isOurs whether a value of `Authorization` is one that the interceptor attaches
 * @param own the backend of the app's root; a lazy part of the app may have another that hands on to it
 * @param watch development only: who wants to know when a token is taken off
 */
export function offOriginGuard(
  isApi: (url: string) => boolean,
  isOurs: (header: string) => boolean,
  own: () => HttpBackend,
  watch: RequestWatch | null = null
): OffOriginGuard {
  const guarded = new WeakSet();

  const clean = (request: HttpRequest<unknown>): HttpRequest<unknown> => {
    if (isApi(request.url) || request.context.has(SKIP)) return request;
    const values = request.headers.getAll('Authorization');
    if (!values?.some(isOurs)) return request;
    if (ngDevMode) watch?.tokenTakenOff(request);
    return request.clone({ headers: request.headers.delete('Authorization') });
  };

  const protect: OffOriginGuard = (backend) => {
    if (guarded.has(backend)) return;
    guarded.add(backend);
    protect(own());
    const handle = backend.handle.bind(backend);
    backend.handle = (request) => {
      if (ngDevMode && isCheckRequest(request)) {
        reportMissingInterceptor();
        return checkAnswer();
      }
      return handle(clean(request));
    };
  };
  return protect;
}
