import { type HttpErrorResponse, type HttpEvent, HttpEventType } from '@angular/common/http';
import { type Observable, defer, filter, retry, tap, throwError, timer } from 'rxjs';
import { STEPS, type Steps } from '../features/steps';
import { correlationId } from '../attach/api-errors';
import { type ConfigIssue, GenesysAuthConfigError, authError, configIssue } from '../errors';
import type { GenesysAuthFeature } from '../features/feature';
import { checkKeys, readNumber } from '../config/report';
import { signedOut } from '../token/single-flight';
import type { TokenSource } from '../token/source';
import { isTemporary, mayRepeat, retryAfterMs } from './rules';

/** Options of {@link withRetry}. */
export interface RetryOptions {
  /** How often a request is sent again at most, 0 to 10. 3 by default. */
  readonly retries?: number | undefined;
  /** The longest wait before one retry, in milliseconds, 60,000 by default. If the API asks for more, the error passes. */
  readonly maxWaitMs?: number | undefined;
}

const DEFAULT_RETRIES = 3;
const MOST_RETRIES = 10;
const DEFAULT_MAX_WAIT_MS = 60_000;
const FIRST_BACKOFF_MS = 500;
const LONGEST_BACKOFF_MS = 10_000;

/**
 * A feature of `provideGenesysAuth()` and `GenesysAuthModule.forRoot()`.
 *
 * Sends a request for the Genesys API again after 429 (too many requests), 503 and 504: after the time that `Retry-After`
 * says (seconds or an HTTP date), without it after a random time up to 0.5, 1, 2, ... 10 seconds (full jitter). Each attempt
 * has the token that is then live. A caller that unsubscribes ends it. After `clear()` nothing is sent again: the request fails with
 * `signed_out`, because another user may have signed in meanwhile.
 *
 * - Only requests that can be repeated safely: `GET`, `HEAD`, `OPTIONS`, `PUT`, `DELETE`, and the `POST` operations that only read:
 *   `/api/v2/analytics/.../query` (or `search`), `/api/v2/search`, and `search` of users, groups, teams, locations,
 *   voicemail, quality/evaluations, speechandtextanalytics/transcripts and conversations/participants/attributes.
 * - A 429 that is not retried any more becomes a `GenesysAuthError` `api_rate_limited` with `retryAfterSeconds`, and the response as
 *   its `cause`. A 503 or 504 stays an `HttpErrorResponse`.
 * - {@link skipGenesysRetry} lets a request be sent once; so do {@link skipGenesysAuth} and an `Authorization` header of
 *   your own.
 *
 * @throws {@link GenesysAuthConfigError} `config_invalid` at once, if an option is wrong
 * @example provideGenesysAuth({ region: 'mypurecloud.de', relay: '/genesys', scopes: ['routing'] }, withProxyMode(), withRetry())
 */
export function withRetry(options: RetryOptions = {}): GenesysAuthFeature<'retry'> {
  return {
    kind: 'retry',
    providers: [{ provide: STEPS, multi: true, useValue: retryStep(checkOptions(options)) }]
  };
}

type Limits = Required<{ [key in keyof RetryOptions]: number }>;

const retryStep = (limits: Limits): Pick<Steps, 'retry'> => ({
  retry: (inner, tokens) => (request, next) =>
    // Each subscription counts its own attempts.
    mayRepeat(request) ? defer(() => withRetries(() => inner(request, next), tokens, limits)) : inner(request, next)
});

function withRetries(
  attempt: () => Observable<HttpEvent<unknown>>,
  tokens: TokenSource,
  { retries, maxWaitMs }: Limits
): Observable<HttpEvent<unknown>> {
  const generation = tokens.generation();
  let attempts = 0;
  // A request of one user must not be sent again for the next user.
  const stopIfCleared = (): void => {
    if (tokens.generation() !== generation) throw signedOut();
  };
  const wait = (error: unknown): Observable<unknown> => {
    if (!isTemporary(error)) return throwError(() => error);
    stopIfCleared();
    const asked = retryAfterMs(error);
    if (attempts > retries || (asked ?? 0) > maxWaitMs) return throwError(() => lastError(error, asked, maxWaitMs));
    return timer(asked ?? Math.min(backoffMs(attempts), maxWaitMs)).pipe(tap(stopIfCleared));
  };
  let isSent = false;
  // The app sees the event `Sent` once. A later interceptor may fail an attempt before it is sent.
  const isNoRepeatedSent = ({ type }: HttpEvent<unknown>): boolean => {
    if (type !== HttpEventType.Sent) return true;
    const isFirst = !isSent;
    isSent = true;
    return isFirst;
  };
  return defer(() => {
    attempts++;
    return attempt();
  }).pipe(retry({ delay: wait }), filter(isNoRepeatedSent));
}

/** Full jitter: clients that failed together do not come back together. */
const backoffMs = (attempt: number): number =>
  Math.random() * Math.min(FIRST_BACKOFF_MS * 2 ** (attempt - 1), LONGEST_BACKOFF_MS);

function lastError(response: HttpErrorResponse, askedMs: number | undefined, maxWaitMs: number): unknown {
  if (response.status !== 429) return response;
  const seconds = askedMs === undefined ? undefined : Math.ceil(askedMs / 1000);
  return authError('api_rate_limited', {
    askedMs,
    maxWaitMs,
    cause: response,
    correlationId: correlationId(response),
    retryAfterSeconds: seconds
  });
}

function checkOptions(options: RetryOptions): Limits {
  const issues: ConfigIssue[] = [];
  const report = (key: string, message: string, fix: string): void => {
    issues.push({ key, message, fix });
  };
  if (ngDevMode) checkKeys(options, ['retries', 'maxWaitMs'], 'withRetry.', report);
  const retries = readNumber('withRetry.retries', options.retries, DEFAULT_RETRIES, 0, report);
  if (!Number.isInteger(retries) || retries > MOST_RETRIES) {
    issues.push(configIssue('withRetry.retries', 'notAWholeNumber', { most: MOST_RETRIES }));
  }
  const maxWaitMs = readNumber('withRetry.maxWaitMs', options.maxWaitMs, DEFAULT_MAX_WAIT_MS, 0, report);
  if (issues.length > 0) throw new GenesysAuthConfigError(issues);
  return { retries, maxWaitMs };
}
