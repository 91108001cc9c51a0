import { GENESYS_REGIONS, apiOriginOf } from 'genesys-auth-protocol';

/**
 * Makes the test for one origin, once, so that a request costs a string comparison and no parsing.
 *
 * A URL is on the origin if it is spelt with it, letter by letter, and the origin ends there: at `/`, `?`, `#` or the end
 * of the text. Then nothing that follows can change the host (WHATWG URL, "authority state"). Other spellings of the same
 * origin (`HTTPS://`, `:443`, `//host`, a relative path, a backslash, percent signs in the host) are not taken: nobody
 * writes them by accident, and hostile ones are made of them.
 *
 * @param origin in canonical form, as `URL.origin` gives it
 */
export function originTest(origin: string): (url: string) => boolean {
  // At the end of the text the next character is '', which every text includes.
  return (url) => url.startsWith(origin) && '/?#'.includes(url.charAt(origin.length));
}

/** Whether a URL is on the API's origin of any region of Genesys Cloud. */
export const isGenesysApi = (url: string): boolean =>
  GENESYS_REGIONS.some((region) => originTest(apiOriginOf(region))(url));
