// What the measurements of servers share: the server on one core, the load on the other, CPU from /proc, a table.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { intervalName, median, medianInterval, shuffled } from '../lib/rounds.mjs';
import { endWithUs } from '../lib/tidy.mjs';

const pinned = cpus().length > 1;

/** Starts a program on one of the two cores. It ends with this process, at the latest. */
export function start(core, [command, ...args], { env = {}, stdio = ['ignore', 'pipe', 'inherit'], signal } = {}) {
  const whole = pinned ? ['taskset', '-c', String(core), command, ...args] : [command, ...args];
  return endWithUs(spawn(whole[0], whole.slice(1), { env: { ...process.env, ...env }, stdio }), signal);
}

/** Ends with a sentence where a tool is missing. */
export function need(tool, get) {
  if (spawnSync('which', [tool]).status === 0) return;
  console.error(`${tool} is needed for this measurement: ${get}`);
  process.exit(2);
}

/** User and system time of these processes, in microseconds; not that of their children. */
export function cpuOf(pids) {
  let ticks = 0;
  for (const pid of pids) {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
    ticks += Number(fields[11]) + Number(fields[12]);
  }
  return ticks * 10_000;
}

/**
 * Starts a server on the first core; it sends its port. One that ends before it does so ends the measurement. What it writes to
 * standard output goes nowhere, at the cost of writing it.
 */
export async function startServer(file, env) {
  const child = start(0, [process.execPath, file], { env, stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  const ended = once(child, 'exit').then(([code, signal]) => {
    throw new Error(`${file} ended with ${signal ?? code} before it sent its port`);
  });
  const [port] = await Promise.race([once(child, 'message'), ended]);
  ended.catch(() => undefined);
  return { port, pids: [child.pid], child, stop: () => child.kill('SIGKILL') };
}

const SCALE = { us: 0.001, ms: 1, s: 1000, m: 60_000 };
const milliseconds = (text) => {
  const [, number, unit] = /([\d.]+)(us|ms|s|m)/.exec(text) ?? [];
  return Number(number) * SCALE[unit];
};

/** Runs wrk on the second core. Fails when an answer was not 2xx. */
export async function load({ url, script, seconds, connections = 64, env = {}, pids }) {
  const args = ['-t1', `-c${connections}`, `-d${seconds}s`, '--latency', ...(script ? ['-s', script] : []), url];
  const before = cpuOf(pids);
  const since = performance.now();
  const child = start(1, ['wrk', ...args], { env });
  let output = '';
  child.stdout.on('data', (chunk) => (output += chunk));
  await once(child, 'close');
  const cpu = cpuOf(pids) - before;
  const busy = cpu / 1000 / (performance.now() - since);
  const count = Number(/(\d+) requests in/.exec(output)?.[1]);
  const perSecond = Number(/Requests\/sec:\s+([\d.]+)/.exec(output)?.[1]);
  if (!(count > 0) || /Non-2xx|Socket errors: .*(?:connect|read|write) [1-9]/.test(output))
    throw new Error(`wrk says:\n${output}`);
  return {
    count,
    perSecond,
    cpuPerRequest: cpu / count,
    busy,
    p50: milliseconds(/^\s+50%\s+(\S+)/m.exec(output)?.[1] ?? ''),
    p99: milliseconds(/^\s+99%\s+(\S+)/m.exec(output)?.[1] ?? '')
  };
}

/** Runs until a server has answered so many requests that its code is compiled, however slow the machine is. */
export async function warm(run, requests = 10_000) {
  for (let count = 0; count < requests;) count += (await run()).count;
}

/**
 * Measures every variant once in each round, in a new random order.
 *
 * @param {Record<string, () => Promise<object>>} variants
 */
export async function inRounds(variants, rounds) {
  const results = Object.fromEntries(Object.keys(variants).map((name) => [name, []]));
  for (let round = 0; round < rounds; round += 1) {
    for (const [name, measure] of shuffled(Object.entries(variants))) results[name].push(await measure());
  }
  return results;
}

/** The median of the ratios of each round, with its interval: what else the machine does hits both of a pair. */
export function ratioOf(runs, base, field) {
  const ratios = runs.map((run, round) => run[field] / base[round][field]);
  const [low, high] = medianInterval(ratios);
  return `${median(ratios).toFixed(2)} [${low.toFixed(2)}, ${high.toFixed(2)}]`;
}

/** Prints a line for each variant; ratios are those to `limit`. Latencies are printed where they were measured. */
export function print(results, limit) {
  const columns = [
    ['req/s', 8, (runs) => median(runs.map(({ perSecond }) => perSecond)).toFixed(0)],
    [`vs ${limit}`, 24, (runs) => ratioOf(runs, results[limit], 'perSecond')],
    ['CPU us/req', 12, (runs) => median(runs.map(({ cpuPerRequest }) => cpuPerRequest)).toFixed(1)],
    ['CPU ratio', 22, (runs) => ratioOf(runs, results[limit], 'cpuPerRequest')],
    ['core busy', 11, (runs) => `${(median(runs.map(({ busy }) => busy)) * 100).toFixed(0)} %`]
  ];
  if (results[limit].every(({ p50 }) => p50 !== undefined)) {
    columns.push(
      ['p50 ms', 8, (runs) => median(runs.map(({ p50 }) => p50)).toFixed(2)],
      ['p99 ms', 8, (runs) => median(runs.map(({ p99 }) => p99)).toFixed(2)]
    );
  }
  const rounds = results[limit].length;
  console.log(`medians of ${rounds} rounds, ratios of paired rounds [${intervalName(rounds)}]`);
  console.log('variant'.padEnd(22) + columns.map(([head, width]) => head.padStart(width)).join(''));
  for (const [name, runs] of Object.entries(results)) {
    console.log(name.padEnd(22) + columns.map(([, width, cell]) => cell(runs).padStart(width)).join(''));
  }
}
