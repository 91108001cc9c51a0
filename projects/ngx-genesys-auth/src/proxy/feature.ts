import { HttpErrorResponse, type HttpHandlerFn, type HttpInterceptorFn, type HttpRequest } from '@angular/common/http';
import { Injector, inject, runInInjectionContext } from '@angular/core';
import {
  GENESYS_AUTH_HEADER,
  GENESYS_AUTH_HEADER_VALUE,
  PROBLEM_MEDIA_TYPE,
  RELAY_PATHS,
  type SessionResponse,
  type TokenResponse
} from 'genesys-auth-protocol';
import { isCovered } from 'genesys-scopes';
import { catchError, defer, map, switchMap, throwError } from 'rxjs';
import { isLeftAlone } from '../attach/context';
import { STEPS } from '../attach/steps';
import type { ResolvedConfig } from '../config';
import { GenesysAuthError } from '../errors';
import type { GenesysAuthFeature } from '../features';
import { relayHeaders, relaySession } from '../relay/client';
import { relayError } from '../relay/error';
import { regionMismatch } from '../relay/mismatch';
import { staysBelowApi } from './api-path';
import type { Forward, ProxyStep } from './step';

/** How long the relay's word on who is signed in is good, in seconds. */
const SESSION_SECONDS = 300;

/**
 * Lets calls of the API go through the relay (`mode: proxy` there), so that no token reaches the browser. Apart from `token()`,
 * the code of the app does not change, guards and `*genesysScopes` included: a request for `{apiOrigin}/api/v2/...` goes to `{relay}/api/v2/...`, with what the relay needs to know the
 * caller and without a token. Checks of scopes before a request, one repetition after a 401, and the typed errors stay as they are;
 * the scopes are those that `GET {relay}/session` names. An operation that the relay refuses becomes a `GenesysScopeError`
 * or an error with a code `relay_...`. A URL whose path leaves `/api/v2/`, as `/api/v2/users/../../x` does, fails with
 * `proxy_path_refused` before anything is sent.
 *
 * `GenesysAuthService.token()` fails with `proxy_mode`; `ensureScopes()` works. `expiresAt` says when the relay is asked again who is signed in.
 *
 * An interceptor of the app that signs calls to the relay must come after {@link genesysAuthInterceptor}, so that it sees where the
 * request really goes; or give `relay: { headers }`.
 *
 * @example provideGenesysAuth({ region: 'mypurecloud.de', relay: '/genesys', scopes: ['routing'] }, withProxyMode())
 */
export function withProxyMode(): GenesysAuthFeature {
  return {
    kind: 'proxyMode',
    providers: [{ provide: STEPS, multi: true, useFactory: () => ({ proxy: proxyStep() }) }]
  };
}

function proxyStep(): ProxyStep {
  const injector = inject(Injector);
  return {
    client: (relay, config) => {
      let asked = 0;
      return {
        ...relay,
        token: () => relaySession(relay).pipe(map((session) => standIn(session, config, ++asked)))
      };
    },
    forward: (via) => forwardVia(via, injector),
    restrict: (handler, via) => restricted(handler, via),
    noToken: () =>
      new GenesysAuthError('proxy_mode', ngDevMode ? 'In proxy mode no token reaches the browser.' : '', {
        ...(ngDevMode && {
          hint: 'Call the API through HttpClient, which sends the request through the relay. To check scopes, use ensureScopes().'
        })
      })
  };
}

/** The relay's word in the form of a token, so that it is asked for, kept and renewed as one. It is never sent. */
function standIn(session: SessionResponse, config: ResolvedConfig, asked: number): TokenResponse {
  const mismatch = session.mode === 'proxy' ? regionMismatch(session, config) : tokenMode();
  if (mismatch) throw mismatch;
  const scopes = [...config.scopes, ...config.optionalScopes].filter((scope) => isCovered(scope, session.scopes));
  return {
    access_token: `no-token-${asked}`,
    token_type: 'Bearer',
    expires_in: SESSION_SECONDS,
    scope: scopes.join(' '),
    ...(session.caller !== undefined && { caller: session.caller })
  };
}

const tokenMode = () =>
  new GenesysAuthError('relay_mode_mismatch', ngDevMode ? 'The relay hands out tokens and passes no calls on.' : '', {
    ...(ngDevMode && { hint: 'Set mode: proxy in the configuration of the relay, or take withProxyMode() out.' })
  });

/** Whether a request goes to the relay, which forwards calls of the API and nothing else that may be on its origin. */
const goesToRelay = ({ url }: HttpRequest<unknown>, { apiOrigin }: ResolvedConfig): boolean =>
  url.startsWith(`${apiOrigin}${RELAY_PATHS.api}/`);

/** Refuses requests that would reach another path of the site, with the user's credential for the relay. */
function restricted(handler: HttpInterceptorFn, via: ResolvedConfig): HttpInterceptorFn {
  return (request, next) => {
    if (!goesToRelay(request, via) || isLeftAlone(request)) return handler(request, next);
    const path = request.url.slice(via.apiOrigin.length);
    if (!staysBelowApi(via.relayUrl, path)) return throwError(() => pathRefused(path));
    // A copy: code of the app may change the request in place while it waits for the session.
    return handler(request.clone(), next);
  };
}

/** It names the path without the query, which may hold personal data. */
const pathRefused = (path: string) =>
  new GenesysAuthError(
    'proxy_path_refused',
    ngDevMode ? `The path ${path.replace(/[?#].*/s, '')} leaves ${RELAY_PATHS.api}/, so the request was not sent.` : '',
    {
      ...(ngDevMode && {
        hint: 'Encode each value with encodeURIComponent() before you put it into a path, and refuse values that are "." or "..".'
      })
    }
  );

/** Sends requests for the API to the relay instead. */
function forwardVia(via: ResolvedConfig, injector: Injector): Forward {
  const { apiOrigin, relayUrl, credentials } = via;
  const rewritten = (request: HttpRequest<unknown>, own: Readonly<Record<string, string>> | undefined) =>
    request.clone({
      url: relayUrl + request.url.slice(apiOrigin.length),
      setHeaders: { ...own, [GENESYS_AUTH_HEADER]: GENESYS_AUTH_HEADER_VALUE },
      withCredentials: credentials === 'include',
      ...(credentials === 'omit' && { credentials })
    });
  const send = (request: HttpRequest<unknown>, next: HttpHandlerFn) =>
    via.headers
      ? defer(() => runInInjectionContext(injector, () => relayHeaders(via))).pipe(
          switchMap((own) => next(rewritten(request, own)))
        )
      : next(rewritten(request, undefined));
  return (request, _live, next) =>
    goesToRelay(request, via)
      ? send(request, next).pipe(catchError((error: unknown) => throwError(() => typed(error, via.timeoutMs))))
      : next(request);
}

/**
 * A refusal of the relay itself as the error it would be in token mode. Failures that pass (429, 5xx) stay what they are, as
 * those of the API do: `withRetry()` waits for them. So does a 401, which is answered by asking once more.
 */
function typed(error: unknown, timeoutMs: number): unknown {
  const refusal =
    error instanceof HttpErrorResponse &&
    (error.headers.get('Content-Type') ?? '').startsWith(PROBLEM_MEDIA_TYPE) &&
    error.status !== 401 &&
    error.status < 429;
  return refusal ? relayError(error, timeoutMs) : error;
}
