import {
  type HttpContext,
  type HttpEvent,
  HttpEventType,
  type HttpHandlerFn,
  type HttpInterceptorFn,
  type HttpRequest
} from '@angular/common/http';
import { type Observable, catchError, defer, filter, switchMap } from 'rxjs';
import { NEEDED_SCOPES, isLeftAlone } from '../context/request-context';
import { type ScopeCheck, throwIf } from '../scopes/check';
import type { RequestNeeds, ScopeNeeds } from '../scopes/needs';
import { type LiveToken, isLive } from '../token/live-token';
import { signedOut } from '../token/single-flight';
import type { TokenSource } from '../token/source';
import { type Age, stopwatch } from '../token/stopwatch';
import type { SendCheck, SendGuard } from './guard';
import { missingScopeOf, needsAnotherToken, tokenExpired, tokenRejected } from './api-errors';

type Events = Observable<HttpEvent<unknown>>;

/** Sends a clone of a request, with this context and the token, to the API. In proxy mode it sends the clone to the relay. */
export type Forward = (
  request: HttpRequest<unknown>,
  live: LiveToken,
  context: HttpContext,
  next: HttpHandlerFn
) => Events;

/**
 * The token of a replay: `newer` is one that another request has already obtained; `renewed` is one that was obtained after
 * this request had reported its rejection.
 */
type Replay = 'newer' | 'renewed';

/** How long requests with a token that was rejected directly after its renewal fail without another renewal. */
const STILL_REJECTED_PAUSE_MS = 1000;

/** Attaches the token to a request for the API. After a 401 it renews the token at most once, and sends the request again. */
export function createAttacher(
  tokens: TokenSource,
  scopes: ScopeCheck,
  needs: RequestNeeds | undefined,
  forward: Forward,
  guard: SendGuard
): HttpInterceptorFn {
  /** The last token that was rejected directly after its renewal, and the time since. */
  let stillRejected: { readonly token: string; readonly age: Age } | undefined;

  const prepare = (request: HttpRequest<unknown>, next: HttpHandlerFn): Events => {
    const { context } = request;
    if (context.has(NEEDED_SCOPES)) {
      const named = context.get(NEEDED_SCOPES);
      if (ngDevMode) needs?.note(named);
      return sendChecked(request, next, scopes.needsOf(named));
    }
    const generation = tokens.generation();
    const sendUnlessCleared = () => {
      if (tokens.generation() !== generation) throw signedOut();
      return sendChecked(request, next, needs?.of(request));
    };
    return needs?.wait()?.pipe(switchMap(sendUnlessCleared)) ?? sendUnlessCleared();
  };

  const sendChecked = (request: HttpRequest<unknown>, next: HttpHandlerFn, needed: ScopeNeeds | undefined): Events => {
    let isSent = false;
    const send = (live: LiveToken, replay?: Replay): Events => {
      throwIf(needed?.afterGrant(live.scopes));
      const beforeSending: SendCheck = () => {
        if (tokens.isCleared(live)) throw signedOut();
        if (!isLive(live)) throw tokenExpired();
        isSent = true;
      };
      const events = guard.pass(request, beforeSending, (context) => forward(request, live, context, next));
      // An app sees the event that the request was sent once. An attempt whose token has expired before was not sent.
      return (isSent ? events.pipe(filter(({ type }) => type !== HttpEventType.Sent)) : events).pipe(
        catchError((response: unknown) => {
          if (!needsAnotherToken(response)) throw missingScopeOf(response) ?? needs?.errorOf(response) ?? response;
          if (replay === 'renewed') {
            stillRejected = { token: live.token, age: stopwatch() };
            throw tokenRejected(response);
          }
          // Another request has already renewed the token. Try that token first; if it is rejected too, it is renewed.
          const newer = replay ? undefined : tokens.live();
          if (newer && newer.token !== live.token && !tokens.isCleared(live)) return send(newer, 'newer');
          if (stillRejected?.token === live.token && stillRejected.age() < STILL_REJECTED_PAUSE_MS) {
            throw tokenRejected(response);
          }
          return tokens.afterRejection(live).pipe(switchMap((renewed) => send(renewed, 'renewed')));
        })
      );
    };
    throwIf(needed?.beforeToken());
    const live = tokens.live();
    if (!live) return tokens.get().pipe(switchMap((obtained) => send(obtained)));
    tokens.renewIfDue(live);
    return send(live);
  };

  // Each subscription checks the request and attaches the token again: a retry of the app must not send an old token.
  return (request, next) => (isLeftAlone(request) ? next(request) : defer(() => prepare(request, next)));
}

/** Sends requests to the API, with the token. */
export const sendToApi: Forward = (request, { header }, context, next) =>
  next(request.clone({ headers: request.headers.set('Authorization', header), context }));
