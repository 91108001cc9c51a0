// What the measurements of servers share: the server on one core, wrk on the other, CPU from /proc, rounds in another order.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { cpus } from 'node:os';

const pinned = cpus().length > 1;
const onCore = (core, command) => (pinned ? ['taskset', '-c', String(core), ...command] : command);

/** Ends with a sentence where a tool is missing. */
export function need(tool, get) {
  if (spawnSync('which', [tool]).status === 0) return;
  console.error(`${tool} is needed for this measurement: ${get}`);
  process.exit(2);
}

/** User and system time of a process and its children that still run, in microseconds. */
export function cpuOf(pids) {
  let ticks = 0;
  for (const pid of pids) {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
    ticks += Number(fields[11]) + Number(fields[12]);
  }
  return ticks * 10_000;
}

/** Starts a server on the first core; it prints its port. */
export async function startServer(file, env) {
  const [command, ...args] = onCore(0, [process.execPath, file]);
  const child = spawn(command, args, { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = await once(child.stdout, 'data');
  child.stdout.resume();
  return { port: Number(line.toString()), pids: [child.pid], stop: () => child.kill('SIGKILL') };
}

const SCALE = { us: 0.001, ms: 1, s: 1000, m: 60_000 };
const milliseconds = (text) => {
  const [, number, unit] = /([\d.]+)(us|ms|s|m)/.exec(text) ?? [];
  return Number(number) * SCALE[unit];
};

/** Runs wrk on the second core. Fails when an answer was not 2xx. */
export async function load({ url, script, seconds, connections = 64, env = {}, pids }) {
  const args = ['-t1', `-c${connections}`, `-d${seconds}s`, '--latency', ...(script ? ['-s', script] : []), url];
  const [command, ...rest] = onCore(1, ['wrk', ...args]);
  const before = cpuOf(pids);
  const child = spawn(command, rest, { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  child.stdout.on('data', (chunk) => (output += chunk));
  await once(child, 'close');
  const cpu = cpuOf(pids) - before;
  const count = Number(/(\d+) requests in/.exec(output)?.[1]);
  const perSecond = Number(/Requests\/sec:\s+([\d.]+)/.exec(output)?.[1]);
  if (!(count > 0) || /Non-2xx|Socket errors: .*read [1-9]/.test(output)) throw new Error(`wrk says:\n${output}`);
  return {
    perSecond,
    cpuPerRequest: cpu / count,
    p50: milliseconds(/50%\s+(\S+)/.exec(output)?.[1] ?? ''),
    p99: milliseconds(/99%\s+(\S+)/.exec(output)?.[1] ?? '')
  };
}

/**
 * Measures every variant once in each round, in another order each time.
 *
 * @param {Record<string, () => Promise<object>>} variants
 */
export async function inRounds(variants, rounds) {
  const results = Object.fromEntries(Object.keys(variants).map((name) => [name, []]));
  for (let round = 0; round < rounds; round += 1) {
    const order = Object.keys(variants);
    if (round % 2 === 1) order.reverse();
    for (const name of order) results[name].push(await variants[name]());
  }
  return results;
}

export const median = (numbers) => {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[sorted.length >> 1];
};

/** Prints a line for each variant; ratios are medians of the ratios of each round. */
export function print(results, limit) {
  const cell = (text) => String(text).padStart(16);
  console.log(
    'variant'.padEnd(28) + ['req/s', `vs ${limit}`, 'CPU us/req', 'CPU ratio', 'p50 ms', 'p99 ms'].map(cell).join('')
  );
  for (const [name, runs] of Object.entries(results)) {
    const ratio = (field) => median(runs.map((run, round) => run[field] / results[limit][round][field]));
    const of = (field) => median(runs.map((run) => run[field]));
    console.log(
      name.padEnd(28) +
        [
          of('perSecond').toFixed(0),
          ratio('perSecond').toFixed(2),
          of('cpuPerRequest').toFixed(1),
          ratio('cpuPerRequest').toFixed(2),
          of('p50').toFixed(2),
          of('p99').toFixed(2)
        ]
          .map(cell)
          .join('')
    );
  }
}
