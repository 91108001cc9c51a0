/**
 * Headers of every answer, errors included: nothing is cached, sniffed, framed or sent as referrer (ASVS 5.0 3.4, RFC 6749
 * section 5.1). They are written here and not by a plugin, because a host that already uses the same plugin could not mount the
 * relay.
 */
const SECURITY_HEADERS = {
  'cache-control': 'no-store',
  pragma: 'no-cache',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'cross-origin-resource-policy': 'same-origin'
};

const HSTS = 'max-age=31536000';

/** Request headers that the answers of the relay depend on. */
const VARY = ['Origin', 'Authorization', 'Cookie'];

/** Headers of the API's answer that the relay replaces by its own, in lower case. `passedHeaders` drops those for CORS and `Connection`. */
export const RELAY_HEADER_NAMES = [...Object.keys(SECURITY_HEADERS), 'strict-transport-security', 'vary'];

/** Options for the headers of one answer. */
export interface HeaderOptions {
  /** Whether `Strict-Transport-Security` includes the subdomains of the host. */
  readonly includeSubDomains: boolean;
  /** The origin of the page, if it may read the answer. */
  readonly listedOrigin?: string | undefined;
  /** Headers that a page of that origin may read. */
  readonly exposed?: string;
  /** Request headers that the answer depends on, in addition to those of every answer. */
  readonly vary?: string | undefined;
  /** Whether the connection closes after the answer. */
  readonly close?: boolean;
}

const isOwn = (name: string): boolean => VARY.some((own) => own.toLowerCase() === name.toLowerCase());

/** The value of `Vary`: the names of the relay, then the others. `*` adds nothing, because no answer is cached. */
function mergeVary(others: readonly string[]): string {
  const names = others
    .flatMap((value) => value.split(','))
    .map((name) => name.trim())
    .filter((name) => name !== '' && name !== '*' && !isOwn(name));
  return [...VARY, ...new Set(names)].join(', ');
}

/** An answer that may have headers from the host: a response of node:http, or a reply of Fastify. */
export interface HostAnswer {
  getHeader(name: string): number | string | string[] | undefined;
  removeHeader(name: string): unknown;
}

/** Headers that a host may have put on the answer and that the relay must not send. */
const HOST_HEADERS = [
  'server',
  'x-powered-by',
  'access-control-allow-origin',
  'access-control-allow-credentials',
  'access-control-expose-headers'
];

/** Removes the headers of the host that the relay must not send. */
export function removeHostHeaders(answer: HostAnswer): void {
  for (const name of HOST_HEADERS) answer.removeHeader(name);
}

/**
 * The headers that the relay puts on an answer.
 *
 * @param answer `undefined` for an answer on a bare connection
 */
export function relayHeaders(answer: HostAnswer | undefined, options: HeaderOptions): Record<string, string> {
  const { includeSubDomains, listedOrigin, exposed = 'Retry-After', vary = '', close = false } = options;
  const varyOfHost = String(answer?.getHeader('vary') ?? '');
  // A host that sets this policy knows its domain better.
  const hostHasPolicy = answer?.getHeader('strict-transport-security') !== undefined;
  return {
    ...SECURITY_HEADERS,
    ...(!hostHasPolicy && { 'strict-transport-security': includeSubDomains ? `${HSTS}; includeSubDomains` : HSTS }),
    vary: mergeVary([varyOfHost, vary]),
    ...(listedOrigin !== undefined && {
      'access-control-allow-origin': listedOrigin,
      'access-control-allow-credentials': 'true',
      'access-control-expose-headers': exposed
    }),
    ...(close && { connection: 'close' })
  };
}
