import type { GenesysAuthErrorCode } from './codes';
import { ERROR_REFERENCE, plainMessage } from './plain-message';

/** The relay's description of a failure: the fields of its `application/problem+json` answer (RFC 9457). */
export interface RelayProblem {
  /** Stable code, for example `policy_denied`. A newer relay may send codes this version does not know. */
  readonly code: string;
  /** HTTP status of the answer. */
  readonly status: number;
  /** What happened. */
  readonly detail: string;
  /** What to do next. */
  readonly hint?: string | undefined;
  /** The scopes the problem is about. */
  readonly scopes?: readonly string[] | undefined;
  /** The nearest registered scope to the first of `scopes`. */
  readonly nearest?: string | undefined;
}

/** The fields of a {@link GenesysAuthError} in addition to its code and message. */
export interface GenesysAuthErrorDetails {
  /** What to do about it. A link to the error reference is appended. */
  readonly hint?: string | undefined;
  /** The original error, for example an `HttpErrorResponse`. */
  readonly cause?: unknown;
  /** Id under which the relay or Genesys Cloud logged the failure. */
  readonly correlationId?: string | undefined;
  /** The relay's own description, if it sent one. */
  readonly problem?: RelayProblem | undefined;
  /** The time in seconds that the server asks to wait before another call. */
  readonly retryAfterSeconds?: number | undefined;
}

/**
 * Every error of this library: a stable {@link code} to branch on, a {@link message} that says what happened and a
 * {@link hint} that says what to do. It never holds a token.
 *
 * In production builds the message is the code, the scopes or configuration keys at fault and a link to the error reference; the
 * hint is that link. The library's own sentences are only in development builds; those of `withScopeCatalogue()` are in both, and so
 * are the texts of the relay and the API and all other fields.
 *
 * Errors of the Genesys API stay an `HttpErrorResponse`, except a 401 after a renewal and a 403 for a missing scope; with
 * `withScopeCatalogue()` also a 403 for a missing permission, and with `withRetry()` a 429. Those errors have the response as their
 * `cause`.
 *
 * @example
 * auth.token('analytics').catch((error: unknown) => {
 *   if (error instanceof GenesysAuthError && error.code === 'relay_unauthenticated') signIn();
 * });
 */
export class GenesysAuthError extends Error {
  /** The name of the class, with which a stack trace begins. */
  override readonly name: string = 'GenesysAuthError';
  /** Stable code, for use in conditions. */
  readonly code: GenesysAuthErrorCode;
  /** What to do about it, and a link to the section of the error reference. */
  readonly hint: string;
  /** Id under which the relay or Genesys Cloud logged the failure, if it named one. */
  readonly correlationId: string | undefined;
  /** The relay's own description, if it sent an `application/problem+json` answer. */
  readonly problem: RelayProblem | undefined;
  /** The time in seconds that the server asks to wait before another call, if it does. */
  readonly retryAfterSeconds: number | undefined;

  /** @param message what happened; an empty one is replaced by the code and the link */
  constructor(code: GenesysAuthErrorCode, message: string, details: GenesysAuthErrorDetails = {}) {
    const link = `${ERROR_REFERENCE}#${code}`;
    super(message || plainMessage(code), details);
    this.code = code;
    this.hint = details.hint ? `${details.hint} See ${link}` : link;
    this.correlationId = details.correlationId;
    this.problem = details.problem;
    this.retryAfterSeconds = details.retryAfterSeconds;
  }
}
