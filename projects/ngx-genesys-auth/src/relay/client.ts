import { HttpClient, type HttpContext } from '@angular/common/http';
import { Injector, inject, runInInjectionContext } from '@angular/core';
import {
  GENESYS_AUTH_HEADER,
  GENESYS_AUTH_HEADER_VALUE,
  RELAY_PATHS,
  type SessionResponse,
  type TokenResponse,
  isSessionResponse,
  isTokenResponse,
  type TokenRequest
} from 'genesys-auth-protocol';
import {
  type Observable,
  catchError,
  defer,
  from,
  map,
  of,
  switchMap,
  take,
  throwError,
  throwIfEmpty,
  timeout
} from 'rxjs';
import type { ResolvedConfig } from '../config';
import { invalidRelayResponse, relayError } from './error';
import { fingerprint } from './fingerprint';

/** The calls to the relay. Each is made once per subscription and fails with a `GenesysAuthError` only. */
export interface RelayClient {
  /** Any call, as another entry point may need one: its answer is checked, and its body may be left out. */
  call<T>(
    method: 'GET' | 'POST',
    path: string,
    body: TokenRequest | undefined,
    isExpected: (answer: unknown) => answer is T
  ): Observable<T>;
  /**
   * @param rejected the token that the API refused, if one did
   * @param nameCaller whether the answer shall say whose token it is
   */
  token(rejected?: string, nameCaller?: boolean): Observable<TokenResponse>;
  session(): Observable<SessionResponse>;
}

/**
 * Calls the relay through `HttpClient`, so that the app's own interceptors sign the request. Must be called in an
 * injection context.
 *
 * @param context marks the calls, so that our interceptor and guard leave them alone
 */
export function relayClient(config: ResolvedConfig, context: () => HttpContext): RelayClient {
  const http = inject(HttpClient);
  const injector = inject(Injector);
  const { relayUrl, credentials, timeoutMs } = config;

  const call = <T>(
    method: 'GET' | 'POST',
    path: string,
    body: TokenRequest | undefined,
    isExpected: (answer: unknown) => answer is T
  ): Observable<T> =>
    defer(() => runInInjectionContext(injector, () => relayHeaders(config))).pipe(
      switchMap((own) =>
        http.request<unknown>(method, relayUrl + path, {
          body,
          context: context(),
          headers: { ...own, [GENESYS_AUTH_HEADER]: GENESYS_AUTH_HEADER_VALUE },
          withCredentials: credentials === 'include',
          // What the relay says to the server is never handed to the browser inside the page.
          transferCache: false,
          ...(credentials === 'omit' && { credentials })
        })
      ),
      // An interceptor of the app may end the call without an answer, or answer twice; the flight must land, and once.
      take(1),
      throwIfEmpty(),
      timeout(timeoutMs),
      map((answer) => {
        if (!isExpected(answer)) throw invalidRelayResponse();
        return answer;
      }),
      catchError((error: unknown) => throwError(() => relayError(error, timeoutMs)))
    );

  const wanted: TokenRequest = {
    scopes: config.scopes,
    ...(config.optionalScopes.length > 0 && { optionalScopes: config.optionalScopes })
  };
  return {
    call,
    token: (rejected, nameCaller) => {
      const body = nameCaller ? { ...wanted, caller: true } : wanted;
      return rejected === undefined
        ? call('POST', RELAY_PATHS.token, body, isTokenResponse)
        : from(fingerprint(rejected)).pipe(
            switchMap((sha256) =>
              call('POST', RELAY_PATHS.token, sha256 ? { ...body, rejected: sha256 } : body, isTokenResponse)
            )
          );
    },
    session: () => call('GET', RELAY_PATHS.session, undefined, isSessionResponse)
  };
}

/** The app's own headers for a call to the relay. Must be called in an injection context. */
export function relayHeaders({ headers }: ResolvedConfig): Observable<Readonly<Record<string, string>> | undefined> {
  const given = headers?.();
  // A plain record must not cost a tick: the call leaves in the turn in which it was asked for.
  return isPromise(given) ? from(given) : of(given);
}

const isPromise = <T>(value: T | Promise<T>): value is Promise<T> =>
  typeof value === 'object' && value !== null && 'then' in value;
