import type { IncomingMessage, ServerResponse } from 'node:http';
import { RELAY_PATHS } from 'genesys-auth-protocol';
import { checkApiQuery } from '../guard/query.ts';
import { hasBody } from '../proxy/body.ts';
import { apiTarget } from '../proxy/target.ts';
import type { Relay } from '../relay/relay.ts';
import { RelayProblem } from '../reply/problem.ts';
import { MAX_URL_LENGTH } from './malformed.ts';
import type { Visit } from './visits.ts';

/** The route of all calls of the API, as Fastify, the log and the metrics name it. */
export const API_ROUTE = `${RELAY_PATHS.api}/*`;
/** The methods it takes. */
export const API_METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'];

/** A call of the API, by whichever door it came. */
export interface ApiVisit {
  readonly visit: Visit;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** The client's address as the embedding server reports it; see `Relay.clientAddress`. */
  readonly ip: string;
  /** Path the relay is mounted at. */
  readonly prefix: string;
  /** See `ApiExchange`. */
  readonly hsts: string;
  readonly takeOver: () => void;
}

/** The proxy; asked for at each request, as a new configuration may come while the relay serves. */
export function apiOf({ api }: Relay) {
  if (api !== undefined) return api;
  throw new RelayProblem('token_mode', 'This relay hands out tokens; it does not pass calls of the API on.', {
    hint: 'Call the API itself with a token, or set mode: proxy in the configuration of the relay.'
  });
}

/**
 * Whether a request is a call that needs nothing of what Fastify's life cycle does: without a body, and its path is written
 * as it is read, without escapes. Any other takes the long way, where the same rules hold.
 *
 * @param start path of the API at this relay, with a slash at its end
 */
export function isPlainCall(request: IncomingMessage, start: string): boolean {
  const { method, url = '' } = request;
  if (!url.startsWith(start) || url.length > MAX_URL_LENGTH) return false;
  const escape = url.indexOf('%');
  if (escape !== -1 && !url.slice(0, escape).includes('?')) return false;
  return (method === 'GET' || method === 'HEAD' || method === 'DELETE') && !hasBody(request);
}

/**
 * Passes a call on: identifies the caller, checks the call, streams the answer of the API.
 *
 * @throws RelayProblem with any code of the endpoint, as long as nothing of the answer is sent
 */
export async function answerApi(
  relay: Relay,
  { visit, request, response, ip, prefix, hsts, takeOver }: ApiVisit
): Promise<void> {
  apiOf(relay);
  const url = request.url ?? '';
  const target = apiTarget(url, prefix);
  checkApiQuery(url);
  const { facts } = visit;
  const caller = await relay.admit(facts, ip);
  visit.caller = caller;
  relay.signIn?.checkPage(caller, facts);
  // A reload may have come while the caller was identified.
  await apiOf(relay).handle({
    request,
    response,
    target,
    facts,
    caller,
    traceparent: visit.trace?.traceparent,
    listedOrigin: relay.origins.listed(facts),
    hsts,
    takeOver,
    broke: () => {
      visit.code = 'api_unreachable';
    },
    name: (operation) => {
      visit.operation = operation;
    }
  });
}
