// Relays that share notifications, with faults: what the sandbox sends reaches every board, or is reported as a gap. Prints a
// report as JSON, and exits with 1 when the checker complains.
//   node run.mjs [--redis single|sentinel|cluster] [--relays 3] [--seconds 20] [--seed N] [--fault NAME]... [--hold SECONDS]
// With --fault these faults happen once, in this order; otherwise faults happen by chance until the time is over. --hold sets how long a
// relay is frozen.
import { fork } from 'node:child_process';
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { join } from 'node:path';
import { clearInterval, setInterval } from 'node:timers';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { SANDBOX_CLIENT, createSandbox } from 'genesys-sandbox';
import { startBoard } from './board.mjs';
import { ROUND_MS, judge, stateOf } from './checker.mjs';
import { deployments } from './deployments.mjs';
import { faults } from './faults.mjs';
import { startProxy } from './proxy.mjs';
import { STALL_MS } from './stall.mjs';
import { until } from './until.mjs';

const { values } = parseArgs({
  options: {
    redis: { type: 'string', default: 'single' },
    relays: { type: 'string', default: '3' },
    seconds: { type: 'string', default: '20' },
    seed: { type: 'string', default: String(Math.floor(Math.random() * 2 ** 31)) },
    fault: { type: 'string', multiple: true, default: [] },
    hold: { type: 'string' }
  }
});
const startDeployment = deployments[values.redis];
if (startDeployment === undefined) throw new Error(`--redis is one of ${Object.keys(deployments).join(', ')}`);
const unknown = values.fault.find((name) => faults[name] === undefined);
if (unknown !== undefined)
  throw new Error(`There is no fault ${unknown}; there are: ${Object.keys(faults).join(', ')}`);

/** Chance that repeats itself: mulberry32. */
function chanceOf(seed) {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  return {
    between: (from, to) => from + next() * (to - from),
    pick: (list) => list[Math.floor(next() * list.length)]
  };
}

console.error(`hub-fleet: ${values.redis}, seed ${values.seed}`);
const chance = chanceOf(Number(values.seed));
const key = randomBytes(32).toString('base64url');
const storeKey = randomBytes(32).toString('base64');
const topics = Array.from({ length: 3 }, () => `v2.users.${randomUUID()}.voicemail.messages`);

const sandbox = await createSandbox({ rateLimit: { requestsPerMinute: false, tokenRequestsPerMinute: false } });
const redis = await startDeployment();
const relays = [];
const boards = [];
const history = [];
/** Faults so far, in rounds. */
const happened = [];
let round = 0;
let isOver = false;

const storeOf = ({ proxy }) => redis.store(proxy?.port ?? redis.port);

const configOf = (relay) => ({
  mode: 'token',
  listen: { host: '127.0.0.1', port: 0 },
  admin: false,
  genesys: {
    tokenEndpoint: sandbox.tokenEndpoint,
    apiOrigin: sandbox.apiOrigin,
    client: { id: SANDBOX_CLIENT.id, secret: { env: 'FLEET_SECRET' } }
  },
  store: { redis: { ...storeOf(relay), url: { env: 'FLEET_REDIS' }, key: { env: 'FLEET_KEY' }, timeoutMs: 2000 } },
  scopes: ['voicemail', 'notifications'],
  identities: [
    {
      type: 'apiKey',
      keys: [{ id: 'board', sha256: createHash('sha256').update(key).digest('hex'), roles: ['board'] }]
    }
  ],
  roles: { board: { scopes: ['voicemail', 'notifications'] } },
  notifications: { clientsPerCaller: 50 },
  log: { level: process.env.FLEET_LOG ?? 'silent' }
});

async function start(relay) {
  const child = fork(join(import.meta.dirname, 'relay.mjs'), [], {
    env: {
      ...process.env,
      CONFIG: JSON.stringify(configOf(relay)),
      FLEET_REDIS: storeOf(relay).url,
      FLEET_SECRET: SANDBOX_CLIENT.secret,
      FLEET_KEY: storeKey
    }
  });
  relay.child = child;
  child.on('message', ({ url, role, stalledMs }) => {
    if (stalledMs !== undefined) stalled(relay.name, stalledMs);
    if (url !== undefined) relay.url = url;
    if (role === undefined) return;
    relay.role = role;
    history.push(`${round} ${relay.name} ${role}`);
  });
  await until(() => {
    if (child.exitCode !== null) throw new Error('a relay ended before it was ready');
    return relay.url !== undefined;
  }, 'a relay that is ready');
}

async function kill(relay) {
  relay.url = relay.role = undefined;
  const gone = once(relay.child, 'exit');
  relay.child.kill('SIGKILL');
  await gone;
}

const leader = () => relays.find(({ role }) => role === 'leading') ?? chance.pick(relays);
const world = {
  redis,
  relays,
  chance,
  holdMs: values.hold === undefined ? undefined : Number(values.hold) * 1000,
  start,
  kill,
  leader,
  follower: () => {
    // Once: while no relay leads, each call picks one.
    const first = leader();
    return chance.pick(relays.filter((relay) => relay !== first));
  }
};

/** Leaves nothing running, however the run ends. */
async function end() {
  isOver = true;
  clearInterval(sender);
  for (const board of boards) board.close();
  for (const { child, proxy } of relays) {
    child?.kill('SIGKILL');
    proxy?.close();
  }
  await Promise.all([redis.close(), sandbox.close()]);
}
for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP']) {
  process.once(signal, () => void end().then(() => process.exit(1)));
}

/** Notes that a process of the run did not get to work for so long: on a busy machine that is a fault like any other. */
function stalled(name, ms) {
  if (isOver) return;
  happened.push({ name: `stall of ${name}`, start: Math.max(0, round - Math.ceil(ms / ROUND_MS)), end: round });
}

async function watchRedis({ client, port }) {
  while (!isOver) {
    const since = performance.now();
    await client.ping().catch(() => undefined);
    const ms = performance.now() - since;
    if (ms > STALL_MS) stalled(`redis ${port}`, ms);
    await delay(STALL_MS / 10);
  }
}

/** On a busy machine the sentinel replaces a master that is only slow: a fault that nobody asked for. */
async function watchMaster({ masterPort }) {
  for (let before; masterPort !== undefined && !isOver; await delay(STALL_MS / 10)) {
    const now = await masterPort();
    if (before !== undefined && now !== before) stalled('the master, which was replaced', STALL_MS);
    before = now;
  }
}

let sentAt = performance.now();
const sender = setInterval(() => {
  const ms = performance.now() - sentAt;
  if (ms > STALL_MS) stalled('the run', ms);
  sentAt = performance.now();
  round += 1;
  for (const topic of topics) sandbox.publish(topic, { n: round }, randomUUID());
}, ROUND_MS);

/** Waits until every board gets events that were sent from now on. */
async function recovered(what) {
  const since = round + 1;
  const isServed = ({ frames, isLive }) =>
    isLive() && topics.every((topic) => frames.findLast((frame) => frame.topic === topic)?.n > since);
  await until(() => boards.every(isServed), `events at every board ${what}`);
}

async function suffer(name) {
  const fault = { name, start: round, end: Infinity };
  happened.push(fault);
  await faults[name].run(world);
  fault.end = round;
  await recovered(`after ${name}`);
  await redis.settle?.();
}

const complaints = [];
try {
  for (let index = 0; index < Number(values.relays); index += 1) {
    const proxy = redis.port === undefined ? undefined : await startProxy(redis.port);
    relays.push({ name: `relay ${index + 1}`, proxy });
  }
  for (const node of redis.nodes) void watchRedis(node);
  void watchMaster(redis);
  await Promise.all(relays.map(start));
  await until(() => relays.every(({ role }) => role === 'leading' || role === 'following'), 'a leader and followers');
  for (const [index, relay] of relays.entries()) {
    // One whose relay is gone connects to another.
    const url = () => relay.url ?? relays.find((other) => other.url !== undefined)?.url ?? 'http://127.0.0.1:1';
    boards.push({ name: `board ${index + 1}`, ...startBoard({ key, topics, url, round: () => round }) });
  }
  await recovered('at the start');
  await delay(1000);
  if (values.fault.length > 0) {
    for (const name of values.fault) await suffer(name);
  } else {
    const names = Object.keys(faults).filter((name) => faults[name].on.includes(values.redis));
    const deadline = performance.now() + Number(values.seconds) * 1000;
    while (performance.now() < deadline) {
      await suffer(chance.pick(names));
      await delay(chance.between(0, 2000));
    }
  }
  clearInterval(sender);
  const isComplete = ({ frames }) => topics.every((topic) => stateOf(frames, topic) === round);
  // The checker names what is missing.
  await until(() => boards.every(isComplete), 'the last state at every board', 15_000).catch(() => undefined);
} catch (error) {
  if (!isOver) complaints.push(error.message);
} finally {
  await end();
}

for (const fault of happened) fault.end = Math.min(fault.end, round);
const { complaints: found, ...counts } = judge({ lastRound: round, faults: happened, boards });
complaints.push(...found);
const report = {
  redis: values.redis,
  seed: Number(values.seed),
  relays: relays.length,
  sent: round * topics.length,
  ...counts,
  faults: happened.map(({ name, start: from, end: to }) => `${name} ${from}-${to}`)
};
console.log(JSON.stringify(report, null, 1));
if (complaints.length > 0) {
  console.error(`roles by round:\n  ${history.join('\n  ')}`);
  for (const { name, frames } of boards) {
    const rare = frames.filter(({ kind }) => kind !== 'event');
    console.error(`${name}: ${rare.map(({ round: at, kind, live }) => `${at} ${kind}${live ?? ''}`).join(', ')}`);
  }
}
for (const complaint of complaints) console.error(`NOT AS IT MUST BE: ${complaint}`);
process.exit(complaints.length === 0 ? 0 : 1);
