import { randomUUID } from 'node:crypto';
import { type Server, createServer } from 'node:http';
import type { Duplex } from 'node:stream';
import type { RelayConfig } from '../config/config.ts';
import type { Relay } from '../relay/relay.ts';
import { relayHeaders } from '../reply/headers.ts';
import { RelayProblem, problemAnswer } from '../reply/problem.ts';
import { writeToSocket } from '../reply/write.ts';
import type { RelayRuntime } from '../runtime/runtime.ts';
import { ignoreUpgrade } from './ignore-upgrade.ts';
import { closeServer } from './bind.ts';
import { malformed } from './malformed.ts';
import { createHttpRelay } from './http-relay.ts';
import { createUpgrade } from './upgrade.ts';

/** Longer than load balancers in front of the relay keep an idle connection, so that they close it first. */
const KEEP_ALIVE_MS = 65_000;
/** Shortest time in which a silent connection is closed, in milliseconds. */
const IDLE_MS = 30_000;

/** The public server of a relay. */
export interface PublicServer {
  readonly server: Server;
  readonly relay: Relay;
  /** Replaces the configuration. */
  readonly reload: (config: RelayConfig) => Promise<void>;
  /** Refuses new requests, waits for the requests in flight, then closes everything. */
  readonly close: () => Promise<void>;
}

/**
 * Builds the public server, which does not listen yet. Node itself answers nothing: each refusal is a problem, in the log and in
 * the metrics.
 *
 * @param isDraining whether connections close after their answer
 */
export async function createPublicServer(
  config: RelayConfig,
  runtime: RelayRuntime,
  isDraining: () => boolean = () => false
): Promise<PublicServer> {
  const { relay, listener, isAnswering, answerTimeoutMs, reload, stop } = await createHttpRelay(config, runtime, {
    isDraining
  });
  const { headersTimeoutMs, requestTimeoutMs } = config.limits;
  const server = createServer(
    {
      requestTimeout: requestTimeoutMs,
      headersTimeout: Math.min(headersTimeoutMs, requestTimeoutMs),
      connectionsCheckingInterval: Math.min(1000, headersTimeoutMs),
      keepAliveTimeout: KEEP_ALIVE_MS,
      maxHeaderSize: 16_384,
      insecureHTTPParser: false,
      // The listener checks it.
      requireHostHeader: false
    },
    listener
  );
  // A connection is silent while it waits for the API.
  const setIdleTimeout = () => {
    server.timeout = Math.max(IDLE_MS, answerTimeoutMs());
  };
  setIdleTimeout();
  // Their size is limited. Node would drop those beyond a maximum number without an error.
  server.maxHeadersCount = 0;

  /** Writes and logs a problem where Node has no response object, and closes the connection. */
  function refuseConnection(socket: Duplex, problem: RelayProblem): void {
    const { code, status } = problem;
    const requestId = randomUUID();
    runtime.log.warn({ event: 'request', requestId, route: 'none', status, code }, 'refused');
    runtime.observer.requestAnswered?.({ route: 'none', status, code }, 0);
    writeToSocket(socket, problemAnswer(problem, requestId), relayHeaders(undefined, config.hsts));
  }

  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    // Browsers open connections in advance. One that ends before it sends anything was not meant as a request.
    if (error.code === 'ECONNRESET' || !socket.writable) return;
    // A problem would become a part of the answer that has begun.
    if (isAnswering(socket)) socket.destroy();
    else refuseConnection(socket, malformed(error.code));
  });
  server.on('connect', (_request, socket) => {
    refuseConnection(
      socket,
      new RelayProblem('method_not_allowed', 'The relay is not a proxy for other hosts.', {
        hint: 'Remove the relay from the proxy settings of the client, for example HTTPS_PROXY.',
        // The target of CONNECT is another host, which has no methods here (RFC 9110 section 10.2.1).
        headers: { allow: '' }
      })
    );
  });
  // A server may ignore an expectation that it does not know (RFC 9110 section 10.1.1).
  server.on('checkExpectation', listener);
  if (relay.hub !== undefined) {
    const upgrade = createUpgrade(relay, config, runtime, '');
    server.on('upgrade', (request, socket, head) => {
      if (!upgrade(request, socket, head)) ignoreUpgrade(server, request, socket, head);
    });
  }
  return {
    server,
    relay,
    async reload(next) {
      await reload(next);
      setIdleTimeout();
    },
    async close() {
      await stop();
      await closeServer(server);
      await relay.close();
    }
  };
}
