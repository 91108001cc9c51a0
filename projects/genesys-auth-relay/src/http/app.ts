import { randomUUID } from 'node:crypto';
import { STATUS_CODES, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { PROBLEM_MEDIA_TYPE, type ProblemCode } from 'genesys-auth-protocol';
import Fastify, { type FastifyInstance } from 'fastify';
import type { RelayConfig } from '../config/config.ts';
import { factsOf } from '../guard/facts.ts';
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

/** Answers on the bare connection, where Node has no response to write to, and hangs up. */
function writeToSocket(socket: Duplex, problem: RelayProblem): void {
  if (!socket.writable) return;
  const body = JSON.stringify(problemBody(problem, randomUUID(), false));
  const headers = { ...securityHeaders, 'content-type': PROBLEM_MEDIA_TYPE, connection: 'close' };
  const lines = Object.entries({ ...headers, 'content-length': String(Buffer.byteLength(body)) });
  socket.end(
    `HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status] ?? ''}\r\n` +
      `${lines.map(([name, value]) => `${name}: ${value}`).join('\r\n')}\r\n\r\n${body}`
  );
}

/** What Node would answer by itself, without our headers and without a body. */
function answerAll(app: FastifyInstance): void {
  app.server.on('connect', (_request, socket) => {
    writeToSocket(socket, new RelayProblem('method_not_allowed', 'The relay is no proxy.', { hint: 'Send POST.' }));
  });
  // An expectation that nobody knows may be ignored (RFC 9110 section 10.1.1).
  app.server.on('checkExpectation', (request, response) => {
    app.routing(request, response);
  });
  app.addHook('onRequest', (request, _reply, done) => {
    // RFC 9112 section 3.2.
    const hosts = factsOf(request.raw).counts['host'] ?? 0;
    done(request.raw.httpVersion === '1.1' && hosts !== 1 ? malformed() : undefined);
  });
}

/**
 * Lets a closing server answer what it has begun, and refuse the rest. Fastify would wait for every connection, the silent
 * ones of browsers included, until it times out; here they are cut as soon as the last answer is out.
 *
 * @param patienceMs how long an answer may take that is begun, in milliseconds
 */
function closeWhenQuiet(app: FastifyInstance, patienceMs: number): void {
  let closing = false;
  let open = 0;
  let quiet = (): void => undefined;
  app.addHook('onRequest', (_request, reply, done) => {
    if (closing) {
      done(new RelayProblem('not_ready', 'The relay is stopping.', { hint: 'Try again.', retryAfterSeconds: 1 }));
      return;
    }
    open += 1;
    reply.raw.once('close', () => {
      open -= 1;
      if (open === 0) quiet();
    });
    done();
  });
  app.addHook('onSend', (_request, reply, payload, done) => {
    if (closing) reply.header('connection', 'close');
    done(null, payload);
  });
  app.addHook('preClose', (done) => {
    closing = true;
    const timer = setTimeout(done, patienceMs);
    quiet = () => {
      clearTimeout(timer);
      done();
    };
    if (open === 0) quiet();
  });
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
    forceCloseConnections: true,
    return503OnClosing: false,
    pluginTimeout: 0,
    http: { maxHeaderSize: 16_384, insecureHTTPParser: false, requireHostHeader: false },
    frameworkErrors: (_error, _request, reply) => {
      reply.hijack();
      writeRaw(reply.raw, malformed());
    },
    clientErrorHandler: (error, socket) => {
      if (error.code !== 'ECONNRESET') writeToSocket(socket, malformed());
    }
  });
  closeWhenQuiet(app, config.genesys.timeoutMs + 1000);
  answerAll(app);
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
    app.setErrorHandler((error, _request, reply) => {
      reply.hijack();
      writeRaw(reply.raw, error instanceof RelayProblem ? error : malformed());
    });
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
