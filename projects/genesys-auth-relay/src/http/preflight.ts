import { GENESYS_AUTH_HEADER, GENESYS_SESSION_HEADER } from 'genesys-auth-protocol';
import type { FastifyReply } from 'fastify';
import type { RequestFacts } from '../guard/facts.ts';
import type { OriginGuard } from '../guard/origin.ts';
import { PASSED_HEADERS } from '../proxy/request-headers.ts';

/** Headers a page may send to the relay itself. */
export const CALLER_HEADERS = `${GENESYS_AUTH_HEADER}, ${GENESYS_SESSION_HEADER}, Authorization, Content-Type`;

/** Headers a page may send with a call of the API. */
export const apiCallerHeaders = (extra: readonly string[]): string =>
  [CALLER_HEADERS, ...PASSED_HEADERS.filter((name) => name !== 'content-type'), 'traceparent', ...extra].join(', ');

/**
 * Answers a preflight (C1).
 *
 * @param allowed methods the path takes
 * @param headers that may come with them
 * @throws RelayProblem `origin_not_allowed`
 */
export function preflight(
  facts: RequestFacts,
  reply: FastifyReply,
  origins: OriginGuard,
  { allowed, headers }: { readonly allowed: string; readonly headers: string }
): FastifyReply {
  reply.header('allow', `${allowed}, OPTIONS`);
  if (facts.headers['origin'] === undefined) return reply.code(204).send();
  if (origins.listed(facts) === undefined) origins.check(facts, true);
  return reply
    .headers({
      'access-control-allow-methods': allowed,
      'access-control-allow-headers': headers,
      'access-control-max-age': '600'
    })
    .code(204)
    .send();
}
