import { HttpContext, HttpContextToken } from '@angular/common/http';
import type { GenesysScope } from 'genesys-scopes';

/** Scopes that a request needs beyond having a token. */
export const NEEDED_SCOPES = new HttpContextToken<readonly string[]>(() => []);

/** Marks a request that gets no token and is left as it is, calls to the relay among them. */
export const SKIP = new HttpContextToken<boolean>(() => false);

/**
 * Says which scopes a request needs. The interceptor checks them before anything is sent: a name that is malformed,
 * misspelt, unknown, not configured or not granted fails with a `GenesysScopeError`.
 *
 * @param scopes the scopes, all of which are needed
 * @returns a context for the `context` option of `HttpClient`; more can be `set` on it
 * @example http.get(url, { context: genesysScopes('routing:readonly') })
 */
export function genesysScopes(...scopes: readonly GenesysScope[]): HttpContext {
  return new HttpContext().set(NEEDED_SCOPES, scopes);
}

/**
 * Sends a request as it is: no token is attached, none is taken off, a 401 is passed on.
 *
 * @returns a context for the `context` option of `HttpClient`; more can be `set` on it
 * @example http.get('https://api.mypurecloud.de/api/v2/date', { context: skipGenesysAuth() })
 */
export function skipGenesysAuth(): HttpContext {
  return new HttpContext().set(SKIP, true);
}
