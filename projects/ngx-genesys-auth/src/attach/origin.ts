import { GENESYS_REGIONS, apiOriginOf } from 'genesys-auth-protocol';

/**
 * The start of a URL: its scheme, and everything up to the first `/`, `?` or `#` after `://`. Empty for a URL without `scheme://`.
 *
 * A request is for an origin if the start of its URL is equal to it. Nothing that follows can change the host (WHATWG URL, "authority
 * state"). Other spellings of the same origin (`HTTPS://`, `:443`, `//host`, a relative path, a backslash, percent signs in the
 * host) are not equal: apps do not write them by accident, and attacks use them.
 */
export const startOf = (url: string): string => /^\w+:\/\/[^/?#]*/.exec(url)?.[0] ?? '';

/** Whether this is the API's origin in any region of Genesys Cloud. */
export const isGenesysApi = (origin: string): boolean =>
  GENESYS_REGIONS.some((region) => apiOriginOf(region) === origin);
