import type { FastifyInstance } from 'fastify';
import type { SandboxClient } from '../options.ts';
import { isRedirectOrigin } from '../sign-in/redirect-uri.ts';

/** Lets pages call the token endpoint whose origin is that of a redirect URI. Others are answered, but cannot read it. */
export function allowCors(scope: FastifyInstance, clients: ReadonlyMap<string, SandboxClient>): void {
  scope.addHook('onRequest', async (request, reply) => {
    const { origin } = request.headers;
    void reply.header('Vary', 'Origin');
    if (origin === undefined || !isRedirectOrigin(origin, clients.values())) return;
    void reply.header('Access-Control-Allow-Origin', origin);
    if (request.method !== 'OPTIONS' || request.headers['access-control-request-method'] === undefined) return;
    await reply
      .code(204)
      .headers({
        'Access-Control-Allow-Methods': 'POST',
        'Access-Control-Allow-Headers': 'Authorization, Content-Type',
        'Access-Control-Max-Age': '600'
      })
      .send();
  });
}
