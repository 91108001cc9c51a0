import { HttpErrorResponse } from '@angular/common/http';
import { GenesysAuthError, retryAfterMs } from 'ngx-genesys-auth';

/** So much of what a server asks for is waited: one odd header must not stop a live view for a day. */
const LONGEST_MS = 300_000;

/**
 * After how long a server asks to be called again, by the `Retry-After` (seconds or an HTTP date) of a failed call.
 *
 * @returns seconds, whole and above 0; `undefined` if it asks for nothing
 */
export function askedSeconds(error: unknown): number | undefined {
  const response = error instanceof GenesysAuthError ? error.cause : error;
  const header = response instanceof HttpErrorResponse ? retryAfterMs(response) : undefined;
  const known = error instanceof GenesysAuthError ? error.retryAfterSeconds : undefined;
  const seconds = header === undefined ? (known ?? 0) : Math.ceil(header / 1000);
  return seconds > 0 ? seconds : undefined;
}

/** What is waited of a time that a server asks for: five minutes at most, in milliseconds. */
export const askedMs = (seconds = 0): number => Math.min(seconds * 1000, LONGEST_MS);
