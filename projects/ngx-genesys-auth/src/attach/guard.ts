import type { HttpBackend, HttpRequest } from '@angular/common/http';
import { checkAnswer, isCheckRequest, reportMissingInterceptor } from '../dev/check-request';
import type { RequestWatch } from '../dev/watch';
import { SKIP } from './context';

/**
 * Guards backends: just before a request leaves, a token that the interceptor attached is taken off again if a later
 * interceptor has moved the request to another origin.
 *
 * An interceptor alone cannot do this, as others may run after it. The backend *instance* is decorated, not its provider:
 * a provider of ours would lose against `provideHttpClient()` wherever that comes later, as it does beside
 * `GenesysAuthModule.forRoot()`, and would replace a backend the app chose. This way each backend that a token can reach
 * is guarded, whatever the order, and nobody can override the guard by accident.
 */
export class OffOriginGuard {
  readonly #guarded = new WeakSet();
  readonly #isApi: (url: string) => boolean;
  readonly #headers: ReadonlySet<string>;
  readonly #own: () => HttpBackend;
  readonly #watch: RequestWatch | null;

  /**
   * @param headers the values of `Authorization` that the interceptor attaches
   * @param own the backend of the app's root; a lazy part of the app may have another that hands on to it
   * @param watch development only: who wants to know when a token is taken off
   */
  constructor(
    isApi: (url: string) => boolean,
    headers: ReadonlySet<string>,
    own: () => HttpBackend,
    watch: RequestWatch | null = null
  ) {
    this.#isApi = isApi;
    this.#headers = headers;
    this.#own = own;
    this.#watch = watch;
  }

  /** Guards the backend that a request is going to, and the one of the app's root; each once. */
  protect(backend: HttpBackend): void {
    if (this.#guarded.has(backend)) return;
    this.#guarded.add(backend);
    this.protect(this.#own());
    const handle = backend.handle.bind(backend);
    backend.handle = (request) => {
      if (ngDevMode && isCheckRequest(request)) {
        reportMissingInterceptor();
        return checkAnswer();
      }
      return handle(this.#clean(request));
    };
  }

  #clean(request: HttpRequest<unknown>): HttpRequest<unknown> {
    if (this.#isApi(request.url) || request.context.has(SKIP)) return request;
    const values = request.headers.getAll('Authorization');
    if (!values?.some((value) => this.#headers.has(value))) return request;
    if (ngDevMode) this.#watch?.tokenTakenOff(request);
    return request.clone({ headers: request.headers.delete('Authorization') });
  }
}
