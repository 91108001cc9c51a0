import { HttpErrorResponse, type HttpRequest } from '@angular/common/http';
import { SKIP, SKIP_RETRY } from '../context/request-context';

/** Idempotent methods (RFC 9110, 9.2.2): a repeated request has no other effect than one request. */
const IDEMPOTENT = new Set(['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE']);

/**
 * The POST operations that only read: the queries of analytics and the searches of the directory. A closed list, and plain
 * characters only, as a path in another spelling may lead elsewhere.
 */
const READING_POST =
  /^\/api\/v2\/(?:analytics\/[\w/-]+\/(?:query|search)|(?:(?:conversations\/participants\/attributes|groups|locations|quality\/evaluations|speechandtextanalytics\/transcripts|teams|users|voicemail)\/)?search)$/;

/** Statuses after which the request may succeed later: the server did not handle it, or may not have. */
const TEMPORARY = new Set([429, 503, 504]);

/** The path of a URL on the API's origin, without query and fragment. */
const pathOf = (url: string): string => url.replace(/^https?:\/\/[^/]*/, '').replace(/[?#].*$/s, '');

/** Whether a request may be sent again: repeating it is safe, and the interceptor handles it. */
export function mayRepeat({ method, url, context, headers }: HttpRequest<unknown>): boolean {
  if (context.has(SKIP) || context.has(SKIP_RETRY) || headers.has('Authorization')) return false;
  return IDEMPOTENT.has(method) || (method === 'POST' && READING_POST.test(pathOf(url)));
}

/** Whether an error is temporary. */
export const isTemporary = (error: unknown): error is HttpErrorResponse =>
  error instanceof HttpErrorResponse && TEMPORARY.has(error.status);

/**
 * Reads the `Retry-After` header of a response (RFC 9110, 10.2.3): seconds or an HTTP date.
 *
 * @param response the response, for example of a 429
 * @param now the current time in milliseconds since the epoch, for a date
 * @returns milliseconds from now, at least 0; `undefined` without the header, or if it is not valid
 * @example
 * if (error instanceof HttpErrorResponse) timer(retryAfterMs(error) ?? 1000);
 */
export function retryAfterMs({ headers }: HttpErrorResponse, now = Date.now()): number | undefined {
  const value = headers.get('Retry-After')?.trim() ?? '';
  if (/^\d+$/.test(value)) return Number(value) * 1000;
  // Date.parse() alone would read "1.5" as a day in May.
  const at = /^[A-Z][a-z]{2,8},? /.test(value) ? Date.parse(value) : NaN;
  return Number.isNaN(at) ? undefined : Math.max(0, at - now);
}
