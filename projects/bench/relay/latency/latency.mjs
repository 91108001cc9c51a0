// npm run latency: what the relay adds to the time of one API call. Every 5 ms (200 requests a second) a call goes to the API
// directly and one through the relay in proxy mode, each over connections that stay open, and the times are compared.
//   --seconds 20
import { clearInterval, setInterval } from 'node:timers';
import { parseArgs } from 'node:util';
import { Pool } from 'undici';
import { startIdentity } from '../identity.mjs';
import { need, startServer } from '../measure.mjs';
import { startUpstream } from '../proxy/nginx.mjs';

const { values } = parseArgs({ options: { seconds: { type: 'string', default: '20' } } });
const EVERY_MS = 5;
const QUEUES = '/api/v2/routing/queues';
need('nginx', 'apt-get install nginx-light');
const upstream = await startUpstream({ [QUEUES]: 1024 });
const api = `http://127.0.0.1:${upstream.port}`;
const identity = await startIdentity();
const relayFile = new URL('../proxy/server-relay.mjs', import.meta.url).pathname;
const relay = await startServer(relayFile, { UPSTREAM: api, IDENTITY: identity.origin });

const targets = { direct: api, relay: `http://127.0.0.1:${relay.port}` };
const pools = Object.fromEntries(
  Object.entries(targets).map(([name, origin]) => [
    name,
    new Pool(origin, { connections: 16, keepAliveTimeout: 60_000 })
  ])
);
const headers = { authorization: `Bearer ${identity.users[0]}`, accept: 'application/json', 'x-genesys-auth': '1' };

/** How long one call takes, in milliseconds. */
async function timeOf(name) {
  const since = performance.now();
  const { statusCode, body } = await pools[name].request({ method: 'GET', path: QUEUES, headers });
  await body.arrayBuffer();
  if (statusCode !== 200) throw new Error(`${name}: ${statusCode}`);
  return performance.now() - since;
}

/** One call to each target every few milliseconds, whether the earlier ones have ended or not. */
function run(seconds) {
  const times = { direct: [], relay: [] };
  const calls = [];
  return new Promise((resolve, reject) => {
    const timer = setInterval(() => {
      for (const name of Object.keys(targets)) calls.push(timeOf(name).then((time) => times[name].push(time)));
      if (times.direct.length < seconds * (1000 / EVERY_MS)) return;
      clearInterval(timer);
      Promise.all(calls).then(() => resolve(times), reject);
    }, EVERY_MS);
  });
}

const percentile = (times, part) => times.toSorted((a, b) => a - b)[Math.floor(times.length * part)];

await run(5);
const times = await run(Number(values.seconds));
console.log(`${times.direct.length} calls each, one every ${EVERY_MS} ms, 1 KB answers, connections stay open`);
console.log('ms'.padEnd(10) + ['p50', 'p90', 'p99'].map((head) => head.padStart(8)).join(''));
const parts = [0.5, 0.9, 0.99];
const row = (name, cells) => console.log(name.padEnd(10) + cells.map((cell) => cell.toFixed(2).padStart(8)).join(''));
for (const name of Object.keys(targets))
  row(
    name,
    parts.map((part) => percentile(times[name], part))
  );
row(
  'added',
  parts.map((part) => percentile(times.relay, part) - percentile(times.direct, part))
);
process.exit(0);
