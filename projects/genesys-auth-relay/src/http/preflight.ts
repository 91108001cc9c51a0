import { GENESYS_AUTH_HEADER, GENESYS_SESSION_HEADER } from 'genesys-auth-protocol';
import type { RequestHead } from '../guard/request-head.ts';
import type { OriginGuard } from '../guard/origin.ts';
import { PASSED_HEADERS } from '../proxy/request-headers.ts';
import type { Answer } from '../reply/write.ts';

/** Headers that a page may send to the relay itself. */
export const PAGE_HEADERS = `${GENESYS_AUTH_HEADER}, ${GENESYS_SESSION_HEADER}, Authorization, Content-Type`;

/** Headers that a page may send with an API call. */
export const apiPageHeaders = (extra: readonly string[]): string =>
  [PAGE_HEADERS, ...PASSED_HEADERS.filter((name) => name !== 'content-type'), 'traceparent', ...extra].join(', ');

/**
 * Answers a preflight request (C1).
 *
 * @param methods the methods that the path takes
 * @param headers the headers that a page may send
 * @throws RelayProblem `origin_not_allowed`
 */
export function preflight(head: RequestHead, origins: OriginGuard, methods: string, headers: string): Answer {
  const allow = `${methods}, OPTIONS`;
  if (head.headers['origin'] === undefined) return { status: 204, headers: { allow } };
  if (origins.listed(head) === undefined) origins.check(head, true);
  return {
    status: 204,
    headers: {
      allow,
      'access-control-allow-methods': methods,
      'access-control-allow-headers': headers,
      'access-control-max-age': '600'
    }
  };
}
