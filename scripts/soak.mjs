// npm run soak: what takes too long for `npm test`, which runs a short form of each. Arguments choose: npm run soak -- leaks heap
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { ensureInstalled } from './lib/install.mjs';
import { root } from './lib/root.mjs';

const jest = join('node_modules', 'jest', 'bin', 'jest.js');
/** Each is a run of Node in the root of the workspace, with variables of its own. */
const entries = [
  {
    name: 'leaks',
    about: 'no URL and no rewriting of one gets the token to another origin, in more than 100,000 tries of each kind',
    args: [
      jest,
      'projects/ngx-genesys-auth/test/leak',
      '--selectProjects',
      'ngx-genesys-auth',
      '--testTimeout=1800000'
    ],
    env: { LEAK_RUNS: '150000' }
  },
  {
    name: 'heap',
    about: 'a million requests leave nothing behind in the heap',
    args: ['--expose-gc', join('projects', 'bench', 'interceptor', 'heap.mjs'), '1000000']
  },
  {
    name: 'fuzz',
    about: 'a million requests made by chance crash nothing in the relay and get no secret out of it',
    args: [jest, 'projects/genesys-auth-relay/test/fuzz', '--selectProjects', 'genesys-auth-relay'],
    env: { FUZZ_REQUESTS: '1000000' }
  },
  {
    name: 'aborts',
    about: '10,000 downloads through the relay that are broken off leave neither sockets nor memory behind',
    args: [join('projects', 'e2e', 'load', 'aborts.mjs')]
  },
  {
    name: 'memory',
    about: 'ten minutes of load on a relay in proxy mode do not make it grow',
    args: [join('projects', 'e2e', 'load', 'memory.mjs')]
  },
  ...[
    ['fleet', 'none', 'one token request per renewal cycle for 800 callers of four servers, and nobody waits'],
    ['fleet-store', 'store', 'no call fails while the shared store is killed, restarted and frozen'],
    ['fleet-endpoint', 'endpoint', 'no call fails while the token endpoint fails again and again'],
    ['fleet-kill', 'kill', 'no call fails when servers that hold the lease are killed']
  ].map(([name, chaos, about]) => ({
    name,
    about,
    args: [join('projects', 'e2e', 'fleet', 'run.mjs'), '--chaos', chaos]
  }))
];

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !entries.some((entry) => entry.name === name));
if (unknown.length > 0) {
  console.error(`There is no ${unknown.join(', ')}; there are: ${entries.map(({ name }) => name).join(', ')}.`);
  process.exit(1);
}

ensureInstalled();
const { buildOrExit } = await import('./lib/build.mjs');
await buildOrExit();

const failed = [];
for (const { name, about, args, env } of entries) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  console.log(`\nsoak ${name}: ${about}`);
  const since = performance.now();
  const { status } = spawnSync(process.execPath, args, {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, ...env }
  });
  if (status !== 0) failed.push(name);
  console.log(`soak ${name} ... ${status === 0 ? `${((performance.now() - since) / 1000).toFixed(0)} s` : 'FAILED'}`);
}
if (failed.length > 0) {
  console.error(`\nFAILED: ${failed.join(', ')}`);
  process.exit(1);
}
