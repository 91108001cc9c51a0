import {
  type HttpBackend,
  type HttpEvent,
  HttpEventType,
  type HttpHandlerFn,
  type HttpRequest
} from '@angular/common/http';
import { type Observable, filter, switchMap, throwError } from 'rxjs';
import type { Forward } from '../proxy/step';
import type { ScopeCheck } from '../scopes/check';
import type { LiveToken } from '../token/live-token';
import type { TokenSource } from '../token/source';
import { orElse } from './attempt';
import { NEEDED_SCOPES, isLeftAlone } from './context';
import type { OffOriginGuard } from './guard';
import type { NeedCheck, RequestNeeds } from './needs';
import { missingScopeOf, refusesToken, tokenRejected } from './refusal';
import type { ApiHandler } from './steps';

type Events = Observable<HttpEvent<unknown>>;

/** Attaches the token to a request for the API, and answers a 401 with one renewal and one replay. */
export class Attacher implements ApiHandler {
  readonly isApi: (url: string) => boolean;
  readonly #tokens: TokenSource;
  readonly #scopes: ScopeCheck;
  readonly #guard: OffOriginGuard;
  readonly #needs: RequestNeeds | null;
  readonly #forward: Forward;

  constructor(
    isApi: (url: string) => boolean,
    tokens: TokenSource,
    scopes: ScopeCheck,
    guard: OffOriginGuard,
    needs: RequestNeeds | null,
    forward: Forward = withToken
  ) {
    this.isApi = isApi;
    this.#tokens = tokens;
    this.#scopes = scopes;
    this.#guard = guard;
    this.#needs = needs;
    this.#forward = forward;
  }

  /** Handles a request whose URL is on the API's origin. */
  handle(request: HttpRequest<unknown>, next: HttpHandlerFn, backend: HttpBackend): Events {
    const { context } = request;
    if (isLeftAlone(request)) return next(request);
    if (context.has(NEEDED_SCOPES)) {
      const needed = context.get(NEEDED_SCOPES);
      if (ngDevMode) this.#needs?.note(needed);
      return this.#checked(request, next, backend, needed.length > 0 ? this.#scopes.checkOf(needed) : undefined);
    }
    const wait = this.#needs?.wait();
    return wait
      ? wait.pipe(switchMap(() => this.#checked(request, next, backend, this.#needs?.checkOf(request))))
      : this.#checked(request, next, backend, this.#needs?.checkOf(request));
  }

  #checked(
    request: HttpRequest<unknown>,
    next: HttpHandlerFn,
    backend: HttpBackend,
    check: NeedCheck | undefined
  ): Events {
    const error = check?.();
    if (error) return throwError(() => error);
    this.#guard.protect(backend);
    const live = this.#tokens.peek();
    return live
      ? this.#send(request, next, check, live)
      : this.#tokens.get().pipe(switchMap((token) => this.#send(request, next, check, token)));
  }

  #send(
    request: HttpRequest<unknown>,
    next: HttpHandlerFn,
    check: NeedCheck | undefined,
    live: LiveToken,
    again = false
  ): Events {
    const error = check?.(live.scopes);
    if (error) return throwError(() => error);
    const events = this.#forward(request, live, next);
    return orElse(again ? events.pipe(filter(isNews)) : events, (response) => {
      if (!refusesToken(response)) return throwError(() => this.#typed(response));
      const newer = again ? undefined : this.#newerThan(live);
      if (newer) return this.#send(request, next, check, newer, true);
      if (this.#tokens.isStillRejected(live)) return throwError(() => tokenRejected(response));
      return this.#tokens.replace(live).pipe(switchMap((token) => this.#replay(request, next, token)));
    });
  }

  #replay(request: HttpRequest<unknown>, next: HttpHandlerFn, live: LiveToken): Events {
    return orElse(this.#forward(request, live, next).pipe(filter(isNews)), (response) =>
      throwError(() => this.#finalError(response, live))
    );
  }

  /** The token that replaced a refused one meanwhile. Nothing is said about it yet: it has its own renewal. */
  #newerThan(refused: LiveToken): LiveToken | undefined {
    const live = this.#tokens.peek();
    return live && live.token !== refused.token && live.era === refused.era ? live : undefined;
  }

  #finalError(response: unknown, live: LiveToken): unknown {
    if (!refusesToken(response)) return this.#typed(response);
    this.#tokens.stillRejected(live);
    return tokenRejected(response);
  }

  #typed(response: unknown): unknown {
    return missingScopeOf(response) ?? this.#needs?.errorOf(response) ?? response;
  }
}

/** The first attempt has told that the request was sent. */
const isNews = ({ type }: HttpEvent<unknown>): boolean => type !== HttpEventType.Sent;

const withToken: Forward = (request, { header }, next) =>
  next(request.clone({ headers: request.headers.set('Authorization', header) }));
