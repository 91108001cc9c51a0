import { randomUUID } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { PROBLEM_MEDIA_TYPE, type ProblemCode } from 'genesys-auth-protocol';
import Fastify, { type FastifyInstance } from 'fastify';
import type { RelayConfig } from '../config/config.ts';
import { createRelay } from '../relay/relay.ts';
import { securityHeaders } from '../reply/headers.ts';
import { RelayProblem, problemBody } from '../reply/problem.ts';
import type { RelayRuntime } from '../runtime/runtime.ts';
import { addRoutes } from './routes.ts';

const malformed = (code: ProblemCode = 'invalid_request') =>
  new RelayProblem(code, 'The request is not well-formed HTTP.', { hint: 'Check the HTTP client.' });

function writeRaw(response: ServerResponse, problem: RelayProblem): void {
  const body = JSON.stringify(problemBody(problem, randomUUID(), false));
  response.writeHead(problem.status, { ...securityHeaders, 'content-type': PROBLEM_MEDIA_TYPE, connection: 'close' });
  response.end(body);
}

/** Answers what is no HTTP at all (for example both Transfer-Encoding and Content-Length), and hangs up. */
function writeToSocket(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) return;
  const body = JSON.stringify(problemBody(malformed(), randomUUID(), false));
  const headers = { ...securityHeaders, 'content-type': PROBLEM_MEDIA_TYPE, connection: 'close' };
  const lines = Object.entries({ ...headers, 'content-length': String(Buffer.byteLength(body)) });
  socket.end(
    `HTTP/1.1 400 Bad Request\r\n${lines.map(([name, value]) => `${name}: ${value}`).join('\r\n')}\r\n\r\n${body}`
  );
}

/**
 * A Fastify instance that serves nothing but the relay.
 *
 * @param basePath path the relay is mounted at, for example `/genesys`; default none
 * @param isDraining whether connections should not be kept for another request
 */
export async function createApp(
  config: RelayConfig,
  runtime: RelayRuntime,
  basePath = '',
  isDraining: () => boolean = () => false
): Promise<FastifyInstance> {
  const app = Fastify({
    logger: false,
    genReqId: () => randomUUID(),
    requestTimeout: 15_000,
    connectionTimeout: 30_000,
    keepAliveTimeout: 65_000,
    forceCloseConnections: 'idle',
    http: { maxHeaderSize: 16_384, insecureHTTPParser: false },
    frameworkErrors: (_error, _request, reply) => {
      reply.hijack();
      writeRaw(reply.raw, malformed());
    },
    clientErrorHandler: writeToSocket
  });
  const relay = createRelay(config, runtime);
  app.addHook('onClose', () => relay.close());
  app.addHook('onSend', (_request, reply, payload, done) => {
    if (isDraining()) reply.header('connection', 'close');
    done(null, payload);
  });
  await app.register(
    (inner, _options, done) => {
      addRoutes(inner, relay, config, runtime, true);
      done();
    },
    { prefix: basePath }
  );
  if (basePath !== '') {
    app.setNotFoundHandler((_request, reply) => {
      reply.hijack();
      writeRaw(
        reply.raw,
        new RelayProblem('not_found', 'The relay has no such path.', { hint: `It is at ${basePath}.` })
      );
    });
  }
  await app.ready();
  return app;
}
