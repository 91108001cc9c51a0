import { RELAY_PATHS } from 'genesys-auth-protocol';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { RelayConfig } from '../config/config.ts';
import { checkApiQuery } from '../guard/query.ts';
import type { Relay } from '../relay/relay.ts';
import { transportSecurity } from '../reply/headers.ts';
import { RelayProblem } from '../reply/problem.ts';
import { apiTarget } from '../proxy/target.ts';
import { apiCallerHeaders, preflight } from './preflight.ts';
import type { Visit } from './visits.ts';

/** The route of all calls of the API, as Fastify, the log and the metrics name it. */
export const API_ROUTE = `${RELAY_PATHS.api}/*`;
const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'];

/**
 * Adds the calls of the API: passed on in proxy mode, refused with the reason in token mode.
 *
 * @param prefix path the relay is mounted at
 */
export function addApiRoutes(
  app: FastifyInstance,
  relay: Relay,
  config: RelayConfig,
  { visitOf, prefix }: { readonly visitOf: (request: FastifyRequest) => Visit; readonly prefix: string }
): void {
  const quiet = { logLevel: 'silent', exposeHeadRoute: false, url: API_ROUTE } as const;
  // Asked at each request: a new configuration may come while the relay serves.
  const apiNow = () => {
    if (relay.api !== undefined) return relay.api;
    throw new RelayProblem('token_mode', 'This relay hands out tokens; it does not pass calls of the API on.', {
      hint: 'Call the API itself with a token, or set mode: proxy in the configuration of the relay.'
    });
  };
  const allowed = METHODS.join(', ');
  const hsts = transportSecurity(config.hsts.includeSubDomains);
  const headers = apiCallerHeaders(config.proxy.forwardHeaders);
  app.options(API_ROUTE, quiet, (request, reply) => {
    apiNow();
    return preflight(visitOf(request).facts, reply, relay.origins, { allowed, headers });
  });
  app.route({
    ...quiet,
    method: METHODS,
    handler: async (request, reply) => {
      const api = apiNow();
      const visit = visitOf(request);
      const url = request.raw.url ?? '';
      const target = apiTarget(url, prefix);
      checkApiQuery(url);
      const caller = await relay.admit(visit.facts, request.ip);
      visit.caller = caller;
      await api.handle({
        request: request.raw,
        response: reply.raw,
        target,
        facts: visit.facts,
        caller,
        traceparent: visit.trace?.traceparent,
        listedOrigin: relay.origins.listed(visit.facts),
        // A header of a Fastify host is not on the answer yet, and will not be, as the proxy writes past it.
        hsts: String(reply.getHeader('strict-transport-security') ?? hsts),
        takeOver: () => {
          reply.hijack();
        },
        broke: () => {
          visit.code = 'api_unreachable';
        },
        name: (operation) => {
          visit.operation = operation;
        }
      });
    }
  });
}
