// What the framework alone costs: a Fastify route with an answer that is always the same.
import Fastify from 'fastify';

const app = Fastify();
const answer = {
  access_token: 'x'.repeat(86),
  token_type: 'Bearer',
  expires_in: 86_399,
  scope: 'analytics routing'
};
app.post('/token', () => answer);
process.send(Number(new URL(await app.listen({ port: 0, host: '127.0.0.1' })).port));
