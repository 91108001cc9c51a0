import {
  type HttpBackend,
  type HttpEvent,
  HttpEventType,
  type HttpHandlerFn,
  type HttpRequest
} from '@angular/common/http';
import { type Observable, catchError, filter, switchMap, throwError } from 'rxjs';
import { type ScopeCheck, notGranted } from '../scopes/check';
import type { LiveToken } from '../token/live-token';
import type { TokenSource } from '../token/source';
import { NEEDED_SCOPES, SKIP } from './context';
import type { OffOriginGuard } from './guard';
import { missingScopeOf, refusesToken, tokenRejected } from './refusal';

type Events = Observable<HttpEvent<unknown>>;

const NO_SCOPES: readonly string[] = [];

/** Attaches the token to a request for the API, and answers a 401 with one renewal and one replay. */
export class Attacher {
  readonly isApi: (url: string) => boolean;
  readonly #tokens: TokenSource;
  readonly #scopes: ScopeCheck;
  readonly #guard: OffOriginGuard;

  constructor(isApi: (url: string) => boolean, tokens: TokenSource, scopes: ScopeCheck, guard: OffOriginGuard) {
    this.isApi = isApi;
    this.#tokens = tokens;
    this.#scopes = scopes;
    this.#guard = guard;
  }

  /** Handles a request whose URL is on the API's origin. */
  handle(request: HttpRequest<unknown>, next: HttpHandlerFn, backend: HttpBackend): Events {
    const { context } = request;
    // A credential the app set itself is the app's business, and so is what the API says to it.
    if (context.has(SKIP) || request.headers.has('Authorization')) return next(request);
    const needed = context.has(NEEDED_SCOPES) ? context.get(NEEDED_SCOPES) : NO_SCOPES;
    if (needed.length > 0) {
      const [error] = this.#scopes.errors(needed);
      if (error) return throwError(() => error);
    }
    this.#guard.protect(backend);
    const live = this.#tokens.peek();
    return live
      ? this.#send(request, next, needed, live)
      : this.#tokens.get().pipe(switchMap((token) => this.#send(request, next, needed, token)));
  }

  #send(request: HttpRequest<unknown>, next: HttpHandlerFn, needed: readonly string[], live: LiveToken): Events {
    const error = needed.length > 0 && notGranted(needed, live.scopes);
    if (error) return throwError(() => error);
    return next(withToken(request, live)).pipe(
      catchError((response: unknown) => {
        if (!refusesToken(response)) return throwError(() => missingScopeOf(response) ?? response);
        if (this.#tokens.isStillRejected(live)) return throwError(() => tokenRejected(response));
        return this.#tokens.replace(live).pipe(switchMap((token) => this.#replay(request, next, token)));
      })
    );
  }

  #replay(request: HttpRequest<unknown>, next: HttpHandlerFn, live: LiveToken): Events {
    return next(withToken(request, live)).pipe(
      // The first attempt has told that the request was sent.
      filter(({ type }) => type !== HttpEventType.Sent),
      catchError((response: unknown) => throwError(() => this.#finalError(response, live)))
    );
  }

  #finalError(response: unknown, live: LiveToken): unknown {
    if (!refusesToken(response)) return missingScopeOf(response) ?? response;
    this.#tokens.stillRejected(live);
    return tokenRejected(response);
  }
}

const withToken = (request: HttpRequest<unknown>, { header }: LiveToken): HttpRequest<unknown> =>
  request.clone({ headers: request.headers.set('Authorization', header) });
