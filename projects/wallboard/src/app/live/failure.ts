import { HttpErrorResponse } from '@angular/common/http';
import { GenesysAuthError, retryAfterMs } from 'ngx-genesys-auth';
import { TimeoutError } from 'rxjs';
import { record, text } from '../api/json';

/** Why a reading failed, in words that a user of the board can act on. */
export interface Failure {
  /** Stable code: the library's, Genesys Cloud's, or the board's own. */
  readonly code: string;
  readonly message: string;
  readonly hint: string;
  /** What Genesys support asks for. */
  readonly correlationId?: string;
  /** The time that the server asks to wait. */
  readonly retryAfterMs?: number;
}

/**
 * Describes the error of a request.
 *
 * @param error the error of `HttpClient`
 * @param now epoch milliseconds, for a `Retry-After` that is a date
 */
export function describeFailure(error: unknown, now: number): Failure {
  if (error instanceof GenesysAuthError) return describeAuth(error);
  if (error instanceof TimeoutError) {
    return {
      code: 'api_timeout',
      message: 'Genesys Cloud did not answer in time.',
      hint: 'The board tries again by itself. If this stays, check the network between this browser and Genesys Cloud.'
    };
  }
  if (error instanceof HttpErrorResponse) return describeAnswer(error, now);
  return {
    code: 'unexpected',
    message: error instanceof Error ? error.message : 'Something unexpected happened.',
    hint: 'The board tries again by itself. If this stays, reload the page and look into the browser console.'
  };
}

function describeAuth(error: GenesysAuthError): Failure {
  if (error.code === 'session_ended') {
    return { code: error.code, message: 'Your session has ended.', hint: 'Sign in again, then try once more.' };
  }
  // Without a sentence of the relay, both are no more than a link in production builds. One is enough.
  const hint = error.message.endsWith(error.hint) ? '' : error.hint;
  const failure = withId({ code: error.code, message: error.message, hint }, error.correlationId);
  return error.retryAfterSeconds === undefined ? failure : { ...failure, retryAfterMs: error.retryAfterSeconds * 1000 };
}

function describeAnswer(response: HttpErrorResponse, now: number): Failure {
  // An interceptor of the app may wrap an error of the library in a response.
  if (response.error instanceof GenesysAuthError) return describeAuth(response.error);
  const body = record(response.error);
  const message = text(body['message']);
  const id = response.headers.get('ININ-Correlation-Id') ?? text(body['contextId']);
  const code = text(body['code']) ?? (response.status === 0 ? 'api_unreachable' : `http_${response.status}`);
  const asked = response.status === 429 || response.status === 503;
  const wait = asked ? retryAfterMs(response, now) : undefined;
  return {
    ...withId({ code, message: message ?? statusText(response.status), hint: hintFor(response.status, code) }, id),
    ...(wait === undefined ? {} : { retryAfterMs: wait })
  };
}

function withId(told: { code: string; message: string; hint: string }, id: string | null | undefined): Failure {
  const failure = { code: told.code, message: told.message, hint: told.hint };
  return id === undefined || id === null || id === '' ? failure : { ...failure, correlationId: id };
}

function statusText(status: number): string {
  return status === 0 ? 'Genesys Cloud cannot be reached.' : `Genesys Cloud answered with status ${status}.`;
}

function hintFor(status: number, code: string): string {
  if (status === 0) {
    return 'Check the network, and that the page’s connect-src allows the call. The board tries again by itself.';
  }
  if (status === 429) return 'Too many requests. The board waits as long as it is asked to.';
  if (status === 401)
    return 'Access was refused. Check the OAuth client in Genesys Cloud, and in proxy mode the sign-in at the relay.';
  if (code === 'app.not.authorized.for.scope') return 'Add the scope to the board’s configuration and to the relay.';
  if (status === 403)
    return 'Give the OAuth client, or the user who is signed in, a role with this permission in Genesys Cloud Admin.';
  if (status >= 500) return 'The fault is on Genesys Cloud’s side. The board tries again by itself.';
  return 'The request was not understood. Check the version of the board.';
}
