import {
  type HttpBackend,
  type HttpErrorResponse,
  type HttpEvent,
  HttpEventType,
  type HttpHandlerFn,
  type HttpRequest
} from '@angular/common/http';
import { type Observable, filter, switchMap, throwError } from 'rxjs';
import type { Forward } from '../proxy/step';
import type { ScopeCheck } from '../scopes/check';
import type { LiveToken } from '../token/live-token';
import { type Age, stopwatch } from '../token/moment';
import type { TokenSource } from '../token/source';
import { orElse } from './attempt';
import { NEEDED_SCOPES, isLeftAlone } from './context';
import type { OffOriginGuard } from './guard';
import type { NeedCheck, RequestNeeds } from './needs';
import { missingScopeOf, refusesToken, tokenRejected } from './refusal';
import type { ApiHandler } from './steps';

type Events = Observable<HttpEvent<unknown>>;

/** How long a refusal of a token that was just renewed is final, in milliseconds. */
const STILL_REFUSED_PAUSE_MS = 1000;

/** Attaches the token to a request for the API, and answers a 401 with one renewal and one replay. */
export function createAttacher(
  isApi: (url: string) => boolean,
  tokens: TokenSource,
  scopes: ScopeCheck,
  protect: OffOriginGuard,
  needs: RequestNeeds | undefined,
  forward: Forward = withToken
): ApiHandler {
  /** The token that was still refused after a renewal, and the time since. */
  let refusedToken: string | undefined;
  let sinceRefused: Age;

  const checked = (
    request: HttpRequest<unknown>,
    next: HttpHandlerFn,
    backend: HttpBackend,
    check: NeedCheck | undefined
  ): Events => {
    const error = check?.();
    if (error) return throwError(() => error);
    protect(backend);
    const live = tokens.peek();
    return live
      ? send(request, next, check, live)
      : tokens.get().pipe(switchMap((token) => send(request, next, check, token)));
  };

  const send = (
    request: HttpRequest<unknown>,
    next: HttpHandlerFn,
    check: NeedCheck | undefined,
    live: LiveToken,
    again = false
  ): Events => {
    const error = check?.(live.scopes);
    if (error) return throwError(() => error);
    return attempt(request, next, live, again, (response) => {
      // A token that replaced the refused one meanwhile. Nothing is said about it yet: it has its own renewal.
      const newer = again ? undefined : tokens.peek();
      if (newer && newer.token !== live.token && newer.era === live.era) {
        return send(request, next, check, newer, true);
      }
      if (live.token === refusedToken && sinceRefused() < STILL_REFUSED_PAUSE_MS) return rejected(response);
      return tokens.replace(live).pipe(
        switchMap((token) =>
          attempt(request, next, token, true, (last) => {
            refusedToken = token.token;
            sinceRefused = stopwatch();
            return rejected(last);
          })
        )
      );
    });
  };

  /** Sends a request with a token. `refused` says what follows if the API refuses the token. */
  const attempt = (
    request: HttpRequest<unknown>,
    next: HttpHandlerFn,
    live: LiveToken,
    again: boolean,
    refused: (response: HttpErrorResponse) => Events
  ): Events => {
    const events = forward(request, live, next);
    return orElse(again ? events.pipe(filter(isNews)) : events, (response) =>
      refusesToken(response)
        ? refused(response)
        : throwError(() => missingScopeOf(response) ?? needs?.errorOf(response) ?? response)
    );
  };

  return {
    isApi,
    handle(request, next, backend) {
      const { context } = request;
      if (isLeftAlone(request)) return next(request);
      if (context.has(NEEDED_SCOPES)) {
        const needed = context.get(NEEDED_SCOPES);
        if (ngDevMode) needs?.note(needed);
        return checked(request, next, backend, scopes.checkOf(needed));
      }
      const go = () => checked(request, next, backend, needs?.checkOf(request));
      return needs?.wait()?.pipe(switchMap(go)) ?? go();
    }
  };
}

const rejected = (response: HttpErrorResponse) => throwError(() => tokenRejected(response));

/** The first attempt has told that the request was sent. */
const isNews = ({ type }: HttpEvent<unknown>): boolean => type !== HttpEventType.Sent;

const withToken: Forward = (request, { header }, next) =>
  next(request.clone({ headers: request.headers.set('Authorization', header) }));
