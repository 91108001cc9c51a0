import { randomUUID } from 'node:crypto';
import Fastify, { type FastifyInstance } from 'fastify';
import type { RelayConfig } from '../config/config.ts';
import { countHeader } from '../guard/facts.ts';
import { patienceOf } from '../relay/patience.ts';
import type { Relay } from '../relay/relay.ts';
import { createRelaySwitch } from '../relay/switch.ts';
import { RelayProblem } from '../reply/problem.ts';
import type { RelayRuntime } from '../runtime/runtime.ts';
import { type Door, createFrontDoor } from './front-door.ts';
import { closeWhenQuiet } from './gate.ts';
import { ignoreUpgrade } from './ignore-upgrade.ts';
import { MAX_URL_LENGTH, malformed } from './malformed.ts';
import { writeRaw, writeToSocket } from './raw-answer.ts';
import { addRoutes } from './routes.ts';
import { type UpgradeHandler, createUpgrade } from './upgrade.ts';

/** Notes what was refused before it was a request: in the log, and in the metrics as route `none`. */
function noteIn({ log, observer }: RelayRuntime) {
  return (problem: RelayProblem): string => {
    const { code, status } = problem;
    const requestId = randomUUID();
    log.warn({ event: 'request', requestId, route: 'none', status, code }, 'refused');
    observer.requestAnswered?.({ route: 'none', status, code }, 0);
    return requestId;
  };
}

/** What Node would answer by itself, without our headers and without a body. */
function answerAll(app: FastifyInstance, note: (problem: RelayProblem) => string, subDomains: boolean): void {
  app.server.on('connect', (_request, socket) => {
    const problem = new RelayProblem('method_not_allowed', 'The relay is no proxy.', { hint: 'Send POST.' });
    writeToSocket(socket, problem, subDomains, note(problem));
  });
  // Their size is bounded; of a bounded number Node would drop the last in silence.
  app.server.maxHeadersCount = 0;
  // An expectation that nobody knows may be ignored (RFC 9110 section 10.1.1).
  app.server.on('checkExpectation', (request, response) => {
    app.routing(request, response);
  });
  app.addHook('onRequest', (request, _reply, done) => {
    // RFC 9112 section 3.2.
    const { httpVersion, rawHeaders, url = '' } = request.raw;
    if (httpVersion === '1.1' && countHeader(rawHeaders, 'host') !== 1) done(malformed());
    else done(url.length > MAX_URL_LENGTH ? malformed('uri_too_long') : undefined);
  });
}

/** An instance that serves nothing but the relay. */
export interface RelayApp {
  readonly app: FastifyInstance;
  readonly relay: Relay;
  /** Takes every request. */
  readonly door: Door;
  /** Lets another configuration serve from now on. */
  readonly swap: (config: RelayConfig) => Promise<void>;
}

/** Takes the WebSockets of the hub. Any other offer of another protocol is ignored. */
function takeUpgrades(app: FastifyInstance, upgrade: UpgradeHandler): void {
  app.server.on('upgrade', (request, socket, head) => {
    if (!upgrade(request, socket, head)) ignoreUpgrade(app.server, request, socket, head);
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
): Promise<RelayApp> {
  const note = noteIn(runtime);
  let longestMs = patienceOf(config);
  // Longer than the API may take.
  const connectionTimeoutMs = () => Math.max(30_000, longestMs);
  const { headersTimeoutMs, requestTimeoutMs } = config.limits;
  const subDomains = config.hsts.includeSubDomains;
  const app = Fastify({
    logger: false,
    genReqId: () => randomUUID(),
    requestTimeout: requestTimeoutMs,
    connectionTimeout: connectionTimeoutMs(),
    keepAliveTimeout: 65_000,
    forceCloseConnections: true,
    return503OnClosing: false,
    pluginTimeout: 0,
    http: {
      maxHeaderSize: 16_384,
      insecureHTTPParser: false,
      requireHostHeader: false,
      headersTimeout: Math.min(headersTimeoutMs, requestTimeoutMs),
      connectionsCheckingInterval: Math.min(1000, headersTimeoutMs)
    },
    frameworkErrors: (error, _request, reply) => {
      reply.hijack();
      const problem = malformed(error.code);
      writeRaw(reply.raw, problem, subDomains, note(problem));
    },
    clientErrorHandler: (error, socket) => {
      // A connection that ends before it says anything is no request: browsers open some in advance.
      if (error.code === 'ECONNRESET' || !socket.writable) return;
      const problem = malformed(error.code);
      writeToSocket(socket, problem, subDomains, note(problem));
    }
  });
  const gate = closeWhenQuiet(app, () => longestMs);
  answerAll(app, note, subDomains);
  const { relay, swap } = await createRelaySwitch(config, runtime);
  const swapAll = async (next: RelayConfig) => {
    await swap(next);
    // What has begun may still take as long as before.
    longestMs = Math.max(longestMs, patienceOf(next));
    app.server.timeout = connectionTimeoutMs();
  };
  if (relay.hub !== undefined) takeUpgrades(app, createUpgrade(relay, config, runtime, basePath));
  // Before the server waits for its connections: a WebSocket would keep it waiting.
  app.addHook('preClose', () => relay.hub?.close());
  app.addHook('onClose', () => relay.close());
  // On the answer itself, as one of the API is written past Fastify.
  app.addHook('onRequest', (_request, reply, done) => {
    if (isDraining()) reply.raw.setHeader('connection', 'close');
    done();
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
      writeRaw(reply.raw, error instanceof RelayProblem ? error : malformed(), subDomains);
    });
    app.setNotFoundHandler((_request, reply) => {
      reply.hijack();
      writeRaw(
        reply.raw,
        new RelayProblem('not_found', 'The relay has no such path.', { hint: `It is at ${basePath}.` }),
        subDomains
      );
    });
  }
  await app.ready();
  const otherwise: Door = (request, response) => {
    app.routing(request, response);
  };
  const door = createFrontDoor(config, runtime, { relay, gate, isDraining, basePath, otherwise });
  // In the place of Fastify's own listener, which is the one that is there.
  app.server.removeAllListeners('request').on('request', door);
  return { app, relay, door, swap: swapAll };
}
