import type { IncomingHttpHeaders } from 'node:http';
import { RELAY_HEADER_NAMES } from '../reply/headers.ts';

/**
 * The response headers that are not forwarded to the caller: cookies, which would be set for the relay's origin; connection
 * headers, which are for the relay; challenges, because the relay writes its own; what names the server; and what changes the
 * state of the browser for the relay's origin. `passedHeaders` drops CORS headers, too.
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
  'www-authenticate',
  'x-powered-by',
  ...RELAY_HEADER_NAMES
]);

/** Headers of an API answer that pages of other origins may read. */
export const EXPOSED_HEADERS = 'Retry-After, ININ-Correlation-Id, ETag, Location, Content-Disposition';

/** The headers that `Connection` names. They are for the relay only (RFC 9110 section 7.6.1). */
const namedBy = (connection: string | string[] | undefined): ReadonlySet<string> =>
  new Set(
    String(connection ?? '')
      .toLowerCase()
      .split(',')
      .map((name) => name.trim())
  );

/** The headers of the API's answer that the caller gets. */
export function passedHeaders(headers: IncomingHttpHeaders): IncomingHttpHeaders {
  const named = namedBy(headers.connection);
  return Object.fromEntries(
    Object.entries(headers).filter(
      ([name]) => !DROPPED.has(name) && !name.startsWith('access-control-') && !named.has(name)
    )
  );
}
