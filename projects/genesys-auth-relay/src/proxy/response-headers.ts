import { securityHeaders } from '../reply/headers.ts';

type UpstreamHeaders = Readonly<Record<string, string | readonly string[] | undefined>>;

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
function namedIn(connection: string | readonly string[] | undefined): string {
  if (connection === undefined || connection === 'keep-alive' || connection === 'close') return '';
  return `,${String(connection).toLowerCase().replaceAll(' ', '')},`;
}

/**
 * The headers of the answer to the caller, as a flat list of names and values.
 *
 * @param headers of the API's answer, names in lower case
 * @param listedOrigin the caller's origin if it is on the list of the configuration
 * @param hsts `Strict-Transport-Security`, unless the host has put its own on the answer
 */
export function responseHeaders(
  headers: UpstreamHeaders,
  listedOrigin: string | undefined,
  hsts: string | undefined
): string[] {
  const sent = always.slice();
  if (hsts !== undefined) sent.push('strict-transport-security', hsts);
  const named = namedIn(headers['connection']);
  for (const name in headers) {
    const value = headers[name];
    if (value === undefined || DROPPED.has(name) || name.startsWith('access-control-')) continue;
    if (named !== '' && named.includes(`,${name},`)) continue;
    if (typeof value === 'string') sent.push(name, value);
    else for (const one of value) sent.push(name, one);
  }
  const vary = headers['vary'];
  sent.push(
    'vary',
    vary === undefined ? (securityHeaders['vary'] ?? '') : `${securityHeaders['vary'] ?? ''}, ${String(vary)}`
  );
  if (listedOrigin !== undefined) {
    sent.push('access-control-allow-origin', listedOrigin, 'access-control-allow-credentials', 'true');
    sent.push('access-control-expose-headers', EXPOSED_HEADERS);
  }
  return sent;
}
