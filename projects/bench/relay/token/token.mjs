// npm run token: the relay's token route beside bare node:http and a bare Fastify route with a constant answer, 64 connections, 500 users in turn.
//   --rounds 7 --seconds 3
import { parseArgs } from 'node:util';
import { startIdentity } from '../identity.mjs';
import { inRounds, load, need, print, startServer, warm } from '../measure.mjs';

const { values } = parseArgs({
  options: { rounds: { type: 'string', default: '7' }, seconds: { type: 'string', default: '3' } }
});
const PAUSE_MS = 10;
need('wrk', 'apt-get install wrk');
const identity = await startIdentity();
const script = new URL('post.lua', import.meta.url).pathname;
const fileOf = (name) => new URL(`server-${name}.mjs`, import.meta.url).pathname;
const env = { UPSTREAM: identity.origin };
const servers = {};
for (const name of ['bare', 'fastify', 'relay']) servers[name] = await startServer(fileOf(name), env);
const run = (name, seconds, pause) => () => {
  const { port, pids } = servers[name];
  const env = { JWTS: identity.file, ...(pause && { PAUSE_MS: String(pause) }) };
  return load({ url: `http://127.0.0.1:${port}/token`, script, seconds, env, pids });
};
// Everybody's token is verified, and the code is warm.
for (const name of Object.keys(servers)) await warm(run(name, 2));
const variants = (pause) =>
  Object.fromEntries(Object.keys(servers).map((name) => [name, run(name, values.seconds, pause)]));
console.log('As fast as they can:');
print(await inRounds(variants(), Number(values.rounds)), 'bare');
// A server at its limit is charged for waking a load that sleeps between two answers, a faster one is not: here all answer alike.
console.log(`\nEach connection asks ${PAUSE_MS} ms after its last answer, so that all serve about as much:`);
print(await inRounds(variants(PAUSE_MS), Number(values.rounds)), 'bare');
process.exit(0);
