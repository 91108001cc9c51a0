// npm run proxy: proxy mode beside nginx proxy_pass (the limit), @fastify/http-proxy and bare node:http with undici (what the
// platform alone costs), 1 KB and 100 KB, 64 connections.
//   --rounds 7 --seconds 3
import { parseArgs } from 'node:util';
import { startIdentity } from '../identity.mjs';
import { inRounds, load, need, print, ratioOf, startServer, warm } from '../measure.mjs';
import { startProxy, startUpstream } from './nginx.mjs';

const { values } = parseArgs({
  options: { rounds: { type: 'string', default: '7' }, seconds: { type: 'string', default: '3' } }
});
need('wrk', 'apt-get install wrk');
need('nginx', 'apt-get install nginx-light');
const targets = { '1 KB': '/api/v2/routing/queues', '100 KB': '/api/v2/users' };
const upstream = await startUpstream({ [targets['1 KB']]: 1024, [targets['100 KB']]: 102_400 });
const origin = `http://127.0.0.1:${upstream.port}`;
const identity = await startIdentity();
const fileOf = (name) => new URL(`server-${name}.mjs`, import.meta.url).pathname;
const env = { UPSTREAM: origin, IDENTITY: identity.origin };
const servers = {
  'nginx proxy_pass': await startProxy(upstream.port),
  'node:http + undici': await startServer(fileOf('bare'), env),
  '@fastify/http-proxy': await startServer(fileOf('http-proxy'), env),
  'relay, proxy mode': await startServer(fileOf('relay'), env)
};
const script = new URL('get.lua', import.meta.url).pathname;
const headers = { authorization: `Bearer ${identity.users[0]}`, 'x-genesys-auth': '1' };

/** The body of a 200; anything else is no answer to measure. */
async function bodyOf(name, port, path) {
  const answer = await fetch(`http://127.0.0.1:${port}${path}`, { headers });
  const text = await answer.text();
  if (answer.status !== 200) throw new Error(`${name} answers ${answer.status} to ${path}: ${text.slice(0, 200)}`);
  return text;
}

console.log(
  '64 connections; nginx: one worker, keep-alive to the upstream, proxy_buffering on, its buffers as by default'
);
for (const [size, path] of Object.entries(targets)) {
  const expected = await bodyOf('the upstream', upstream.port, path);
  const run = (name, seconds) => () => {
    const { port, pids } = servers[name];
    const url = `http://127.0.0.1:${port}/`;
    return load({ url, script, seconds, env: { JWTS: identity.file, TARGET: path }, pids });
  };
  for (const [name, { port }] of Object.entries(servers)) {
    if ((await bodyOf(name, port, path)) !== expected) {
      throw new Error(`${name} does not hand over what the API answered to ${path}`);
    }
    await warm(run(name, 2));
  }
  console.log(`\n${size}`);
  const variants = Object.fromEntries(Object.keys(servers).map((name) => [name, run(name, values.seconds)]));
  const results = await inRounds(variants, Number(values.rounds));
  print(results, 'nginx proxy_pass');
  const beside = ratioOf(results['relay, proxy mode'], results['@fastify/http-proxy'], 'perSecond');
  console.log(`relay vs @fastify/http-proxy: ${beside}`);
}
process.exit(0);
