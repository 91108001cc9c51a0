import { RELAY_PATHS } from 'genesys-auth-protocol';
import { readTokenRequest } from '../guard/body.ts';
import { checkApiQuery } from '../guard/query.ts';
import type { TokenRequestBody } from '../guard/token-request-body.ts';
import { TICKET_SECONDS } from '../hub/clients/ticket.ts';
import type { Caller } from '../identify/caller.ts';
import type { ApiProxy } from '../proxy/proxy.ts';
import { apiTarget } from '../proxy/target.ts';
import type { Relay } from '../relay/relay.ts';
import { RelayProblem } from '../reply/problem.ts';
import { jsonAnswer } from '../reply/write.ts';
import type { RequestContext, RouteHandler } from './request-context.ts';

/** Identifies the caller and takes one request from the caller's rate limit. */
async function admit(relay: Relay, context: RequestContext, body?: TokenRequestBody): Promise<Caller> {
  context.caller = await relay.admit(context.head, context.ip, body);
  return context.caller;
}

/** `POST /token` */
export const createTokenHandler =
  (relay: Relay, bodyBytes: number): RouteHandler =>
  async (context) => {
    const body = await readTokenRequest(context.request, bodyBytes);
    const caller = await admit(relay, context, body);
    return jsonAnswer(await relay.token(caller, body));
  };

/** `GET /session` */
export const createSessionHandler =
  (relay: Relay): RouteHandler =>
  async (context) =>
    jsonAnswer(relay.describeCaller(await admit(relay, context)));

/** `POST /notifications/ticket` */
export const createTicketHandler =
  (relay: Relay, { tickets }: NonNullable<Relay['hub']>): RouteHandler =>
  async (context) => {
    const caller = await admit(relay, context);
    relay.signIn?.checkPage(caller, context.head);
    relay.checkHub(caller);
    const ticket = await tickets.issue({ caller, origin: context.head.headers['origin'] });
    return jsonAnswer({ ticket, expires_in: TICKET_SECONDS });
  };

/** `GET /notifications` without an upgrade */
export const createNotificationsHandler =
  (prefix: string): RouteHandler =>
  () => {
    throw new RelayProblem('upgrade_required', 'This path is a WebSocket.', {
      hint: `Open it with new WebSocket(); a browser first gets a ticket from POST ${prefix}${RELAY_PATHS.ticket}.`,
      headers: { upgrade: 'websocket' }
    });
  };

/** Returns the current proxy for API calls. Call it for each request, because a reload may replace the configuration. */
function apiProxyOf({ apiProxy }: Relay): ApiProxy {
  if (apiProxy !== undefined) return apiProxy;
  throw new RelayProblem('token_mode', 'This relay issues tokens; it does not forward API calls.', {
    hint: 'Call the API itself with a token, or set mode: proxy in the configuration of the relay.'
  });
}

/** API calls. The proxy checks them and streams the answers of the API. */
export const createApiHandler =
  (relay: Relay, prefix: string): RouteHandler =>
  async (context) => {
    // Throws in token mode, before anything is read.
    apiProxyOf(relay);
    const { request, response, head, trace, relayHeaders } = context;
    const url = request.url ?? '';
    const target = apiTarget(url, prefix);
    checkApiQuery(url);
    const caller = await admit(relay, context);
    relay.signIn?.checkPage(caller, head);
    // A reload may have replaced the configuration while the caller was identified.
    await apiProxyOf(relay).handle({
      request,
      response,
      target,
      head,
      caller,
      traceparent: trace?.traceparent,
      relayHeaders,
      onBroken: () => {
        context.code = 'api_unreachable';
      },
      onOperation: (operation) => {
        context.operation = operation;
      }
    });
    return undefined;
  };
