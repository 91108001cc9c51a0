import { RELAY_PATHS, type TicketResponse } from 'genesys-auth-protocol';
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { RelayConfig } from '../config/config.ts';
import { checkQuery } from '../guard/query.ts';
import { TICKET_SECONDS } from '../hub/clients/ticket.ts';
import type { Relay } from '../relay/relay.ts';
import { setHeaders } from '../reply/headers.ts';
import { errorFields } from '../reply/log-fields.ts';
import { RelayProblem, problemBody, problemHeaders } from '../reply/problem.ts';
import { safeJson } from '../reply/safe-text.ts';
import type { RelayRuntime } from '../runtime/runtime.ts';
import { whenClosed } from '../runtime/when-closed.ts';
import { API_ROUTE } from './api-route.ts';
import { addApiRoutes } from './api-routes.ts';
import { CALLER_HEADERS, preflight } from './preflight.ts';
import { problemOf } from './problem-of.ts';
import { SIGN_IN_SERVED, addSignInRoutes, isSignInPage } from './sign-in-routes.ts';
import { answerToken } from './token-route.ts';
import { type Visit, answeredStatus, createVisits } from './visits.ts';

const ALWAYS_SERVED = [
  [RELAY_PATHS.token, 'POST'],
  [RELAY_PATHS.session, 'GET']
] as const;
const HUB_SERVED = [
  [RELAY_PATHS.ticket, 'POST'],
  [RELAY_PATHS.notifications, 'GET']
] as const;

/**
 * Adds the relay's routes to a Fastify instance of its own context.
 *
 * @param app instance to add to; hooks and handlers stay inside it
 * @param alone whether the instance serves nothing but the relay, so that every other path is the relay's 404
 */
export function addRoutes(
  app: FastifyInstance,
  relay: Relay,
  config: RelayConfig,
  runtime: RelayRuntime,
  alone: boolean
): void {
  const METHODS: ReadonlyMap<string, string> = new Map<string, string>([
    ...ALWAYS_SERVED,
    ...(config.signIn === undefined ? [] : SIGN_IN_SERVED),
    ...(relay.hub === undefined ? [] : HUB_SERVED)
  ]);
  const { log } = runtime;
  const visits = createVisits(config, runtime);
  // Beside the request, so that a host's request objects stay as they are.
  const known = new WeakMap<FastifyRequest, Visit>();
  const visitOf = (request: FastifyRequest): Visit => {
    const visit = known.get(request) ?? visits.begin(request.raw, request.id);
    known.set(request, visit);
    return visit;
  };
  const prefix = app.prefix.replace(/\/$/, '');
  // The route's own path where there is one: the target of a request may be written in several ways.
  const pathOf = (request: FastifyRequest): string => {
    const path = request.routeOptions.url ?? request.raw.url?.split('?', 1)[0] ?? '';
    return path.startsWith(prefix) ? path.slice(prefix.length) : path;
  };

  function answer(request: FastifyRequest, reply: FastifyReply, problem: RelayProblem): FastifyReply {
    visitOf(request).code = problem.code;
    const body = problemBody(problem, visitOf(request).id, pathOf(request) === RELAY_PATHS.token);
    // As bytes: for a string Fastify would add a charset, which this media type does not have.
    return reply
      .code(problem.status)
      .headers(problemHeaders(problem))
      .send(Buffer.from(safeJson(body)));
  }

  function refuseMethod(allowed: string): never {
    throw new RelayProblem('method_not_allowed', `This path takes ${allowed} only.`, {
      hint: `Send ${allowed}.`,
      headers: { allow: `${allowed}, OPTIONS` }
    });
  }

  app.addHook('onRequest', (request, reply, done) => {
    visitOf(request);
    // Fastify calls `onResponse` for an answer that is out as a whole, and for no other.
    whenClosed(reply.raw, () => {
      if (!reply.raw.writableFinished) end(request, answeredStatus(reply.raw));
    });
    // Calls of the API have a rule of their own: their queries are the API's. Genesys Cloud sends a code to the callback.
    const path = pathOf(request);
    if (path !== API_ROUTE && !(config.signIn !== undefined && isSignInPage(path))) checkQuery(request.raw.url ?? '');
    done();
  });
  app.addHook('onSend', (request, reply, payload, done) => {
    setHeaders(reply, relay.origins.listed(visitOf(request).facts), config.hsts.includeSubDomains);
    done(null, payload);
  });
  const ended = new WeakSet<FastifyRequest>();
  const end = (request: FastifyRequest, status: number): void => {
    if (ended.has(request)) return;
    ended.add(request);
    const path = pathOf(request);
    const route = METHODS.has(path) || path === API_ROUTE ? path : 'other';
    visits.end(visitOf(request), { method: request.method, status, route });
  };
  app.addHook('onResponse', (request, reply, done) => {
    end(request, reply.statusCode);
    done();
  });
  app.setErrorHandler<FastifyError | RelayProblem>((error, request, reply) => {
    const problem = problemOf(error);
    if (problem.code === 'internal_error') {
      log.error({ event: 'internal_error', requestId: visitOf(request).id, ...errorFields(error) }, 'unexpected error');
    }
    return answer(request, reply, problem);
  });
  if (alone || app.prefix !== '') {
    app.setNotFoundHandler((request) => {
      const allowed = METHODS.get(pathOf(request));
      if (allowed !== undefined) refuseMethod(allowed);
      throw new RelayProblem('not_found', 'The relay has no such path.', {
        hint: `It serves ${[...METHODS].map(([path, method]) => `${method} ${prefix}${path}`).join(' and ')}${relay.api === undefined ? '' : `, and calls of the API below ${prefix}${RELAY_PATHS.api}/`}.`
      });
    });
  }

  // Bodies are read by the handler itself, within its own limit, so that nothing is parsed before the checks.
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', (_request, _payload, done) => {
    done(null);
  });

  // Fastify's own request lines would hold the URL, so they are off for these routes.
  const quiet = { logLevel: 'silent' } as const;
  for (const [url, allowed] of METHODS) {
    app.options(url, quiet, (request, reply) =>
      preflight(visitOf(request).facts, reply, relay.origins, { allowed, headers: CALLER_HEADERS })
    );
    const others = app.supportedMethods.filter((method) => ![allowed, 'OPTIONS'].includes(method));
    const isHead = (method: string) => method === 'HEAD' && allowed === 'GET';
    app.route({
      ...quiet,
      method: others.filter((method) => !isHead(method)),
      url,
      exposeHeadRoute: false,
      onRequest: () => refuseMethod(allowed),
      handler: () => refuseMethod(allowed)
    });
  }

  app.post(RELAY_PATHS.token, quiet, (request) => {
    const { raw, ip } = request;
    return answerToken(relay, { visit: visitOf(request), request: raw, ip }, config.limits.bodyBytes);
  });
  app.get(RELAY_PATHS.session, quiet, async (request) => {
    const caller = await relay.admit(visitOf(request).facts, request.ip);
    visitOf(request).caller = caller;
    return relay.session(caller);
  });
  if (config.signIn !== undefined) addSignInRoutes(app, relay, visitOf);
  addApiRoutes(app, relay, config, { visitOf, prefix });
  const { hub } = relay;
  if (hub === undefined) return;
  app.post(RELAY_PATHS.ticket, quiet, async (request): Promise<TicketResponse> => {
    const { facts } = visitOf(request);
    const caller = await relay.admit(facts, request.ip);
    visitOf(request).caller = caller;
    relay.signIn?.checkPage(caller, facts);
    relay.checkHub(caller);
    relay.entitlement(caller);
    return {
      ticket: await hub.tickets.issue({ caller, origin: facts.headers['origin'] }),
      expires_in: TICKET_SECONDS
    };
  });
  app.get(RELAY_PATHS.notifications, { ...quiet, exposeHeadRoute: false }, () => {
    throw new RelayProblem('upgrade_required', 'This path is a WebSocket.', {
      hint: `Open it with new WebSocket(); a browser first gets a ticket from POST ${prefix}${RELAY_PATHS.ticket}.`,
      headers: { upgrade: 'websocket' }
    });
  });
}
