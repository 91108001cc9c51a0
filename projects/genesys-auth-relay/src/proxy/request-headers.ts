import type { RequestHead } from '../guard/request-head.ts';

/**
 * The request headers that are forwarded to the API. It is an allow-list: cookies, the caller's credential, hop-by-hop headers and
 * headers of proxies in front of the relay are never forwarded (B12, RFC 9110 section 7.6.1).
 */
export const PASSED_HEADERS = [
  'accept',
  'accept-encoding',
  'accept-language',
  'content-encoding',
  'content-language',
  'content-type',
  'if-match',
  'if-modified-since',
  'if-none-match',
  'if-range',
  'if-unmodified-since',
  'range',
  'tracestate'
] as const;

/** Builds the headers of the request to the API, without `authorization`. */
export function createRequestHeaders(extra: readonly string[]) {
  const passed = [...new Set([...PASSED_HEADERS, ...extra.map((name) => name.toLowerCase())])];
  return ({ headers }: RequestHead, traceparent: string | undefined): Record<string, string> => {
    const sent: Record<string, string> = { 'user-agent': 'genesys-auth-relay' };
    for (const name of passed) {
      const value = headers[name];
      // `tracestate` has no meaning without `traceparent` (W3C Trace Context section 3.3).
      if (value !== undefined && (traceparent !== undefined || name !== 'tracestate')) sent[name] = value;
    }
    if (traceparent !== undefined) sent['traceparent'] = traceparent;
    return sent;
  };
}
