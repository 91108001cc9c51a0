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
import type { OperationCatalogue, ScopeRequirement } from '../scopes/requirement';
import { type LiveToken, isLive } from '../token/live-token';
import { signedOut } from '../token/single-flight';
import type { TokenSource } from '../token/source';
import { type Age, stopwatch } from '../token/stopwatch';
import type { SendCheck, SendGuard } from './guard';
import { type TokenRejection, missingScopeOf, needsAnotherToken, tokenExpired, tokenRejected } from './api-errors';

type Events = Observable<HttpEvent<unknown>>;

/** Sends a clone of a request, with this context and the token, to the API. In proxy mode it sends the clone to the relay. */
export type Forward = (
  request: HttpRequest<unknown>,
  live: LiveToken,
  context: HttpContext,
  next: HttpHandlerFn
) => Events;

/**
 * Which token a replay carries: `newer`, one that another request has already obtained, or `renewed`, one that was obtained because
 * this request was rejected.
 */
type Replay = 'newer' | 'renewed';

/**
 * A token that the API rejects although it was just renewed is not renewed again for this time: requests that carry it fail at
 * once.
 */
const STILL_REJECTED_PAUSE_MS = 1000;

/** Attaches the token to a request for the API. After a 401 it renews the token at most once, and sends the request again. */
export function createAttacher(
  tokens: TokenSource,
  scopes: ScopeCheck,
  catalogue: OperationCatalogue | undefined,
  forward: Forward,
  guard: SendGuard
): HttpInterceptorFn {
  /** The last token that was rejected although it was just renewed, and the time since. */
  let stillRejected: { readonly token: string; readonly age: Age } | undefined;

  /** Finds the scopes that the request needs, and sends it. */
  const handle = (request: HttpRequest<unknown>, next: HttpHandlerFn): Events => {
    const { context } = request;
    if (context.has(NEEDED_SCOPES)) {
      const named = context.get(NEEDED_SCOPES);
      if (ngDevMode) catalogue?.noteUse(named);
      return sendWithToken(request, next, scopes.requirementOf(named));
    }
    const generation = tokens.generation();
    const useCatalogue = () => {
      if (tokens.generation() !== generation) throw signedOut();
      return sendWithToken(request, next, catalogue?.requirementOf(request));
    };
    return catalogue?.wait()?.pipe(switchMap(useCatalogue)) ?? useCatalogue();
  };

  /** Sends the request as soon as there is a token, and again with another token if the API rejects the first one. */
  const sendWithToken = (
    request: HttpRequest<unknown>,
    next: HttpHandlerFn,
    required: ScopeRequirement | undefined
  ): Events => {
    let isSent = false;

    const attempt = (live: LiveToken, replay?: Replay): Events => {
      throwIf(required?.afterGrant(live.scopes));
      const beforeSending: SendCheck = () => {
        if (tokens.isCleared(live)) throw signedOut();
        if (!isLive(live)) throw tokenExpired();
        isSent = true;
      };
      const events = guard.withCheck(request, beforeSending, (context) => forward(request, live, context, next));
      // The app sees the event `Sent` once. An earlier attempt that failed before it was sent has not emitted it.
      const once = isSent ? events.pipe(filter(({ type }) => type !== HttpEventType.Sent)) : events;
      return once.pipe(
        catchError((error: unknown) => {
          if (needsAnotherToken(error)) return replayAfter(error, live, replay);
          throw missingScopeOf(error) ?? catalogue?.errorOf(error) ?? error;
        })
      );
    };

    /** @param replay of the attempt that failed; `undefined` if it was the first one */
    const replayAfter = (rejection: TokenRejection, live: LiveToken, replay: Replay | undefined): Events => {
      if (replay === 'renewed') {
        stillRejected = { token: live.token, age: stopwatch() };
        throw tokenRejected(rejection);
      }
      // Another request may have renewed the token. Try that token first; if it is rejected too, it is renewed.
      const newer = replay ? undefined : tokens.live();
      if (newer && newer.token !== live.token && !tokens.isCleared(live)) return attempt(newer, 'newer');
      if (stillRejected?.token === live.token && stillRejected.age() < STILL_REJECTED_PAUSE_MS) {
        throw tokenRejected(rejection);
      }
      return tokens.afterRejection(live).pipe(switchMap((renewed) => attempt(renewed, 'renewed')));
    };

    throwIf(required?.beforeToken());
    const live = tokens.live();
    if (live && tokens.renewIfDue(live)) return attempt(live);
    return tokens.get().pipe(switchMap((obtained) => attempt(obtained)));
  };

  // Each subscription checks the request and attaches the token again: a retry of the app must not send an old token.
  return (request, next) => (isLeftAlone(request) ? next(request) : defer(() => handle(request, next)));
}

/** Sends requests to the API, with the token. */
export const sendToApi: Forward = (request, { header }, context, next) =>
  next(request.clone({ headers: request.headers.set('Authorization', header), context }));
