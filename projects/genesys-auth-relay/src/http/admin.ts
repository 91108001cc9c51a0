import { type Server, createServer } from 'node:http';
import { randomUUID } from 'node:crypto';
import type { RelayMetrics } from '../metrics/metrics.ts';
import { relayHeaders } from '../reply/headers.ts';
import { RelayProblem, problemAnswer, problemOf } from '../reply/problem.ts';
import { type Answer, jsonAnswer, writeAnswer } from '../reply/write.ts';
import type { RelayLogger } from '../runtime/runtime.ts';

/** The server for the platform: liveness, readiness and metrics. Never on the public port. */
export function createAdmin(isReady: () => boolean, metrics: RelayMetrics, log: RelayLogger): Server {
  const routes = new Map<string, () => Answer | Promise<Answer>>([
    ['/livez', () => jsonAnswer({ status: 'ok' })],
    [
      '/readyz',
      () => (isReady() ? jsonAnswer({ status: 'ready' }) : { ...jsonAnswer({ status: 'draining' }), status: 503 })
    ],
    [
      '/metrics',
      async () => ({
        status: 200,
        headers: { 'content-type': metrics.contentType },
        body: await metrics.text()
      })
    ]
  ]);

  async function answer(method = '', url = ''): Promise<Answer> {
    const handle = routes.get(url.replace(/\?.*/s, ''));
    if (handle !== undefined && (method === 'GET' || method === 'HEAD')) return handle();
    throw new RelayProblem('not_found', 'The admin server has no such path.', {
      hint: `It serves GET ${[...routes.keys()].join(', ')}.`
    });
  }

  return createServer((request, response) => {
    void answer(request.method, request.url)
      .catch((error: unknown) => {
        const requestId = randomUUID();
        return problemAnswer(problemOf(error, requestId, log), requestId);
      })
      .then((written) => {
        writeAnswer(response, written, relayHeaders(response, { includeSubDomains: false }));
      });
  });
}
