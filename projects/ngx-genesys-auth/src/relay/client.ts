import { HttpClient } from '@angular/common/http';
import { InjectionToken, Injector, inject, runInInjectionContext } from '@angular/core';
import {
  GENESYS_AUTH_HEADER,
  GENESYS_AUTH_HEADER_VALUE,
  SESSION_PATH,
  TOKEN_PATH,
  type SessionResponse,
  type TokenResponse,
  isSessionResponse,
  isTokenResponse,
  type TokenRequest
} from 'genesys-auth-protocol';
import { type Observable, catchError, defer, first, from, map, switchMap, timeout } from 'rxjs';
import { skipGenesysAuth } from '../context/request-context';
import type { ResolvedConfig } from '../config';
import { invalidRelayResponse, relayError } from './relay-error';
import { rejectionReport } from './rejection-report';

/** The calls to the relay. Each is made once per subscription and fails with a `GenesysAuthError` only. */
export interface RelayClient {
  /**
   * Calls any path of the relay.
   *
   * @param isExpected checks the answer; if it returns false, the call fails with `relay_invalid_response`
   */
  readonly call: <T>(
    method: 'GET' | 'POST',
    path: string,
    body: TokenRequest | undefined,
    isExpected: (answer: unknown) => answer is T,
    headers?: Readonly<Record<string, string>>
  ) => Observable<T>;
  /**
   * @param rejected the token that the API rejected, if there is one
   * @param nameCaller whether the answer shall say whose token it is
   */
  token(rejected?: string, nameCaller?: boolean): Observable<TokenResponse>;
}

/** Replaces the calls to the relay, in tests. */
export const RELAY_CLIENT = new InjectionToken<RelayClient>(ngDevMode ? 'GENESYS_RELAY_CLIENT' : '');

/**
 * Calls the relay through `HttpClient`, so that the app's own interceptors sign the request. Must be called in an
 * injection context.
 */
export function relayClient(config: ResolvedConfig): RelayClient {
  const http = inject(HttpClient);
  const injector = inject(Injector);
  const { relayUrl, credentials, timeoutMs, scopes, optionalScopes } = config;

  const call = <T>(
    method: 'GET' | 'POST',
    path: string,
    body: TokenRequest | undefined,
    isExpected: (answer: unknown) => answer is T,
    headers?: Readonly<Record<string, string>>
  ): Observable<T> =>
    defer(() => runInInjectionContext(injector, () => relayHeaders(config))).pipe(
      switchMap((appHeaders) =>
        http.request<unknown>(method, relayUrl + path, {
          body,
          // Our interceptor and guard leave it alone.
          context: skipGenesysAuth(),
          headers: { ...appHeaders, ...headers, [GENESYS_AUTH_HEADER]: GENESYS_AUTH_HEADER_VALUE },
          withCredentials: credentials === 'include',
          // A rendered page must not contain answers of the relay: they are for the server.
          transferCache: false,
          ...(credentials === 'omit' && { credentials })
        })
      ),
      // An interceptor of the app may complete the call without an answer, or answer twice. The caller needs exactly one outcome.
      first(),
      timeout(timeoutMs),
      map((answer) => {
        if (!isExpected(answer)) throw invalidRelayResponse();
        return answer;
      }),
      catchError((error: unknown) => {
        throw relayError(error, timeoutMs);
      })
    );

  const wanted: TokenRequest = { scopes, ...(optionalScopes.length > 0 && { optionalScopes }) };
  return {
    call,
    token(rejected, nameCaller) {
      const ask = (more?: TokenRequest) =>
        call('POST', TOKEN_PATH, { ...wanted, ...more, ...(nameCaller && { caller: true }) }, isTokenResponse);
      return rejected === undefined ? ask() : from(rejectionReport(rejected)).pipe(switchMap(ask));
    }
  };
}

/** Asks the relay who is calling. It is not a method of the client, so that apps that never call it do not contain it. */
export const relaySession = (relay: RelayClient): Observable<SessionResponse> =>
  relay.call('GET', SESSION_PATH, undefined, isSessionResponse);

/** The app's own headers for a call to the relay. Must be called in an injection context. */
export function relayHeaders({ headers }: ResolvedConfig): Observable<Readonly<Record<string, string>> | undefined> {
  const given = headers?.();
  // A plain record is emitted synchronously, so that the call is made synchronously as well.
  return from(given && isPromise(given) ? given : [given]);
}

const isPromise = <T extends object>(value: T | Promise<T>): value is Promise<T> => 'then' in value;
