// Load on a relay in proxy mode for some minutes: what it holds must not grow with the number of calls.
//   node memory.mjs [--seconds 600] [--at-once 32]
import { Agent, request as send } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { flat, judge, startWorld } from './world.mjs';

const { values } = parseArgs({
  options: { seconds: { type: 'string', default: '600' }, 'at-once': { type: 'string', default: '32' } }
});
const seconds = Number(values.seconds);
const atOnce = Number(values['at-once']);
const LOOKS = 12;
const QUERY = Buffer.from(JSON.stringify({ filter: 'x'.repeat(4000) }));

/** What callers do, in turn; the query differs each time, so that whatever is kept by it adds up. */
const CALLS = [
  ['GET', (index) => `/api/v2/routing/queues?pageNumber=${index}`, 200],
  ['GET', () => '/api/v2/routing/queues?long', 200],
  ['POST', (index) => `/api/v2/analytics/queues/observations/query?n=${index}`, 200],
  ['GET', () => '/session', 200],
  ['GET', (index) => `/api/v2/nothing/${index}`, 403],
  ['GET', (index) => `/nothing/${index}`, 404]
];

const world = await startWorld();
try {
  const agent = new Agent({ keepAlive: true, maxSockets: atOnce });
  const statuses = {};
  let odd = 0;
  const call = (index) =>
    new Promise((resolve, reject) => {
      const [method, path, expected] = CALLS[index % CALLS.length];
      const headers = {
        'x-genesys-auth': '1',
        ...(method === 'POST' && { 'content-type': 'application/json', 'content-length': QUERY.length })
      };
      const request = send(`${world.url}${path(index)}`, { agent, method, headers }, (response) => {
        statuses[response.statusCode] = (statuses[response.statusCode] ?? 0) + 1;
        if (response.statusCode !== expected) odd += 1;
        response.resume().on('end', resolve);
      });
      request.on('error', reject).end(method === 'POST' ? QUERY : undefined);
    });
  let calls = 0;
  let running = true;
  const callers = Array.from({ length: atOnce }, async () => {
    while (running) await call(calls++);
  });
  const looks = [];
  const watch = async () => {
    for (let look = 0; look < LOOKS; look++) {
      await delay((seconds * 1000) / LOOKS);
      looks.push({ calls, ...(await world.measure()) });
    }
    running = false;
  };
  await Promise.all([watch(), ...callers]);
  agent.destroy();
  // The first third is for what grows to its size and stays: caches, pools, compiled code.
  const settled = looks.slice(LOOKS / 3);
  const least = (part) => ({
    heldMB: Math.min(...part.map(({ heldMB }) => heldMB)),
    rssMB: Math.min(...part.map(({ rssMB }) => rssMB))
  });
  const [before, after] = [least(settled.slice(0, 3)), least(settled.slice(-3))];
  judge({ seconds, calls, statuses, looks, before, after }, [
    [odd === 0, `${odd} calls were not answered as expected`],
    [calls > seconds * 20, 'there was hardly any load'],
    ...flat(before, after)
  ]);
} finally {
  world.close();
}
