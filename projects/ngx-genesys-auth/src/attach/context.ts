import { HttpContext, HttpContextToken, type HttpRequest } from '@angular/common/http';
import type { GenesysScope } from 'genesys-scopes';

/** Scopes that a request needs beyond having a token. */
export const NEEDED_SCOPES = new HttpContextToken<readonly string[]>(() => []);

/** The configuration that a request is for, by its name. */
export const CONFIGURATION_NAME = new HttpContextToken<string | undefined>(() => undefined);

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

/**
 * Says which configuration a request is for, where several are for the same API origin (two organisations in one region).
 * Without it the origin decides, and of those that share one the configuration that was provided first.
 *
 * @param name the `name` of the configuration. If there is none of that name, the request fails with
 *   `GenesysAuthConfigError`; if its API has another origin than the URL, the request gets no token
 * @param context a context to which it is added; a new one by default
 * @returns a context for the `context` option of `HttpClient`
 * @example http.get(url, { context: genesysConfig('emea') })
 * @example http.get(url, { context: genesysConfig('emea', genesysScopes('routing:readonly')) })
 */
export function genesysConfig(name: string, context: HttpContext = new HttpContext()): HttpContext {
  return context.set(CONFIGURATION_NAME, name);
}

/** A credential the app set itself is the app's business, and so is what the API says to it. */
export const isLeftAlone = ({ context, headers }: HttpRequest<unknown>): boolean =>
  context.has(SKIP) || headers.has('authorization');
