import { HttpContext, HttpContextToken } from '@angular/common/http';

/** Marks a request that is tried once only. */
export const SKIP_RETRY = /* @__PURE__ */ new HttpContextToken<boolean>(() => false);

/**
 * Sends a request once, although `withRetry()` is on. Errors of the API pass as they are.
 *
 * @param context a context to add to; a new one by default
 * @returns a context for the `context` option of `HttpClient`
 * @example http.get(url, { context: skipGenesysRetry() })
 * @example http.get(url, { context: skipGenesysRetry(genesysScopes('routing')) })
 */
export function skipGenesysRetry(context = new HttpContext()): HttpContext {
  return context.set(SKIP_RETRY, true);
}
