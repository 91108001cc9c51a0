import { GENESYS_REGIONS, apiOriginOf } from 'genesys-auth-protocol';

/**
 * How a URL begins: its scheme and all up to the first `/`, `?` or `#` after that, letter by letter. Empty for any other URL.
 *
 * A URL is on an origin if it begins with exactly that. Then nothing that follows can change the host (WHATWG URL, "authority
 * state"). Other spellings of the same origin (`HTTPS://`, `:443`, `//host`, a relative path, a backslash, percent signs in the
 * host) are not taken: nobody writes them by accident, and hostile ones are made of them.
 */
export const startOf = (url: string): string => /^\w+:\/\/[^/?#]*/.exec(url)?.[0] ?? '';

/** Whether this is the API's origin in any region of Genesys Cloud. */
export const isGenesysApi = (origin: string): boolean =>
  GENESYS_REGIONS.some((region) => apiOriginOf(region) === origin);
