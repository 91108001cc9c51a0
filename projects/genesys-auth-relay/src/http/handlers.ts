import { RELAY_PATHS } from 'genesys-auth-protocol';
import { readTokenAsk } from '../guard/body.ts';
import { checkApiQuery } from '../guard/query.ts';
import type { TokenAsk } from '../guard/token-ask.ts';
import { TICKET_SECONDS } from '../hub/clients/ticket.ts';
import type { Caller } from '../identify/caller.ts';
import type { ApiProxy } from '../proxy/proxy.ts';
import { apiTarget } from '../proxy/target.ts';
import type { Relay } from '../relay/relay.ts';
import { RelayProblem } from '../reply/problem.ts';
import { jsonAnswer } from '../reply/write.ts';
import type { Call, Handler } from './call.ts';

/** Identifies the caller and takes one request from the caller's rate limit. */
async function identify(relay: Relay, call: Call, ask?: TokenAsk): Promise<Caller> {
  call.caller = await relay.admit(call.head, call.ip, ask);
  return call.caller;
}

/** `POST /token` */
export const createTokenHandler =
  (relay: Relay, bodyBytes: number): Handler =>
  async (call) => {
    const ask = await readTokenAsk(call.request, bodyBytes);
    const caller = await identify(relay, call, ask);
    return jsonAnswer(await relay.token(caller, ask));
  };

/** `GET /session` */
export const createSessionHandler =
  (relay: Relay): Handler =>
  async (call) =>
    jsonAnswer(relay.session(await identify(relay, call)));

/** `POST /notifications/ticket` */
export const createTicketHandler =
  (relay: Relay, { tickets }: NonNullable<Relay['hub']>): Handler =>
  async (call) => {
    const caller = await identify(relay, call);
    relay.signIn?.checkPage(caller, call.head);
    relay.checkHub(caller);
    const ticket = await tickets.issue({ caller, origin: call.head.headers['origin'] });
    return jsonAnswer({ ticket, expires_in: TICKET_SECONDS });
  };

/** `GET /notifications` without an upgrade */
export const createNotificationsHandler =
  (prefix: string): Handler =>
  () => {
    throw new RelayProblem('upgrade_required', 'This path is a WebSocket.', {
      hint: `Open it with new WebSocket(); a browser first gets a ticket from POST ${prefix}${RELAY_PATHS.ticket}.`,
      headers: { upgrade: 'websocket' }
    });
  };

/** Returns the current proxy. Call it for each request, because a reload may replace the configuration. */
export function apiOf({ api }: Relay): ApiProxy {
  if (api !== undefined) return api;
  throw new RelayProblem('token_mode', 'This relay issues tokens; it does not forward API calls.', {
    hint: 'Call the API itself with a token, or set mode: proxy in the configuration of the relay.'
  });
}

/** API calls. The proxy checks them and streams the answers of the API. */
export const createApiHandler =
  (relay: Relay, prefix: string): Handler =>
  async (call) => {
    apiOf(relay);
    const { request, response, head, trace, relayHeaders } = call;
    const url = request.url ?? '';
    const target = apiTarget(url, prefix);
    checkApiQuery(url);
    const caller = await identify(relay, call);
    relay.signIn?.checkPage(caller, head);
    // A reload may have replaced the configuration while the caller was identified.
    await apiOf(relay).handle({
      request,
      response,
      target,
      head,
      caller,
      traceparent: trace?.traceparent,
      relayHeaders,
      broke: () => {
        call.code = 'api_unreachable';
      },
      name: (operation) => {
        call.operation = operation;
      }
    });
    return undefined;
  };
