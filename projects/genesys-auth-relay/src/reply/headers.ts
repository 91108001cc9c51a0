import type { FastifyReply } from 'fastify';

/**
 * What every answer carries, errors included: nothing is cached, sniffed, framed or told on (ASVS 5.0 3.4, RFC 6749
 * section 5.1). Written here and not by a plugin, since a host that has the same plugin already could not mount the relay.
 */
export const ALWAYS: Readonly<Record<string, string>> = {
  'cache-control': 'no-store',
  pragma: 'no-cache',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'cross-origin-resource-policy': 'same-origin'
};

const HSTS = 'max-age=31536000';

/** What `Strict-Transport-Security` says where the host says nothing itself. */
export const transportSecurity = (subDomains: boolean): string => (subDomains ? `${HSTS}; includeSubDomains` : HSTS);

/** What the answers of the relay depend on. */
export const VARY = 'Origin, Authorization, Cookie';

/** The headers as a plain record, for answers that Fastify does not write. */
export const securityHeaders: Readonly<Record<string, string>> = {
  ...ALWAYS,
  'strict-transport-security': HSTS,
  vary: VARY
};

/** What a page of a listed origin needs to read the answer. */
const crossOrigin = (listedOrigin: string) => ({
  'access-control-allow-origin': listedOrigin,
  'access-control-allow-credentials': 'true',
  'access-control-expose-headers': 'Retry-After'
});

/**
 * The headers of an answer that nobody has put anything on, as `writeHead` takes them fastest: name, value, name, value.
 *
 * @param subDomains whether `Strict-Transport-Security` speaks for the subdomains of the host as well
 * @returns the list for the origin of the page, if it is one that may read the answer
 */
export function createHeaderList(subDomains: boolean): (listedOrigin: string | undefined) => readonly string[] {
  const plain = Object.entries({
    ...securityHeaders,
    'strict-transport-security': transportSecurity(subDomains)
  }).flat();
  const known = new Map<string, readonly string[]>();
  return (listedOrigin) => {
    if (listedOrigin === undefined) return plain;
    let list = known.get(listedOrigin);
    if (list === undefined) {
      list = [...plain, ...Object.entries(crossOrigin(listedOrigin)).flat()];
      known.set(listedOrigin, list);
    }
    return list;
  };
}

/**
 * Puts the headers on an answer, and takes off what a host may have added and the relay must not say.
 *
 * @param listedOrigin the origin of the page, if it is one that may read the answer
 * @param subDomains whether `Strict-Transport-Security` speaks for the subdomains of the host as well
 */
export function setHeaders(reply: FastifyReply, listedOrigin: string | undefined, subDomains: boolean): void {
  reply.headers(ALWAYS);
  // A host that has a policy of its own knows more about its domain.
  if (!reply.hasHeader('strict-transport-security') && !reply.raw.hasHeader('strict-transport-security')) {
    reply.header('strict-transport-security', transportSecurity(subDomains));
  }
  const before = String(reply.getHeader('vary') ?? '')
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '' && name !== '*' && !VARY.toLowerCase().includes(name.toLowerCase()));
  reply.header('vary', [VARY, ...before].join(', '));
  const remove = (name: string) => {
    // What Express and its middleware set lies on the raw answer, which Fastify does not look at.
    reply.removeHeader(name);
    reply.raw.removeHeader(name);
  };
  remove('server');
  remove('x-powered-by');
  if (listedOrigin === undefined) {
    remove('access-control-allow-origin');
    remove('access-control-allow-credentials');
    return;
  }
  reply.headers(crossOrigin(listedOrigin));
}
