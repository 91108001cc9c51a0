import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { RELAY_PATHS } from 'genesys-auth-protocol';
import type { RelayConfig } from '../config/config.ts';
import { countHeader, readHead } from '../guard/request-head.ts';
import { checkQuery } from '../guard/query.ts';
import type { Relay } from '../relay/relay.ts';
import { relayHeaders } from '../reply/headers.ts';
import { RelayProblem, problemAnswer, problemOf } from '../reply/problem.ts';
import { type Answer, writeAnswer } from '../reply/write.ts';
import type { RelayRuntime } from '../runtime/runtime.ts';
import { inTrace, readTrace } from '../runtime/trace.ts';
import { type HostRequest, type RequestContext, logRequest } from './request-context.ts';
import { MAX_URL_LENGTH, malformed } from './malformed.ts';
import { PAGE_HEADERS, preflight } from './preflight.ts';
import { API_PATH, type Route, createRoutes, findRoute, pathBelow, servedRoutes } from './routes.ts';

/** Serves one request. */
export type RequestListener = (request: IncomingMessage, response: ServerResponse, host?: HostRequest) => void;

/** How a listener is mounted. */
export interface Mount {
  /** Path the relay is mounted at, for example `/genesys`. Default: none. */
  readonly prefix?: string;
  /** Whether new requests are refused. */
  readonly isStopping?: () => boolean;
  /** Whether connections close after their answer. */
  readonly isDraining?: () => boolean;
}

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Refuses requests that are not well-formed. */
function checkForm({ httpVersion, rawHeaders, url = '' }: IncomingMessage): void {
  // RFC 9112 section 3.2.
  if (httpVersion === '1.1' && countHeader(rawHeaders, 'host') !== 1) throw malformed();
  if (url.length > MAX_URL_LENGTH) throw malformed('uri_too_long');
}

const takes = ({ methods, servesHead }: Route, method: string): boolean =>
  methods.includes(method) || (servesHead === true && method === 'HEAD');

function methodNotAllowed({ methods }: Route): RelayProblem {
  const allowed = methods.join(', ');
  return new RelayProblem('method_not_allowed', `This path takes ${allowed} only.`, {
    hint: `Send ${allowed}.`,
    headers: { allow: `${allowed}, OPTIONS` }
  });
}

/** Builds the listener that serves all requests of the relay, wherever it is mounted. */
export function createRequestListener(
  relay: Relay,
  config: RelayConfig,
  runtime: RelayRuntime,
  mount: Mount = {}
): RequestListener {
  const { prefix = '', isStopping = () => false, isDraining = () => false } = mount;
  const routes = createRoutes(relay, config, prefix);
  const { includeSubDomains } = config.hsts;

  function notFound(): RelayProblem {
    const own = servedRoutes(routes).filter(({ path }) => path !== API_PATH);
    const served = own.map(({ path, methods }) => `${methods.join(', ')} ${prefix}${path}`).join(' and ');
    const api = relay.apiProxy === undefined ? '' : `, and calls of the API below ${prefix}${RELAY_PATHS.api}/`;
    return new RelayProblem('not_found', 'The relay has no such path.', { hint: `It serves ${served}${api}.` });
  }

  /** @throws RelayProblem */
  async function handleRequest(context: RequestContext, route: Route | undefined): Promise<Answer | undefined> {
    const { request, head } = context;
    const method = request.method ?? '';
    if (isStopping()) {
      throw new RelayProblem('not_ready', 'The relay is stopping.', { hint: 'Try again.', retryAfterSeconds: 1 });
    }
    if (context.route === 'none') throw malformed();
    checkForm(request);
    if (route?.checksQuery !== true) checkQuery(request.url ?? '');
    if (route === undefined) throw notFound();
    if (method === 'OPTIONS') {
      return preflight(head, relay.origins, route.methods.join(', '), route.pageHeaders?.() ?? PAGE_HEADERS);
    }
    if (!takes(route, method)) throw methodNotAllowed(route);
    return route.handle(context);
  }

  /** The answer for an error. */
  function refuse(context: RequestContext, error: unknown): Answer {
    const problem = problemOf(error, context.id, runtime.log);
    context.code = problem.code;
    return problemAnswer(problem, context.id, context.route === RELAY_PATHS.token);
  }

  async function serve(context: RequestContext, route: Route | undefined): Promise<void> {
    const { response } = context;
    try {
      const answer = await handleRequest(context, route);
      if (answer !== undefined) writeAnswer(response, answer, context.relayHeaders());
    } catch (error) {
      writeAnswer(response, refuse(context, error), context.relayHeaders());
    }
    logRequest(context, config, runtime);
  }

  return (request, response, host = {}) => {
    const path = host.path ?? pathBelow(prefix, request.url ?? '');
    const route = path === undefined ? undefined : findRoute(servedRoutes(routes), path);
    const head = readHead(request);
    const context: RequestContext = {
      id: host.id !== undefined && UUID.test(host.id) ? host.id : randomUUID(),
      request,
      response,
      head,
      ip: host.ip,
      route: path === undefined ? 'none' : (route?.path ?? 'other'),
      trace: readTrace(head.headers['traceparent']),
      relayHeaders: (options) =>
        relayHeaders(response, {
          includeSubDomains,
          listedOrigin: relay.origins.listed(head),
          close: isStopping() || isDraining(),
          ...options
        }),
      startedAt: runtime.clock.monotonic(),
      caller: undefined,
      code: undefined,
      operation: undefined
    };
    void inTrace(context.trace, () => serve(context, route));
  };
}
