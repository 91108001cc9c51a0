// A fleet of servers with one store: how many token requests it makes, who waits, who fails. Prints a report as JSON and
// exits with 1 when it is not what it must be. `longestWaitMs` is the longest wait of a call for the token endpoint (or for another server
// that asks it), without the time in which the event loop of the server stood still.
//   node run.mjs [--seconds 60] [--servers 4] [--callers 200] [--life 6] [--chaos none|store|endpoint|kill]
import { fork } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { cyclesOf, startEndpoint } from './endpoint.mjs';
import { watchStalls } from './stalls.mjs';
import { startStore } from './store.mjs';

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '60' },
    servers: { type: 'string', default: '4' },
    callers: { type: 'string', default: '200' },
    life: { type: 'string', default: '6' },
    chaos: { type: 'string', default: 'none' }
  }
});
const [seconds, servers, callers, life] = [values.seconds, values.servers, values.callers, values.life].map(Number);
const { chaos } = values;
/** How long something is waited for that must happen: the next renewal, a server that starts or stops. */
const PATIENCE_MS = 60_000 + life * 1000;

const store = await startStore();
/** The slowest answer of the token endpoint, in milliseconds. */
const SLOWEST_MS = 250;
const endpoint = await startEndpoint({ lifeSeconds: life, fastestMs: 60, slowestMs: SLOWEST_MS });
/** The token endpoint runs in this process. */
const endpointStalls = watchStalls();
const env = { ...process.env, FLEET_SECRET: 'fleet', FLEET_KEY: randomBytes(32).toString('base64') };
const setup = {
  tokenEndpoint: endpoint.tokenEndpoint,
  apiOrigin: endpoint.apiOrigin,
  store: {
    url: store.url,
    // A server that counts the store as away makes a request without the others. On a busy machine 80 ms are too few for that.
    ...(chaos === 'none' && { timeoutMs: 2000 })
  },
  callers
};

const workers = new Set();
/** Leaves nothing running behind, however the run ends. */
async function end() {
  for (const worker of workers) worker.kill('SIGKILL');
  endpoint.close();
  await store.close();
}
for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'])
  process.once(signal, () => void end().then(() => process.exit(1)));

async function within(promise, what) {
  let timer;
  const late = new Promise((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`${what} has not come within ${PATIENCE_MS} ms`)), PATIENCE_MS);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

let killNext = 0;
let killed = 0;
let onKilled = () => undefined;
/** How often each server has reported each event of the store. */
const storeEvents = new Map();
let onStoreEvent = () => undefined;
/** Waits until every server has reported an event of the store this many times. */
async function allServersReport(kind, times) {
  const have = () => [...workers].every((worker) => (storeEvents.get(worker)?.[kind] ?? 0) >= times);
  while (!have()) await within(new Promise((resolve) => (onStoreEvent = resolve)), `"${kind}" of every server`);
}

async function startServer() {
  const worker = fork(join(import.meta.dirname, 'worker.mjs'), [JSON.stringify(setup)], { env });
  worker.on('message', ({ storeEvent }) => {
    if (storeEvent === undefined) return;
    const counts = storeEvents.get(worker) ?? {};
    storeEvents.set(worker, { ...counts, [storeEvent]: (counts[storeEvent] ?? 0) + 1 });
    onStoreEvent();
  });
  worker.on('message', (message) => {
    if (message.holds === undefined || killNext === 0) return;
    killNext -= 1;
    killed += 1;
    worker.kill('SIGKILL');
    onKilled();
  });
  worker.on('exit', () => workers.delete(worker));
  workers.add(worker);
  const ready = new Promise((resolve, reject) => {
    worker.on('message', (message) => message.ready !== undefined && resolve());
    worker.on('exit', () => reject(new Error('a server ended before it was ready')));
  });
  await within(ready, 'a server that is ready');
}

/** What goes wrong, as parts of the whole time. */
const plans = {
  none: async () => undefined,
  store: async (ms) => {
    // Every server has a token by now and renews it before its life is over. A busy machine may need longer until each server has
    // met the store in each of these states.
    const held = Math.max(ms / 6, life * 1100);
    await store.kill();
    await Promise.all([delay(held), allServersReport('degraded', 1)]);
    await store.start();
    await Promise.all([delay(held), allServersReport('recovered', 1)]);
    store.freeze();
    await Promise.all([delay(held), allServersReport('degraded', 2)]);
    store.thaw();
  },
  endpoint: async () => {
    // A fifth of the life of each token, and when its first renewal comes: after 70 % of it, or a little later.
    endpoint.failWhen(() => {
      const age = performance.now() - (endpoint.requests.findLast(({ ok }) => ok)?.at ?? -Infinity);
      return age > life * 650 && age < life * 850;
    });
    await Promise.resolve();
  },
  kill: async (ms) => {
    // Two holders of the lease die in the middle of their request; each is replaced, as a platform would do it.
    for (const part of [0.1, 0.3]) {
      await delay(ms * part);
      const dead = new Promise((resolve) => (onKilled = resolve));
      killNext = 1;
      await within(dead, 'a renewal');
      await startServer();
    }
  }
};
const plan = plans[chaos];
if (plan === undefined) throw new Error(`--chaos is one of ${Object.keys(plans).join(', ')}`);

function seenBy(worker) {
  return new Promise((resolve) => {
    worker.on('message', ({ seen }) => seen !== undefined && resolve(seen));
    worker.send('stop');
  });
}

let lasted;
let reports;
try {
  await Promise.all(Array.from({ length: servers }, startServer));
  const began = performance.now();
  await Promise.all([delay(seconds * 1000), plan(seconds * 1000)]);
  lasted = (performance.now() - began) / 1000;
  reports = await within(Promise.all([...workers].map(seenBy)), 'the report of a server');
} finally {
  await end();
}

const sum = (key) => reports.reduce((total, seen) => total + seen[key], 0);
const longest = (key) => Math.max(...reports.map((seen) => seen[key]));
const added = (key) => {
  const total = {};
  for (const seen of reports) {
    for (const [name, count] of Object.entries(seen[key])) total[name] = (total[name] ?? 0) + count;
  }
  return total;
};
const issued = endpoint.requests.filter(({ ok }) => ok).length;
const cycles = cyclesOf(endpoint.requests, life);
const report = {
  chaos,
  seconds: Math.round(lasted),
  servers,
  callers: servers * callers,
  served: sum('served'),
  failed: sum('failed'),
  codes: added('codes'),
  waited: sum('waited'),
  longestWaitMs: Math.round(longest('longestMs')),
  longestStallMs: { servers: Math.round(longest('stalledMs')), endpoint: Math.round(endpointStalls.longestMs()) },
  tokenRequests: endpoint.requests.length,
  issued,
  cycles,
  requestsPerCycle: Number((issued / cycles).toFixed(2)),
  killed,
  store: added('store')
};
console.log(JSON.stringify(report, null, 1));

/** A stall of this many milliseconds, on a busy machine, may make a server seem dead to another one. */
const SHORT_STALL_MS = 80;
/** A stall of this many milliseconds may postpone a renewal until the token has ended. */
const LONG_STALL_MS = 200;
const longestStallMs = Math.max(report.longestStallMs.servers, report.longestStallMs.endpoint);
const complaints = [];
const must = (holds, complaint) => holds || complaints.push(complaint);
must(report.failed === 0, `${report.failed} calls failed`);
must(report.served > servers * callers, 'the callers hardly got to ask');
must(cycles >= Math.floor(lasted / life), `only ${cycles} renewal cycles`);
if (chaos === 'none') {
  // On a busy machine a server may take over the lease of another one that is only slow.
  const most = longestStallMs >= SHORT_STALL_MS ? servers / 2 : 1.1;
  must(report.requestsPerCycle <= most, `${report.requestsPerCycle} token requests per renewal cycle`);
  if (longestStallMs < LONG_STALL_MS) must(report.waited === 0, `${report.waited} calls waited for a token`);
}
if (chaos === 'store')
  must((report.store.degraded ?? 0) >= 2 * servers, 'the servers did not notice that the store was away, and frozen');
if (chaos === 'endpoint') {
  must(report.tokenRequests > issued, 'the token endpoint did not fail');
  // It fails until shortly before a token ends, so some calls meet that end; then they wait for one answer at most. On a busy
  // machine that answer, or the server that asks for all, may be late by one stall.
  const most = SLOWEST_MS + longestStallMs;
  must(
    report.longestWaitMs <= most,
    `a call waited ${report.longestWaitMs} ms for a token; at most ${most} ms are right`
  );
}
if (chaos === 'kill') must(killed === 2, `${killed} servers were killed`);
for (const complaint of complaints) console.error(`NOT AS IT MUST BE: ${complaint}`);
process.exit(complaints.length === 0 ? 0 : 1);
