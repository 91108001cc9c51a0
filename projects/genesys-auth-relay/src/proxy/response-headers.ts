import type { IncomingHttpHeaders, OutgoingHttpHeaders } from 'node:http';
import { ALWAYS, VARY, securityHeaders } from '../reply/headers.ts';

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

/** The headers that `Connection` names: they are for the relay only (RFC 9110 section 7.6.1). */
const namedBy = (connection: string | string[] | undefined): ReadonlySet<string> =>
  new Set(
    String(connection ?? '')
      .toLowerCase()
      .split(',')
      .map((name) => name.trim())
  );

/**
 * The headers of the answer to the caller.
 *
 * @param headers of the API's answer
 * @param listedOrigin the caller's origin if it is on the list of the configuration
 * @param hsts `Strict-Transport-Security`, unless the host has put its own on the answer
 */
export function responseHeaders(
  headers: IncomingHttpHeaders,
  listedOrigin: string | undefined,
  hsts: string | undefined
): OutgoingHttpHeaders {
  const named = namedBy(headers.connection);
  const passed = Object.entries(headers).filter(
    ([name]) => !DROPPED.has(name) && !name.startsWith('access-control-') && !named.has(name)
  );
  return {
    ...Object.fromEntries(passed),
    ...ALWAYS,
    ...(hsts !== undefined && { 'strict-transport-security': hsts }),
    vary: [VARY, headers.vary ?? []].flat().join(', '),
    ...(listedOrigin !== undefined && {
      'access-control-allow-origin': listedOrigin,
      'access-control-allow-credentials': 'true',
      'access-control-expose-headers': EXPOSED_HEADERS
    })
  };
}
