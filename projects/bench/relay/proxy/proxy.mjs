// npm run proxy: proxy mode beside nginx proxy_pass (the limit) and @fastify/http-proxy, 1 KB and 100 KB, 64 connections.
//   --rounds 7 --seconds 3
import { parseArgs } from 'node:util';
import { startIdentity } from '../identity.mjs';
import { inRounds, load, need, print, startServer } from '../measure.mjs';
import { startProxy, startUpstream } from './nginx.mjs';

const { values } = parseArgs({
  options: { rounds: { type: 'string', default: '7' }, seconds: { type: 'string', default: '3' } }
});
need('wrk', 'apt-get install wrk');
need('nginx', 'apt-get install nginx');
const targets = { '1 KB': '/api/v2/routing/queues', '100 KB': '/api/v2/users' };
const upstream = await startUpstream({ [targets['1 KB']]: 1024, [targets['100 KB']]: 102_400 });
const origin = `http://127.0.0.1:${upstream.port}`;
const identity = await startIdentity();
const fileOf = (name) => new URL(`server-${name}.mjs`, import.meta.url).pathname;
const env = { UPSTREAM: origin, IDENTITY: identity.origin };
const servers = {
  'nginx proxy_pass': await startProxy(upstream.port),
  '@fastify/http-proxy': await startServer(fileOf('http-proxy'), env),
  'relay, proxy mode': await startServer(fileOf('relay'), env)
};
const script = new URL('get.lua', import.meta.url).pathname;

for (const [size, path] of Object.entries(targets)) {
  const expected = await (await fetch(origin + path)).text();
  const [token] = (await import('node:fs')).readFileSync(identity.file, 'utf8').split('\n');
  const headers = { authorization: `Bearer ${token}`, 'x-genesys-auth': '1' };
  const run = (name, seconds) => () => {
    const { port, pids } = servers[name];
    return load({
      url: `http://127.0.0.1:${port}/`,
      script,
      seconds,
      env: { JWTS: identity.file, TARGET: path },
      pids
    });
  };
  for (const [name, { port }] of Object.entries(servers)) {
    const got = await (await fetch(`http://127.0.0.1:${port}${path}`, { headers })).text();
    if (got !== expected) throw new Error(`${name} does not hand over what the API answered: ${got.slice(0, 200)}`);
    await run(name, 2)();
  }
  console.log(`\n${size}`);
  const variants = Object.fromEntries(Object.keys(servers).map((name) => [name, run(name, values.seconds)]));
  const results = await inRounds(variants, Number(values.rounds));
  print(results, 'nginx proxy_pass');
  const ratios = results['relay, proxy mode'].map(
    ({ perSecond }, round) => perSecond / results['@fastify/http-proxy'][round].perSecond
  );
  console.log(`relay vs @fastify/http-proxy: ${ratios.sort((a, b) => a - b)[ratios.length >> 1].toFixed(2)}`);
}
for (const { stop } of [...Object.values(servers), upstream]) stop();
process.exit(0);
