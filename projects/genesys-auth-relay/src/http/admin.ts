import Fastify from 'fastify';
import type { RelayMetrics } from '../metrics/metrics.ts';
import { securityHeaders } from '../reply/headers.ts';

/** The listener for the platform: is the process alive, may it have traffic, how is it doing. Never on the public port. */
export function createAdmin(isReady: () => boolean, metrics: RelayMetrics) {
  const app = Fastify({ logger: false, forceCloseConnections: true });
  app.addHook('onSend', (_request, reply, payload, done) => {
    reply.headers(securityHeaders);
    done(null, payload);
  });
  app.get('/livez', () => ({ status: 'ok' }));
  app.get('/readyz', (_request, reply) => {
    const ready = isReady();
    return reply.code(ready ? 200 : 503).send({ status: ready ? 'ready' : 'draining' });
  });
  app.get('/metrics', async (_request, reply) => reply.type(metrics.contentType).send(await metrics.text()));
  return app;
}
