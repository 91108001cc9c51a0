/** Headers that no configuration can forward. */
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
  'x-genesys-dev-key',
  'x-genesys-session',
  // These replace method or path of the request line, by which the relay has checked the call.
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

/** Whether the configuration may forward a header. */
export const mayPass = (name: string): boolean =>
  !NEVER_PASSED.has(name.toLowerCase()) && !/^(?:x-forwarded-|proxy-|sec-)/i.test(name);
