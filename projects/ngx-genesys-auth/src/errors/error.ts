import type { GenesysAuthErrorCode } from './codes';
import { ERROR_REFERENCE, plainMessage } from './reference';

/** What the relay said about a failure: the fields of its `application/problem+json` answer (RFC 9457). */
export interface RelayProblem {
  /** Stable code, for example `policy_denied`. A newer relay may send codes this version does not know. */
  readonly code: string;
  /** HTTP status of the answer. */
  readonly status: number;
  /** What happened, in the relay's words. */
  readonly detail: string;
  /** What to do next, in the relay's words. */
  readonly hint?: string | undefined;
  /** The scopes the problem is about. */
  readonly scopes?: readonly string[] | undefined;
  /** The nearest registered scope to the first of `scopes`. */
  readonly nearest?: string | undefined;
}

/** The parts of a {@link GenesysAuthError} beside its code and message. */
export interface GenesysAuthErrorDetails {
  /** What to do about it. The link to the error reference follows it, or stands alone. */
  readonly hint?: string | undefined;
  /** The error underneath, for example an `HttpErrorResponse`. */
  readonly cause?: unknown;
  /** Id under which the relay or Genesys Cloud logged the failure. */
  readonly correlationId?: string | undefined;
  /** The relay's own words, where it sent some. */
  readonly problem?: RelayProblem | undefined;
  /** Seconds after which the server asks to be called again. */
  readonly retryAfterSeconds?: number | undefined;
}

/**
 * Every error of this library: a stable {@link code} to branch on, a {@link message} that says what happened and a
 * {@link hint} that says what to do. It never holds a token.
 *
 * Production builds contain none of the library's own sentences: the message is the code, the scopes or configuration keys
 * at fault and a link to the error reference; the hint is that link. What the relay or the API said is there in both, and so
 * are all the other fields.
 *
 * Errors of the Genesys API itself stay the `HttpErrorResponse` they are, except a 401 that stays after a renewal and a 403
 * for a missing scope (or permission, with `withScopeCatalogue()`; or a 429, with `withRetry()`), which keep the response as
 * their `cause`.
 *
 * @example
 * auth.token('analytics').catch((error: unknown) => {
 *   if (error instanceof GenesysAuthError && error.code === 'relay_unauthenticated') signIn();
 * });
 */
export class GenesysAuthError extends Error {
  /** The name of the class, with which a stack trace begins. */
  override readonly name: string = 'GenesysAuthError';
  // Declared only: the constructor sets the fields, and a definition of each would be in every app.
  /** Stable code, made to be branched on. */
  declare readonly code: GenesysAuthErrorCode;
  /** What to do about it, and a link to the section of the error reference. */
  declare readonly hint: string;
  /** Id under which the relay or Genesys Cloud logged the failure, if it named one. */
  declare readonly correlationId: string | undefined;
  /** The relay's own words, if it sent an `application/problem+json` answer. */
  declare readonly problem: RelayProblem | undefined;
  /** Seconds after which the server asks to be called again, if it said so. */
  declare readonly retryAfterSeconds: number | undefined;

  /** @param message what happened; an empty one is replaced by the code and the link */
  constructor(code: GenesysAuthErrorCode, message: string, details: GenesysAuthErrorDetails = {}) {
    const link = `${ERROR_REFERENCE}#${code}`;
    // The language itself takes the cause, and hides it from loops over the fields; so it stays when it is set again.
    super(message || plainMessage(code), details);
    Object.assign(this, details, { code, hint: details.hint ? `${details.hint} See ${link}` : link });
  }
}
