import { randomUUID } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import type { SandboxClock } from '../options.ts';
import { errorBody, GenesysError } from './errors.ts';
import { COMMON_HEADERS } from './headers.ts';
import { answerUnparsable } from './unparsable.ts';
import { type RequestLog, authorizationKind, loggedPath } from './request-log.ts';

/** Largest request body, bytes (Genesys' `request.bytes.max`). */
export const MAX_BODY_BYTES = 512_000;

/** Options of {@link createHost}. */
export interface HostOptions {
  readonly name: 'login' | 'api';
  readonly clock: SandboxClock;
  readonly log: RequestLog;
}

/** A Fastify instance with what both hosts share: correlation id, headers, request log, Genesys' error body. */
export function createHost(options: HostOptions): FastifyInstance {
  const { clock, log, name } = options;

  const note = (request: FastifyRequest, reply: FastifyReply): void => {
    log.add({
      host: name,
      method: request.method,
      path: loggedPath(request.raw.url ?? ''),
      status: reply.statusCode,
      at: clock.now(),
      authorization: authorizationKind(request.headers.authorization),
      correlationId: request.id
    });
  };
  const dress = (request: FastifyRequest, reply: FastifyReply): void => {
    void reply.headers(COMMON_HEADERS).header('ININ-Correlation-Id', request.id);
  };

  const app = Fastify({
    bodyLimit: MAX_BODY_BYTES,
    forceCloseConnections: true,
    exposeHeadRoutes: false,
    clientErrorHandler: answerUnparsable,
    // A caller's own id is never echoed: an answer's header is ours alone.
    genReqId: () => randomUUID(),
    requestIdHeader: false,
    // A target that cannot be routed (a broken percent escape, say) never reaches the hooks.
    frameworkErrors: (_error, request, reply) => {
      // Typed for any route's reply schema, which there is none of here.
      const plain: FastifyReply = reply;
      dress(request, plain);
      void sendError(GenesysError.badRequest(), request, plain);
      note(request, plain);
    }
  });
  app.addHook('onRequest', (request, reply, done) => {
    dress(request, reply);
    done();
  });
  app.addHook('onSend', (request, reply, _payload, done) => {
    // Fastify adds a charset that Genesys does not send (JSON has none).
    if (String(reply.getHeader('content-type')).startsWith('application/json'))
      void reply.header('content-type', 'application/json');
    note(request, reply);
    done();
  });
  app.removeAllContentTypeParsers();
  app.setErrorHandler((error, request, reply) => sendError(error, request, reply));
  app.setNotFoundHandler((request, reply) => sendError(GenesysError.notFound(), request, reply));
  return app;
}

/** Answers with Genesys' error body, whatever was thrown. */
export function sendError(thrown: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const error = GenesysError.from(thrown, MAX_BODY_BYTES);
  if (error.retryAfterSeconds !== undefined) void reply.header('Retry-After', String(error.retryAfterSeconds));
  if (error.allow !== undefined) void reply.header('Allow', error.allow);
  return reply.code(error.status).send(errorBody(error, request.id));
}

/** Listens, and says where. A taken port is an `Error` with code `EADDRINUSE`. */
export async function listen(
  app: FastifyInstance,
  host: string,
  port: number
): Promise<{ origin: string; port: number }> {
  await app.listen({ host, port });
  const bound: AddressInfo | string | null = app.server.address();
  if (bound === null || typeof bound === 'string') throw new Error('The sandbox listens on TCP only.');
  const name = host.includes(':') ? `[${host}]` : host;
  return { origin: `http://${name}:${bound.port}`, port: bound.port };
}
