import { HttpErrorResponse } from '@angular/common/http';
import { GenesysAuthError, type GenesysScopeError, authError, scopeError } from '../errors';
import { isText, readRecord } from '../values';

/** A field of a Genesys error body. */
export function bodyField({ error }: HttpErrorResponse, field: 'code' | 'message'): string {
  const value = readRecord(error)[field];
  return isText(value) ? value : '';
}

/** The id of a response in the logs of Genesys Cloud. */
export const correlationId = ({ headers }: HttpErrorResponse): string | undefined =>
  headers.get('ININ-Correlation-Id') ?? undefined;

/** A 401 of the API, or {@link tokenExpired}. */
export type TokenRejection = HttpErrorResponse | GenesysAuthError;

/**
 * Whether a request needs another token: the API answered 401, or the error is {@link tokenExpired}. A 401 with
 * `ip.not.authorized` is not about the token.
 */
export const needsAnotherToken = (error: unknown): error is TokenRejection =>
  error instanceof HttpErrorResponse
    ? error.status === 401 && bodyField(error, 'code') !== 'ip.not.authorized'
    : error instanceof GenesysAuthError && error.code === 'token_rejected';

/**
 * The error of a request that is not sent because its token has expired: a later interceptor delayed it or sends it again.
 * It is not a 401, which the app's own sign-on would take for a rejection of the user's credential.
 */
export const tokenExpired = (): GenesysAuthError => authError('token_rejected', { expired: true });

/** The error for a token that is rejected although it was just renewed. */
export const tokenRejected = (rejection: TokenRejection): GenesysAuthError =>
  rejection instanceof GenesysAuthError
    ? rejection
    : authError('token_rejected', { cause: rejection, correlationId: correlationId(rejection) });

/**
 * The error for a 403 because the token lacks a scope. It names the scopes, any one of which is enough.
 * The message of Genesys Cloud ends in a list such as `[routing:readonly, routing]`, or in one name.
 */
export function missingScopeOf(response: unknown): GenesysScopeError | undefined {
  if (!(response instanceof HttpErrorResponse) || response.status !== 403) return undefined;
  if (bodyField(response, 'code') !== 'app.not.authorized.for.scope') return undefined;
  const message = bodyField(response, 'message');
  const [named = ''] = /(?<=\[)[^\]]*(?=\])|(?<=scope )[^\s[]+$/.exec(message) ?? [];
  const scopes = named.split(/[\s,]+/).filter(isText);
  return scopeError('scope_not_granted', scopes, {
    message,
    cause: response,
    correlationId: correlationId(response)
  });
}
