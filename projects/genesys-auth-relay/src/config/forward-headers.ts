/** Headers that no configuration can let through. */
const NEVER_PASSED = new Set([
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
