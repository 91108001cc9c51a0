import type { RequestFacts } from '../guard/facts.ts';

/**
 * What a caller may say to the API. A list of what passes, not of what does not: cookies, the caller's credential, hop-by-hop
 * headers and whatever proxies before the relay add have no way in (B12, RFC 9110 section 7.6.1).
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

/** Headers that no configuration can let through. */
export const NEVER_PASSED = new Set([
  'authorization',
  'connection',
  'content-length',
  'cookie',
  'expect',
  'forwarded',
  'host',
  'keep-alive',
  'origin',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'referer',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'via',
  'x-genesys-auth',
  'x-genesys-session',
  // Method or path in place of those of the request line, on which the relay has judged the call.
  'x-http-method',
  'x-http-method-override',
  'x-method-override',
  'x-original-method',
  'x-original-uri',
  'x-original-url',
  'x-override-url',
  'x-real-ip',
  'x-rewrite-url'
]);

/** Tells whether a header may be let through by configuration. */
export const mayPass = (name: string): boolean =>
  !NEVER_PASSED.has(name.toLowerCase()) && !/^(?:x-forwarded-|proxy-|sec-)/i.test(name);

/** Builds the headers of the request to the API, without `authorization`. */
export function createRequestHeaders(extra: readonly string[]) {
  const passed = [...new Set([...PASSED_HEADERS, ...extra.map((name) => name.toLowerCase())])];
  return ({ headers }: RequestFacts, traceparent: string | undefined): Record<string, string> => {
    const sent: Record<string, string> = { 'user-agent': 'genesys-auth-relay' };
    for (const name of passed) {
      const value = headers[name];
      // Without a trace its state means nothing (W3C Trace Context section 3.3).
      if (value !== undefined && (traceparent !== undefined || name !== 'tracestate')) sent[name] = value;
    }
    if (traceparent !== undefined) sent['traceparent'] = traceparent;
    return sent;
  };
}
