import { HttpErrorResponse } from '@angular/common/http';
import { GenesysAuthError, GenesysScopeError } from '../errors';
import { isText, readRecord } from '../values';

/** A field of a Genesys error body. */
export function bodyField({ error }: HttpErrorResponse, field: 'code' | 'message'): string {
  const value = readRecord(error)[field];
  return isText(value) ? value : '';
}

/** The id under which Genesys Cloud logged a response. */
export const correlationId = ({ headers }: HttpErrorResponse): string | undefined =>
  headers.get('ININ-Correlation-Id') ?? undefined;

/**
 * Whether a request needs another token: the API answered 401, or the error is {@link tokenExpired}. A 401 with
 * `ip.not.authorized` is not about the token.
 */
export const refusesToken = (error: unknown): error is HttpErrorResponse | GenesysAuthError =>
  error instanceof HttpErrorResponse
    ? error.status === 401 && bodyField(error, 'code') !== 'ip.not.authorized'
    : error instanceof GenesysAuthError && error.code === 'token_rejected';

/**
 * The error of a request that is not sent because its token has expired: a later interceptor delayed it or sends it again.
 * It is no 401, which the sign-on of the app would take for a refusal of the user's credential.
 */
export const tokenExpired = (): GenesysAuthError =>
  new GenesysAuthError('token_rejected', ngDevMode ? 'The token expired before the request was sent.' : '', {
    ...(ngDevMode && {
      hint: 'Put interceptors that delay requests or send them again before genesysAuthInterceptor.'
    })
  });

/** The error for a token that is refused although it was just renewed. */
export function tokenRejected(response: HttpErrorResponse | GenesysAuthError): GenesysAuthError {
  if (response instanceof GenesysAuthError) return response;
  const message = ngDevMode ? 'The Genesys API refuses the token although it was just renewed.' : '';
  return new GenesysAuthError('token_rejected', message, {
    ...(ngDevMode && {
      hint: 'Check that the relay serves the same region (genesysSession() compares), and that the OAuth client is active and may use this call.'
    }),
    cause: response,
    correlationId: correlationId(response)
  });
}

/**
 * The error for a 403 that says the token lacks a scope, naming the scopes of which one would do.
 * The message of Genesys Cloud ends in a list such as `[routing:readonly, routing]`, or in one name.
 */
export function missingScopeOf(response: unknown): GenesysScopeError | undefined {
  if (!(response instanceof HttpErrorResponse) || response.status !== 403) return undefined;
  if (bodyField(response, 'code') !== 'app.not.authorized.for.scope') return undefined;
  const message = bodyField(response, 'message');
  const [named = ''] = /(?<=\[)[^\]]*(?=\])|(?<=scope )[^\s[]+$/.exec(message) ?? [];
  const scopes = named.split(/[\s,]+/).filter(isText);
  return new GenesysScopeError('scope_not_granted', scopes, message, {
    ...(ngDevMode && {
      hint: `Add ${scopes.length > 1 ? 'one of these scopes' : 'the scope'} to the OAuth client in Genesys Cloud, and to scopes of the configuration.`
    }),
    cause: response,
    correlationId: correlationId(response)
  });
}
