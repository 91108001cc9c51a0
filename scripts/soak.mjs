// npm run soak: long runs. `npm test` runs most of them with smaller sizes. With names it runs only these: npm run soak -- leaks heap
// npm run soak -- --short: all of them in about five minutes, as CI does after `npm test`.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { ensureInstalled } from './lib/install.mjs';
import { root } from './lib/root.mjs';

const jest = join('node_modules', 'jest', 'bin', 'jest.js');
const vitest = join('node_modules', 'vitest', 'vitest.mjs');
/** Each is a run of Node in the root of the workspace. `size` counts runs, hours, requests, downloads or seconds. */
const entries = [
  {
    name: 'leaks',
    about: 'no URL and no rewriting of one gets the token to another origin, whatever is tried',
    size: { long: 150_000, short: 10_000 },
    args: () => [
      ...[jest, 'projects/ngx-genesys-auth/test/leak', '--selectProjects', 'ngx-genesys-auth'],
      '--testTimeout=1800000'
    ],
    env: (runs) => ({ LEAK_RUNS: String(runs) })
  },
  {
    name: 'live-day',
    about: 'hours of a live board with losses, in fake time: every event once and in order, every gap reported',
    size: { long: 96, short: 24 },
    args: () => [jest, 'projects/ngx-genesys-auth/test/live-day', '--selectProjects', 'ngx-genesys-auth'],
    env: (hours) => ({ LIVE_DAY_HOURS: String(hours) })
  },
  {
    name: 'model',
    about: 'in random histories no request carries an expired or cleared token, and nothing is left behind',
    size: { long: 30_000, short: 1_000 },
    args: () => [
      ...[jest, 'projects/ngx-genesys-auth/test/model', '--selectProjects', 'ngx-genesys-auth'],
      '--testTimeout=3600000'
    ],
    env: (runs) => ({ MODEL_RUNS: String(runs) })
  },
  {
    name: 'heap',
    about: 'many requests, and lazy parts of an app that come and go, leave nothing behind in the heap',
    size: { long: 1_000_000, short: 300_000 },
    args: (requests) => ['--expose-gc', join('projects', 'bench', 'interceptor', 'heap.mjs'), String(requests)]
  },
  {
    name: 'fuzz',
    about: 'random requests crash nothing in the relay and get no secret out of it',
    size: { long: 1_000_000, short: 20_000 },
    args: () => [vitest, 'run', '--project', 'genesys-auth-relay', 'test/fuzz'],
    env: (requests) => ({ FUZZ_REQUESTS: String(requests) })
  },
  {
    name: 'hub-fuzz',
    about: 'random frames crash nothing in the notification hub',
    size: { long: 500_000, short: 10_000 },
    args: () => [vitest, 'run', '--project', 'genesys-auth-relay', 'test/hub-fuzz'],
    env: (frames) => ({ HUB_FUZZ_FRAMES: String(frames) })
  },
  {
    name: 'hub-fleet',
    about: 'whatever happens to relays and Redis, each event reaches every board or is reported as a gap',
    size: { long: 600, short: 25 },
    args: (seconds) => [join('projects', 'e2e', 'hub-fleet', 'soak.mjs'), String(seconds)]
  },
  {
    name: 'aborts',
    about: 'downloads through the relay that are broken off leave neither sockets nor memory behind',
    size: { long: 10_000, short: 1_000 },
    args: (downloads) => [join('projects', 'e2e', 'load', 'aborts.mjs'), '--downloads', String(downloads)]
  },
  {
    name: 'memory',
    about: 'load on a relay in proxy mode does not make it grow',
    size: { long: 600, short: 45 },
    args: (seconds) => [join('projects', 'e2e', 'load', 'memory.mjs'), '--seconds', String(seconds)]
  },
  ...[
    ['fleet', 'none', 'one token request per renewal cycle for 800 callers of four servers, and nobody waits'],
    ['fleet-store', 'store', 'no call fails while the shared store is killed, restarted and frozen'],
    [
      'fleet-endpoint',
      'endpoint',
      'no call fails while the token endpoint fails again and again; prints the longest wait for it'
    ],
    ['fleet-kill', 'kill', 'no call fails when servers that hold the lease are killed']
  ].map(([name, chaos, about]) => ({
    name,
    about,
    size: { long: 60, short: 20 },
    args: (seconds) => [join('projects', 'e2e', 'fleet', 'run.mjs'), '--chaos', chaos, '--seconds', String(seconds)]
  }))
];

const isShort = process.argv.includes('--short');
const wanted = process.argv.slice(2).filter((name) => name !== '--short');
const unknown = wanted.filter((name) => !entries.some((entry) => entry.name === name));
if (unknown.length > 0) {
  console.error(`There is no ${unknown.join(', ')}; there are: ${entries.map(({ name }) => name).join(', ')}.`);
  process.exit(1);
}

ensureInstalled();
const { buildOrExit } = await import('./lib/build.mjs');
await buildOrExit();

const failed = [];
for (const { name, about, size, args, env } of entries) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  const amount = isShort ? size.short : size.long;
  console.log(`\nsoak ${name} (${amount}): ${about}`);
  const since = performance.now();
  const { status } = spawnSync(process.execPath, args(amount), {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, ...env?.(amount) }
  });
  if (status !== 0) failed.push(name);
  console.log(`soak ${name} ... ${status === 0 ? `${((performance.now() - since) / 1000).toFixed(0)} s` : 'FAILED'}`);
}
if (failed.length > 0) {
  console.error(`\nFAILED: ${failed.join(', ')}`);
  process.exit(1);
}
