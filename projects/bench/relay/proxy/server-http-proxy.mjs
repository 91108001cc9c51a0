// @fastify/http-proxy with nothing but a header for the token: no identity, no policy, no check, no log.
import httpProxy from '@fastify/http-proxy';
import Fastify from 'fastify';

const app = Fastify();
await app.register(httpProxy, {
  upstream: process.env.UPSTREAM,
  undici: { connections: 128, pipelining: 1 },
  replyOptions: {
    rewriteRequestHeaders: (_request, headers) => ({ ...headers, cookie: undefined, authorization: 'Bearer token' })
  }
});
process.send(Number(new URL(await app.listen({ port: 0, host: '127.0.0.1' })).port));
