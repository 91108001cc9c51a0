import { HttpContext, HttpContextToken, type HttpRequest } from '@angular/common/http';
import type { GenesysScope } from 'genesys-scopes';

/** The scopes that a request needs, in addition to a token. */
export const NEEDED_SCOPES = new HttpContextToken<readonly string[]>(() => []);

/** The configuration that a request is for, by its name. */
export const CONFIGURATION_NAME = new HttpContextToken<string | undefined>(() => undefined);

/** Marks a request that gets no token and is not changed, for example a call to the relay. */
export const SKIP = new HttpContextToken<boolean>(() => false);

/** Marks a request that `withRetry()` does not send again. */
export const SKIP_RETRY = /* @__PURE__ */ new HttpContextToken<boolean>(() => false);

/**
 * Says which scopes a request needs. The interceptor checks them before anything is sent: a name that is malformed,
 * misspelt, unknown, not configured or not granted fails with a `GenesysScopeError`.
 *
 * @param scopes the scopes, all of which are needed. The last argument may be a context to which they are added
 * @returns a context for the `context` option of `HttpClient`; a new one by default
 * @example http.get(url, { context: genesysScopes('routing:readonly') })
 * @example http.get(url, { context: genesysScopes('routing:readonly', skipGenesysRetry()) })
 */
export function genesysScopes(
  ...scopes: readonly GenesysScope[] | readonly [...GenesysScope[], HttpContext]
): HttpContext;
export function genesysScopes(...given: readonly (GenesysScope | HttpContext)[]): HttpContext {
  const context = given.find((argument) => argument instanceof HttpContext) ?? new HttpContext();
  return context.set(
    NEEDED_SCOPES,
    given.filter((argument): argument is GenesysScope => !(argument instanceof HttpContext))
  );
}

/**
 * Sends a request unchanged: no token is attached or removed, and a 401 is not handled.
 *
 * @param context a context to which it is added; a new one by default
 * @returns a context for the `context` option of `HttpClient`
 * @example http.get('https://api.mypurecloud.de/api/v2/date', { context: skipGenesysAuth() })
 */
export function skipGenesysAuth(context: HttpContext = new HttpContext()): HttpContext {
  return context.set(SKIP, true);
}

/**
 * Says which configuration a request is for, where several are for the same API origin (two organizations in one region).
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

/**
 * Sends a request once, although `withRetry()` is on. Errors of the API pass unchanged.
 *
 * @param context a context to which it is added; a new one by default
 * @returns a context for the `context` option of `HttpClient`
 * @example http.get(url, { context: skipGenesysRetry() })
 * @example http.get(url, { context: skipGenesysRetry(genesysScopes('routing')) })
 */
export function skipGenesysRetry(context: HttpContext = new HttpContext()): HttpContext {
  return context.set(SKIP_RETRY, true);
}

/** Whether a request must not be changed: the app marked it, or set a credential itself. */
export const isLeftAlone = ({ context, headers }: HttpRequest<unknown>): boolean =>
  context.has(SKIP) || headers.has('authorization');
