import type { IncomingMessage, ServerResponse } from 'node:http';
import { RELAY_PATHS } from 'genesys-auth-protocol';
import type { RelayConfig } from '../config/config.ts';
import { countHeader } from '../guard/facts.ts';
import type { Relay } from '../relay/relay.ts';
import { createHeaderList, transportSecurity } from '../reply/headers.ts';
import { errorFields } from '../reply/log-fields.ts';
import { problemBody, problemHeaders } from '../reply/problem.ts';
import { safeJson } from '../reply/safe-text.ts';
import type { RelayRuntime } from '../runtime/runtime.ts';
import { API_ROUTE, answerApi, isPlainCall } from './api-route.ts';
import type { Gate } from './gate.ts';
import { problemOf } from './problem-of.ts';
import { answerToken } from './token-route.ts';
import { CALLER_LEFT, type Visit, answeredStatus, createVisits } from './visits.ts';

/** The shape of a listener of node:http. */
export type Door = (request: IncomingMessage, response: ServerResponse) => void;

/** What the front door stands before. */
export interface Behind {
  readonly relay: Relay;
  readonly gate: Gate;
  /** Whether connections should not be kept for another request. */
  readonly isDraining: () => boolean;
  /** Path the relay is mounted at. */
  readonly basePath: string;
  /** Fastify, for every other request. */
  readonly otherwise: Door;
}

/**
 * Whether a request needs nothing of what Fastify's life cycle does for it: well-formed beyond doubt, and no host has put
 * anything on its answer. Its path is compared as it came; any other spelling takes the long way.
 */
const isPlain = ({ httpVersion, rawHeaders }: IncomingMessage, response: ServerResponse): boolean =>
  httpVersion === '1.1' &&
  countHeader(rawHeaders, 'host') === 1 &&
  !response.headersSent &&
  response.getHeaderNames().length === 0;

const JSON_TYPE = ['content-type', 'application/json; charset=utf-8'];
const nothing = (): void => undefined;

/**
 * Answers the requests that come most often without the routing and the life cycle of Fastify, which take several times as
 * long as their answers. The rules are the same functions on both ways; only reading and writing is shorter here.
 */
export function createFrontDoor(config: RelayConfig, runtime: RelayRuntime, behind: Behind): Door {
  const { relay, gate, isDraining, basePath, otherwise } = behind;
  const { log } = runtime;
  const visits = createVisits(config, runtime);
  const headersFor = createHeaderList(config.hsts.includeSubDomains);
  const hsts = transportSecurity(config.hsts.includeSubDomains);
  const apiUrl = `${basePath}${RELAY_PATHS.api}/`;
  const tokenUrl = `${basePath}${RELAY_PATHS.token}`;

  function write(
    response: ServerResponse,
    visit: Visit,
    status: number,
    headers: readonly string[],
    body: string
  ): void {
    // Something of the host has answered meanwhile, a time limit for example: what is out cannot be taken back.
    if (response.headersSent) {
      response.destroy();
      return;
    }
    const list = [...headersFor(relay.origins.listed(visit.facts)), ...headers];
    list.push('content-length', String(Buffer.byteLength(body)));
    if (gate.closing || isDraining()) list.push('connection', 'close');
    response.writeHead(status, list);
    response.end(body);
  }

  function refuse(response: ServerResponse, visit: Visit, error: unknown, oauth: boolean): number {
    const problem = problemOf(error);
    if (problem.code === 'internal_error') {
      log.error({ event: 'internal_error', requestId: visit.id, ...errorFields(error) }, 'unexpected error');
    }
    visit.code = problem.code;
    const body = safeJson(problemBody(problem, visit.id, oauth));
    write(response, visit, problem.status, Object.entries(problemHeaders(problem)).flat(), body);
    return problem.status;
  }

  async function serveToken(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const visit = visits.begin(request);
    gate.enter();
    // Read before the answer is written: the caller may close the connection as soon as it has the answer.
    let left: boolean;
    let status = 200;
    try {
      const answer = await answerToken(relay, { visit, request }, config.limits.bodyBytes);
      left = response.destroyed;
      write(response, visit, 200, JSON_TYPE, JSON.stringify(answer));
    } catch (error) {
      left = response.destroyed;
      status = refuse(response, visit, error, true);
    }
    gate.leave(response);
    visits.end(visit, { method: 'POST', status: left ? CALLER_LEFT : status, route: RELAY_PATHS.token });
  }

  async function serveCall(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const visit = visits.begin(request);
    gate.enter();
    if (isDraining()) response.setHeader('connection', 'close');
    try {
      const ip = visit.facts.peer;
      await answerApi(relay, { visit, request, response, ip, prefix: basePath, hsts, takeOver: nothing });
    } catch (error) {
      if (response.headersSent) response.destroy();
      else refuse(response, visit, error, false);
    }
    gate.leave(response);
    visits.end(visit, { method: request.method ?? '', status: answeredStatus(response), route: API_ROUTE });
  }

  return (request, response) => {
    const mayServe = !gate.closing && isPlain(request, response);
    if (mayServe && request.url === tokenUrl && request.method === 'POST') void serveToken(request, response);
    else if (mayServe && relay.api !== undefined && isPlainCall(request, apiUrl)) void serveCall(request, response);
    else otherwise(request, response);
  };
}
