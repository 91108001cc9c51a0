import { securityHeaders } from '../reply/headers.ts';

/**
 * What an answer of the API does not say to the caller: cookies, which would be set for the relay's own origin; connection
 * headers, which were for the relay; the API's word on CORS and challenges, as the relay has its own.
 */
const DROPPED = new Set([
  'alt-svc',
  'clear-site-data',
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authentication-info',
  'server',
  'set-cookie',
  'set-cookie2',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'vary',
  'www-authenticate',
  'x-powered-by',
  ...Object.keys(securityHeaders)
]);

/** Headers of an API answer that pages of other origins may read. */
export const EXPOSED_HEADERS = 'Retry-After, ININ-Correlation-Id, ETag, Location, Content-Disposition';

const always = Object.entries(securityHeaders)
  .filter(([name]) => name !== 'vary' && name !== 'strict-transport-security')
  .flat();

/** What `Connection` names beside its own words, between commas. */
function namedIn(headers: readonly string[]): string {
  let named = '';
  for (let index = 0; index < headers.length; index += 2) {
    const value = headers[index + 1] ?? '';
    if (headers[index] !== 'connection' || value === 'keep-alive' || value === 'close') continue;
    named += `,${value.toLowerCase().replace(/[ \t]/g, '')},`;
  }
  return named;
}

/**
 * The headers of the answer to the caller, as a list of names and values in turn.
 *
 * @param headers of the API's answer, names in lower case and values in turn
 * @param listedOrigin the caller's origin if it is on the list of the configuration
 * @param hsts `Strict-Transport-Security`, unless the host has put its own on the answer
 */
export function responseHeaders(
  headers: readonly string[],
  listedOrigin: string | undefined,
  hsts: string | undefined
): string[] {
  const sent = always.slice();
  if (hsts !== undefined) sent.push('strict-transport-security', hsts);
  const named = namedIn(headers);
  let vary = securityHeaders['vary'] ?? '';
  for (let index = 0; index < headers.length; index += 2) {
    const name = headers[index] ?? '';
    const value = headers[index + 1] ?? '';
    if (name === 'vary') vary += `, ${value}`;
    if (DROPPED.has(name) || name.startsWith('access-control-')) continue;
    if (named === '' || !named.includes(`,${name},`)) sent.push(name, value);
  }
  sent.push('vary', vary);
  if (listedOrigin !== undefined) {
    sent.push('access-control-allow-origin', listedOrigin, 'access-control-allow-credentials', 'true');
    sent.push('access-control-expose-headers', EXPOSED_HEADERS);
  }
  return sent;
}
