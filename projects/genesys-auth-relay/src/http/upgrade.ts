import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { CLOSE_CODES, NOTIFICATIONS_PROTOCOL, RELAY_PATHS, TICKET_PROTOCOL_PREFIX } from 'genesys-auth-protocol';
import { WebSocketServer } from 'ws';
import type { RelayConfig } from '../config/config.ts';
import { closeSocket } from '../hub/clients/client.ts';
import { readHead } from '../guard/request-head.ts';
import { checkQuery } from '../guard/query.ts';
import { createRateLimit, rateLimited } from '../guard/rate.ts';
import type { Caller } from '../identify/caller.ts';
import { invalidCredentials } from '../identify/unauthorized.ts';
import type { Relay } from '../relay/relay.ts';
import { relayHeaders } from '../reply/headers.ts';
import { RelayProblem, problemAnswer, problemOf } from '../reply/problem.ts';
import { writeToSocket } from '../reply/write.ts';
import type { RelayRuntime } from '../runtime/runtime.ts';
import { subjectOf } from './request-context.ts';

/** Maximum size in bytes of one message of a client. */
const MAX_MESSAGE_BYTES = 262_144;

/** 32 bytes in base64url, as the hub issues them. */
const TICKET = /^[\w-]{43}$/;

/** Takes a request that wants to become a WebSocket. Returns `false`, and leaves it alone, if its path is not the hub's. */
export type UpgradeHandler = (request: IncomingMessage, socket: Duplex, head: Buffer) => boolean;

/** Maximum number of subprotocols that are read from one request. A client of the hub offers two. */
const MAX_PROTOCOLS = 20;

const protocolsOf = (header: string | undefined): readonly string[] =>
  (header ?? '')
    .split(',', MAX_PROTOCOLS)
    .map((name) => name.trim())
    .filter((name) => name !== '');

/** @param why which header `ws` refused */
const badHandshake = (why: string) =>
  new RelayProblem('invalid_request', `The WebSocket handshake is not well-formed: ${why}.`, {
    hint: 'Check the WebSocket client, and the proxies in between (RFC 6455 section 4.1).',
    headers: { 'sec-websocket-version': '13' }
  });

const noTicket = () =>
  invalidCredentials(
    'The ticket is unknown, already used, expired, or was issued to another origin.',
    `Get a new one with POST ${RELAY_PATHS.ticket}: a ticket is valid once, for 30 seconds, from one origin.`
  );

/**
 * Answers the handshake of the hub's WebSockets (RFC 6455 section 4.2). The caller is identified first: by a ticket in
 * `Sec-WebSocket-Protocol`, or, for programs, by the `Authorization` header.
 *
 * @param basePath path the relay is mounted at
 */
export function createUpgrade(
  relay: Relay,
  config: Pick<RelayConfig, 'log' | 'hsts'>,
  { log, clock, observer }: RelayRuntime,
  basePath: string
): UpgradeHandler {
  const { hub } = relay;
  // Counts wrong tickets by address. The lookup of a ticket costs a request to the shared store, so guesses are limited.
  const wrongTickets = createRateLimit(relay.defaultRequestsPerMinute, clock);
  const server = new WebSocketServer({
    noServer: true,
    perMessageDeflate: false,
    maxPayload: MAX_MESSAGE_BYTES,
    handleProtocols: (offered) => (offered.has(NOTIFICATIONS_PROTOCOL) ? NOTIFICATIONS_PROTOCOL : false)
  });

  /**
   * Writes and logs the problem of a refused handshake.
   *
   * @param startedAt on the monotonic clock
   */
  function refuseHandshake(socket: Duplex, error: unknown, startedAt: number): void {
    const requestId = randomUUID();
    const problem = problemOf(error, requestId, log);
    const { status, code } = problem;
    if (problem === error) log.warn({ event: 'hub_refused', requestId, code }, 'refused');
    const seconds = (clock.monotonic() - startedAt) / 1000;
    observer.requestAnswered?.({ route: RELAY_PATHS.notifications, status, code }, seconds);
    writeToSocket(socket, problemAnswer(problem, requestId), relayHeaders(undefined, config.hsts));
  }

  server.on('wsClientError', ({ message }, socket) => {
    refuseHandshake(socket, badHandshake(message), clock.monotonic());
  });

  async function callerOf(request: IncomingMessage): Promise<Caller> {
    const head = readHead(request);
    checkQuery(request.url ?? '');
    const ticket = protocolsOf(head.headers['sec-websocket-protocol']).find((name) =>
      name.startsWith(TICKET_PROTOCOL_PREFIX)
    );
    if (ticket === undefined) {
      const caller = await relay.admit(head);
      // A page of any site may open a WebSocket, and the browser sends the cookie with it.
      if (caller.identity === 'session') throw noTicket();
      return caller;
    }
    if (head.headers['authorization'] !== undefined) {
      throw new RelayProblem('invalid_request', 'The request has credentials in more than one place.', {
        hint: 'Use one: a ticket, or the Authorization header.'
      });
    }
    const origin = head.count('origin') > 1 ? '' : head.headers['origin'];
    // Counted before the lookup, so that parallel guesses count as well.
    const address = relay.clientAddress(head);
    const seconds = wrongTickets.take(address, relay.defaultRequestsPerMinute);
    if (seconds > 0) throw rateLimited(seconds, 'Too many wrong tickets came from this address.');
    const value = ticket.slice(TICKET_PROTOCOL_PREFIX.length);
    const grant = TICKET.test(value) ? await hub?.tickets.redeem(value, origin) : undefined;
    if (grant === undefined) throw noTicket();
    wrongTickets.refund(address);
    return grant.caller;
  }

  async function acceptHandshake(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    if (hub === undefined)
      throw new RelayProblem('not_found', 'The relay has no notification hub.', {
        hint: 'Add the section notifications.'
      });
    if (request.method !== 'GET' || request.headers.upgrade?.toLowerCase() !== 'websocket') {
      throw new RelayProblem('upgrade_required', 'This path is a WebSocket.', { headers: { upgrade: 'websocket' } });
    }
    const identified = await callerOf(request);
    // The configuration may have been reloaded since the ticket was issued, or while the caller was identified.
    const known = relay.revalidate(identified);
    const caller = known && relay.signIn ? await relay.signIn.rereadSession(known) : known;
    if (caller === undefined) throw invalidCredentials('The credential is no longer valid.', 'Sign in again.');
    if (hub.isStopping()) {
      throw new RelayProblem('not_ready', 'The relay is stopping.', { hint: 'Connect again; another relay answers.' });
    }
    const entitlement = relay.checkHub(caller);
    const offered = protocolsOf(request.headers['sec-websocket-protocol']);
    const dialect = offered.includes(NOTIFICATIONS_PROTOCOL) ? 'native' : 'rpc';
    const full = hub.reachedLimit(caller);
    if (full !== undefined && dialect === 'rpc') {
      throw new RelayProblem('rate_limited', `No socket: ${full}.`, {
        hint: 'Share one socket in the app, or close some.',
        retryAfterSeconds: 5
      });
    }
    server.handleUpgrade(request, socket, head, (webSocket) => {
      // A browser does not show the status of a refused handshake to the page, only the code of a close frame.
      if (full !== undefined) {
        closeSocket(webSocket, CLOSE_CODES.limit, full);
        return;
      }
      const requestId = randomUUID();
      const { identity } = caller;
      const subject = subjectOf(caller, config.log.subject);
      log.info({ event: 'hub_connected', requestId, identity, subject }, 'socket opened');
      hub.connect(webSocket, socket, { caller, entitlement, dialect });
    });
  }

  return (request, socket, head) => {
    const path = (request.url ?? '').split('?', 1)[0];
    if (path !== `${basePath}${RELAY_PATHS.notifications}`) return false;
    const startedAt = clock.monotonic();
    socket.on('error', () => {
      socket.destroy();
    });
    acceptHandshake(request, socket, head).catch((error: unknown) => {
      refuseHandshake(socket, error, startedAt);
    });
    return true;
  };
}
