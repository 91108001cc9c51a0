import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { GenesysError } from '../http/errors.ts';
import type { Timeline } from '../time/timeline.ts';
import type { Faults } from './faults.ts';

/** A slow body comes in so many pieces. */
const PIECES = 10;

/**
 * Lets the faults of requests strike in a scope of a host. Registered behind CORS: a browser may read what went wrong, and
 * its preflights are not counted.
 */
export function sufferFaults(scope: FastifyInstance, host: 'login' | 'api', faults: Faults, timeline: Timeline): void {
  scope.addHook('onRequest', async (request, reply) => {
    const { method } = request;
    const path = pathOf(request);
    const late = faults.onRequest('latency', method, path, host);
    if (late !== undefined) await sleep(timeline, late.ms + Math.random() * (late.jitterMs ?? 0));
    if (faults.onRequest('dropConnection', method, path, host) !== undefined) {
      reply.hijack();
      request.raw.socket.destroy();
      return;
    }
    const refusal = refusalOf(faults, method, path, host);
    // Thrown, so that each host says it in its own words.
    if (refusal !== undefined) throw refusal;
  });
  scope.addHook('onSend', (request, reply, payload, done) => {
    const path = pathOf(request);
    if (faults.onRequest('loseAnswer', request.method, path, host) !== undefined) request.raw.socket.destroy();
    const offset = faults.offsetMs;
    if (offset !== 0) void reply.header('Date', new Date(timeline.now() + offset).toUTCString());
    const slow =
      typeof payload === 'string' && payload !== ''
        ? faults.onRequest('slowBody', request.method, path, host)
        : undefined;
    if (slow === undefined || typeof payload !== 'string') {
      done(null, payload);
      return;
    }
    trickle(reply);
    done(null, Readable.from(pieces(payload, slow.ms, timeline)));
  });
}

/** The error answer that a request gets by a fault, if any. */
export function refusalOf(faults: Faults, method: string, path: string, host: string): GenesysError | undefined {
  const limited = faults.onRequest('rateLimit', method, path, host);
  if (limited !== undefined) {
    const { retryAfterSeconds: wait } = limited;
    return new GenesysError(
      429,
      'too.many.requests.retry.after',
      `Rate limit exceeded the maximum. Retry the request in [${wait}] seconds`,
      wait > 0 ? { retryAfterSeconds: wait } : {}
    );
  }
  const failed = faults.onRequest('serverError', method, path, host);
  if (failed === undefined) return undefined;
  const { status = 503 } = failed;
  const [code, message] = WORDS[status] ?? ['internal.server.error', 'The server encountered an unexpected condition.'];
  return new GenesysError(status, code, message);
}

const WORDS: Readonly<Record<number, readonly [string, string]>> = {
  503: [
    'service.unavailable',
    'Service Unavailable - The server is currently unavailable (because it is overloaded or down for maintenance).'
  ],
  504: ['request.timeout', 'The request timed out.']
};

function pathOf(request: FastifyRequest): string {
  return (request.raw.url ?? '').split(/[?#]/, 1)[0] ?? '';
}

/** A stream has no length that is known. */
function trickle(reply: FastifyReply): void {
  void reply.removeHeader('content-length');
}

function sleep(timeline: Timeline, ms: number): Promise<void> {
  return new Promise((resolve) => {
    timeline.after(ms, resolve);
  });
}

async function* pieces(text: string, ms: number, timeline: Timeline): AsyncGenerator<Buffer> {
  const bytes = Buffer.from(text);
  const size = Math.max(1, Math.ceil(bytes.length / PIECES));
  for (let from = 0; from < bytes.length; from += size) {
    await sleep(timeline, ms / Math.min(PIECES, bytes.length));
    yield bytes.subarray(from, from + size);
  }
}
