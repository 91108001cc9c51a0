import { type HttpEvent, HttpEventType, type HttpHandlerFn, type HttpRequest } from '@angular/common/http';
import { type Observable, catchError, defer, filter, switchMap } from 'rxjs';
import type { Forward } from '../proxy/step';
import { type ScopeCheck, refuse } from '../scopes/check';
import { signedOut } from '../token/flight';
import { type LiveToken, isLive } from '../token/live-token';
import { type Age, stopwatch } from '../token/moment';
import type { TokenSource } from '../token/source';
import { NEEDED_SCOPES, isLeftAlone } from './context';
import type { OffOriginGuard, SendCheck } from './guard';
import type { NeedCheck, RequestNeeds } from './needs';
import { missingScopeOf, refusesToken, tokenExpired, tokenRejected } from './refusal';
import type { ApiHandler } from './steps';

type Events = Observable<HttpEvent<unknown>>;

/** Which attempt of a request it is: the first, one with the token that had meanwhile replaced the first, the one after a renewal. */
type Attempt = 0 | 1 | 2;

/** Attaches the token to a request for the API, and answers a 401 with one renewal and one replay. */
export function createAttacher(
  tokens: TokenSource,
  scopes: ScopeCheck,
  needs: RequestNeeds | undefined,
  forward: Forward,
  { pass }: OffOriginGuard
): ApiHandler {
  /** How long a refusal of a token that was just renewed is final, in milliseconds. */
  const STILL_REFUSED_PAUSE_MS = 1000;
  /** The token that was still refused after a renewal, and the time since. */
  let refusedToken: string | undefined;
  let sinceRefused: Age;

  const checked = (request: HttpRequest<unknown>, next: HttpHandlerFn, check: NeedCheck | undefined): Events => {
    refuse(check?.());
    return tokens.get().pipe(switchMap((live) => send(request, next, check, live, 0)));
  };

  const send = (
    request: HttpRequest<unknown>,
    next: HttpHandlerFn,
    check: NeedCheck | undefined,
    live: LiveToken,
    attempt: Attempt
  ): Events => {
    refuse(check?.(live.scopes));
    const tooLate: SendCheck = () => {
      // Another user may have signed in.
      if (tokens.generation() !== live.generation) throw signedOut();
      if (!isLive(live)) throw tokenExpired();
    };
    const events = forward(request, live, (forwarded) => pass(forwarded, tooLate, next));
    return (attempt ? events.pipe(filter(isNews)) : events).pipe(
      catchError((response: unknown) => {
        if (!refusesToken(response)) throw missingScopeOf(response) ?? needs?.errorOf(response) ?? response;
        if (attempt === 2) {
          refusedToken = live.token;
          sinceRefused = stopwatch();
          throw tokenRejected(response);
        }
        // A token that replaced the refused one meanwhile. Nothing is said about it yet: it has its own renewal.
        const newer = attempt ? undefined : tokens.peek();
        if (newer && newer.token !== live.token && newer.generation === live.generation)
          return send(request, next, check, newer, 1);
        if (live.token === refusedToken && sinceRefused() < STILL_REFUSED_PAUSE_MS) throw tokenRejected(response);
        return tokens.replace(live).pipe(switchMap((token) => send(request, next, check, token, 2)));
      })
    );
  };

  const prepare = (request: HttpRequest<unknown>, next: HttpHandlerFn): Events => {
    const { context } = request;
    if (context.has(NEEDED_SCOPES)) {
      const needed = context.get(NEEDED_SCOPES);
      if (ngDevMode) needs?.note(needed);
      return checked(request, next, scopes.checkOf(needed));
    }
    const generation = tokens.generation();
    const sendUnlessCleared = () => {
      if (tokens.generation() !== generation) throw signedOut();
      return checked(request, next, needs?.checkOf(request));
    };
    return needs?.wait()?.pipe(switchMap(sendUnlessCleared)) ?? sendUnlessCleared();
  };

  // Each subscription checks the request and attaches the token anew: a retry of the app must not send an old token.
  return (request, next) => (isLeftAlone(request) ? next(request) : defer(() => prepare(request, next)));
}

/** The first attempt has told that the request was sent. */
const isNews = ({ type }: HttpEvent<unknown>): boolean => type !== HttpEventType.Sent;

/** Sends requests to the API, with the token. */
export const withToken: Forward = (request, { header }, next) =>
  next(request.clone({ headers: request.headers.set('Authorization', header) }));
