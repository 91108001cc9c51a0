import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { RelayConfig } from '../config/config.ts';
import type { Relay } from '../relay/relay.ts';
import { transportSecurity } from '../reply/headers.ts';
import { API_METHODS, API_ROUTE, answerApi, apiOf } from './api-route.ts';
import { apiCallerHeaders, preflight } from './preflight.ts';
import type { Visit } from './visits.ts';

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
  const allowed = API_METHODS.join(', ');
  const hsts = transportSecurity(config.hsts.includeSubDomains);
  app.options(API_ROUTE, quiet, (request, reply) => {
    const headers = apiCallerHeaders(apiOf(relay).forwardHeaders);
    return preflight(visitOf(request).facts, reply, relay.origins, { allowed, headers });
  });
  app.route({
    ...quiet,
    method: API_METHODS,
    handler: (request, reply) =>
      answerApi(relay, {
        visit: visitOf(request),
        request: request.raw,
        response: reply.raw,
        ip: request.ip,
        prefix,
        // A header of a Fastify host is not on the answer yet, and will not be, as the proxy writes past it.
        hsts: String(reply.getHeader('strict-transport-security') ?? hsts),
        takeOver: () => {
          reply.hijack();
        }
      })
  });
}
