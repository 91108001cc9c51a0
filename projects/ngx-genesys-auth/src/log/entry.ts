import type { GenesysAuthErrorCode } from '../errors';
import type { RenewalReason } from '../token/state';

/** How much a log entry matters, from the least to the most. */
export type GenesysLogLevel = 'debug' | 'info' | 'warn' | 'error';

/**
 * One thing that happened, in fields that can be searched for. An entry has no token, no header, no query, no fragment and
 * nothing of a body: messages of errors are left out, too, as they may quote one.
 */
export interface GenesysLogEntry {
  /** How much it matters. */
  readonly level: GenesysLogLevel;
  /**
   * - `token_renewing` (debug): the relay is asked, `reason` says why
   * - `token_ready` (info): there is a token for `scopes` until `expiresAt`
   * - `token_failed` (error): the relay gave none, `code` and `status` say why
   * - `token_warning` (warn): something about the relay is odd, `code` says what
   * - `token_cleared` (info): `clear()` was called
   * - `request_done` (debug): the API answered a request
   * - `request_failed` (warn): it did not, or with an error; with `withRetry()` each attempt is an entry
   */
  readonly event:
    | 'token_renewing'
    | 'token_ready'
    | 'token_failed'
    | 'token_warning'
    | 'token_cleared'
    | 'request_done'
    | 'request_failed';
  /** When it happened. */
  readonly at: Date;
  /** The `name` of the configuration, if it has one. */
  readonly name?: string;
  /** Why the relay is asked. */
  readonly reason?: RenewalReason;
  /** The scopes that the relay granted. */
  readonly scopes?: readonly string[];
  /** When the token ends. */
  readonly expiresAt?: Date;
  /** The code of the `GenesysAuthError`, if it was one. */
  readonly code?: GenesysAuthErrorCode;
  /** HTTP status; 0 if there was no answer. */
  readonly status?: number;
  /** The method of the request. */
  readonly method?: string;
  /**
   * The path of the request: not its query, not its fragment. Segments that are not plain words, UUIDs or short numbers are
   * replaced by what they look like (`‹e-mail›`, `‹number›`, `‹hidden›`), and the id of a notification channel by `‹id›`.
   */
  readonly path?: string;
  /** How long the attempt took, in milliseconds, waiting for a token included. */
  readonly durationMs?: number;
}
