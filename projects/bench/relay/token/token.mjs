// npm run token: the relay's token route beside bare node:http with a constant answer, 64 connections, 500 users in turn.
//   --rounds 7 --seconds 3
import { parseArgs } from 'node:util';
import { startIdentity } from '../identity.mjs';
import { inRounds, load, need, print, startServer, warm } from '../measure.mjs';

const { values } = parseArgs({
  options: { rounds: { type: 'string', default: '7' }, seconds: { type: 'string', default: '3' } }
});
need('wrk', 'apt-get install wrk');
const identity = await startIdentity();
const script = new URL('post.lua', import.meta.url).pathname;
const fileOf = (name) => new URL(`server-${name}.mjs`, import.meta.url).pathname;
const env = { UPSTREAM: identity.origin };
const servers = { bare: await startServer(fileOf('bare'), env), relay: await startServer(fileOf('relay'), env) };
const run = (name, seconds) => () => {
  const { port, pids } = servers[name];
  return load({ url: `http://127.0.0.1:${port}/token`, script, seconds, env: { JWTS: identity.file }, pids });
};
// Everybody's token is verified, and the code is warm.
for (const name of Object.keys(servers)) await warm(run(name, 2));
const variants = { bare: run('bare', values.seconds), relay: run('relay', values.seconds) };
print(await inRounds(variants, Number(values.rounds)), 'bare');
process.exit(0);
