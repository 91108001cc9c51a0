import {
  type HttpContext,
  HttpErrorResponse,
  type HttpHandlerFn,
  type HttpInterceptorFn,
  type HttpRequest
} from '@angular/common/http';
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
import { bodyField } from '../attach/api-errors';
import type { Forward } from '../attach/attacher';
import { isLeftAlone } from '../context/request-context';
import { type ProxyStep, STEPS } from '../features/steps';
import type { ResolvedConfig } from '../config';
import { GenesysAuthError, authError } from '../errors';
import type { GenesysAuthFeature } from '../features/feature';
import { relayHeaders, relaySession } from '../relay/client';
import { relayError } from '../relay/relay-error';
import { regionMismatch } from '../relay/region-mismatch';
import { staysBelowApi } from './api-path';
import { SESSION_LINK, type SessionLink } from './session-link';

/** How long the relay's session answer is used, in seconds. */
const SESSION_SECONDS = 300;

/**
 * Sends calls of the API through the relay (`mode: proxy` there), so that no token reaches the browser. A request for
 * `{apiOrigin}/api/v2/...` goes to `{relay}/api/v2/...`, with the caller's credential for the relay and without a token. Scope checks,
 * guards, `*genesysScopes`, the renewal after a 401 and the typed errors work as in token mode; the scopes are those that
 * `GET {relay}/session` returns. An operation that the relay refuses becomes a `GenesysScopeError` or an error with a code `relay_...`.
 * A URL whose path leaves `/api/v2/`, such as `/api/v2/users/../../x`, fails with `proxy_path_refused` before anything is sent.
 *
 * `GenesysAuthService.token()` fails with `proxy_mode`; use `ensureScopes()`. `expiresAt` is the time when the session is requested
 * again.
 *
 * An interceptor of the app that signs calls to the relay must come after {@link genesysAuthInterceptor}, so that it sees the URL of
 * the relay. Or give `relay: { headers }`.
 *
 * @example provideGenesysAuth({ region: 'mypurecloud.de', relay: '/genesys', scopes: ['routing'] }, withProxyMode())
 */
export function withProxyMode(): GenesysAuthFeature<'proxyMode'> {
  return {
    kind: 'proxyMode',
    providers: [{ provide: STEPS, multi: true, useFactory: () => ({ proxy: proxyStep() }) }]
  };
}

function proxyStep(): ProxyStep {
  const injector = inject(Injector);
  const link = inject(SESSION_LINK, { optional: true });
  return {
    client: (relay, config) => {
      let count = 0;
      const client = link?.client(relay) ?? relay;
      return {
        ...client,
        token: () => relaySession(client).pipe(map((session) => sessionAsToken(session, config, ++count)))
      };
    },
    forward: (relayConfig) => forwardToRelay(relayConfig, injector, link),
    surround,
    tokenRefusal: () => authError('proxy_mode')
  };
}

/** Represents the session by a token, so that the session is requested, kept and renewed as a token is. This token is never sent. */
function sessionAsToken(session: SessionResponse, config: ResolvedConfig, count: number): TokenResponse {
  const mismatch = session.mode === 'proxy' ? regionMismatch(session, config) : authError('relay_mode_mismatch');
  if (mismatch) throw mismatch;
  const scopes = [...config.scopes, ...config.optionalScopes].filter((scope) => isCovered(scope, session.scopes));
  return {
    access_token: `no-token-${count}`,
    token_type: 'Bearer',
    expires_in: SESSION_SECONDS,
    scope: scopes.join(' '),
    ...(session.caller !== undefined && { caller: session.caller })
  };
}

/** Whether a request goes to the relay, which forwards only calls of the API. */
const goesToRelay = ({ url }: HttpRequest<unknown>, { apiOrigin }: ResolvedConfig): boolean =>
  url.startsWith(`${apiOrigin}${RELAY_PATHS.api}/`);

/**
 * Refuses requests that would reach another path of the site, with the user's credential for the relay. Explains the rejection of a
 * request that has no credential.
 */
function surround(handler: HttpInterceptorFn, relayConfig: ResolvedConfig): HttpInterceptorFn {
  return (request, next) => {
    if (!goesToRelay(request, relayConfig) || isLeftAlone(request)) return handler(request, next);
    const path = request.url.slice(relayConfig.apiOrigin.length);
    if (!staysBelowApi(relayConfig.relayUrl, path)) return throwError(() => pathRefused(path));
    // A copy: code of the app may change the request in place while it waits for the session.
    return handler(request.clone(), next).pipe(catchError((error: unknown) => throwError(() => rejectionError(error))));
  };
}

/** The error names the path without the query, which may hold personal data. */
const pathRefused = (path: string) => authError('proxy_path_refused', { path: path.replace(/[?#].*/s, '') });

/** Sends requests for the API to the relay instead. */
function forwardToRelay(relayConfig: ResolvedConfig, injector: Injector, link: SessionLink | null): Forward {
  const { apiOrigin, relayUrl, credentials } = relayConfig;
  const rewritten = (
    request: HttpRequest<unknown>,
    context: HttpContext,
    appHeaders?: Readonly<Record<string, string>>
  ): HttpRequest<unknown> =>
    request.clone({
      context,
      url: relayUrl + request.url.slice(apiOrigin.length),
      setHeaders: { ...appHeaders, ...link?.headers(), [GENESYS_AUTH_HEADER]: GENESYS_AUTH_HEADER_VALUE },
      withCredentials: credentials === 'include',
      ...(credentials === 'omit' && { credentials })
    });
  const send = (request: HttpRequest<unknown>, context: HttpContext, next: HttpHandlerFn) =>
    relayConfig.headers
      ? defer(() => runInInjectionContext(injector, () => relayHeaders(relayConfig))).pipe(
          switchMap((appHeaders) => next(rewritten(request, context, appHeaders)))
        )
      : next(rewritten(request, context));
  return (request, _live, context, next) => {
    if (!goesToRelay(request, relayConfig)) return next(request.clone({ context }));
    const events = send(request, context, next).pipe(
      catchError((error: unknown) => throwError(() => typedError(error, relayConfig.timeoutMs)))
    );
    return link?.watch(events) ?? events;
  };
}

/**
 * Turns a refusal of the relay into the error that it would be in token mode. Statuses from 429 on (temporary failures) stay unchanged,
 * so that `withRetry()` retries them. A 401 stays unchanged, too: the session is renewed, and the request is sent again.
 */
function typedError(error: unknown, timeoutMs: number): unknown {
  return isRelayProblem(error) && error.status !== 401 && error.status < 429 ? relayError(error, timeoutMs) : error;
}

/**
 * The relay has just accepted the credential of the session call. If it rejects a request that has none, an interceptor adds the
 * credential to the session call only.
 */
function rejectionError(error: unknown): unknown {
  const cause = error instanceof GenesysAuthError && error.code === 'token_rejected' ? error.cause : undefined;
  return isRelayProblem(cause) && bodyField(cause, 'code') === 'unauthenticated'
    ? authError('relay_unauthenticated', { hasSession: true, cause })
    : error;
}

const isRelayProblem = (error: unknown): error is HttpErrorResponse =>
  error instanceof HttpErrorResponse && (error.headers.get('Content-Type') ?? '').startsWith(PROBLEM_MEDIA_TYPE);
