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

/** Whether the API answered 401 for the token's sake. `ip.not.authorized` is a 401, too, and no token mends it. */
export const refusesToken = (response: unknown): response is HttpErrorResponse =>
  response instanceof HttpErrorResponse &&
  response.status === 401 &&
  bodyField(response, 'code') !== 'ip.not.authorized';

/** The error for a token that the API refuses although it was just renewed. */
export function tokenRejected(response: HttpErrorResponse): GenesysAuthError {
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
