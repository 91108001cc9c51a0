import { HttpErrorResponse } from '@angular/common/http';
import { GenesysAuthError, GenesysPermissionError, GenesysScopeError } from 'ngx-genesys-auth';

/** What may be shown of an error: no body of the API, whose words may quote what was sent. */
export interface Failure {
  readonly code: string | undefined;
  readonly status: number | undefined;
  readonly message: string;
  readonly hint: string | undefined;
  /** Where the error reference explains it. */
  readonly link?: string | undefined;
}

/** An error's hint ends in a link to the error reference, or is one. */
const HINT = /^(?:(.*?) See )?(https:\/\/\S+)$/s;

/** Reads an error of a request or of the relay. */
export function readFailure(error: unknown): Failure {
  if (error instanceof GenesysAuthError) {
    const { code, cause, problem } = error;
    const [, hint, link] = HINT.exec(error.hint) ?? [error.hint, error.hint, undefined];
    const status = cause instanceof HttpErrorResponse ? cause.status : undefined;
    // The relay's words are written for developers; those of the API are not ours to show.
    const isApis = cause instanceof HttpErrorResponse && !problem;
    return { code, status, hint, link, message: isApis ? named(error) : error.message };
  }
  if (error instanceof HttpErrorResponse) {
    const { status } = error;
    const message = status === 0 ? 'No answer: the network, CORS or the content security policy.' : '';
    return { code: undefined, status, message, hint: undefined };
  }
  return { code: undefined, status: undefined, message: 'An interceptor or the app failed.', hint: undefined };
}

function named(error: GenesysAuthError): string {
  if (error instanceof GenesysScopeError) return `The API wants ${orList(error.scopes)}.`;
  if (error instanceof GenesysPermissionError) {
    const { permissions, rule } = error;
    return permissions.length === 0
      ? 'The OAuth client lacks a permission that the API does not name.'
      : `The OAuth client lacks ${rule === 'any' ? orList(permissions) : permissions.join(' and ')}.`;
  }
  return WORDS[error.code] ?? '';
}

const orList = (names: readonly string[]): string => names.join(' or ') || 'a scope that it does not name';

const WORDS: Readonly<Record<string, string>> = {
  token_rejected: 'The API rejects the token although it was just renewed.',
  api_rate_limited: 'The API still answers 429 (too many requests).'
};
