// npm run bundle: what the packages cost an app. Builds the pieces as `ng build` does for production and prints their sizes:
// ours, those of its peers by the same way (installed in projects/bench), and what the demo pays.
// With --check it measures ours alone, and fails when it is larger than the ceiling.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ensureInstalled } from './lib/install.mjs';
import { root } from './lib/root.mjs';
import { OURS, PEERS } from '../projects/bench/bundle/entries.mjs';

/**
 * Bytes, gzip, that provider, service, interceptor and guard may cost an app. The smallest of the peers costs 9.0 kB.
 * It is the size of the clearest form of the code, rounded up. The largest parts are the guard against tokens at other origins
 * (0.6 kB), the token source with its renewals (0.9 kB), the calls to the relay with the checks of its answers and their errors
 * (1.1 kB), named and loaded configurations (0.7 kB) and the check of a configuration (0.5 kB).
 */
const CEILING = 8250;

const check = process.argv.includes('--check');
ensureInstalled();
const { buildOrExit } = await import('./lib/build.mjs');
await buildOrExit();
const { appBundle, sizesOf, withoutImports } = await import('./lib/app-bundle.mjs');

const bytes = (count) => count.toLocaleString('en').padStart(9);
const show = (name, { raw, gzip, brotli }) =>
  console.log(`${name.padEnd(28)} ${bytes(raw)} ${bytes(gzip)} ${bytes(brotli)}`);
const measure = async (code, more) => sizesOf(withoutImports((await appBundle({ code, ...more })).text));
const ours = () =>
  measure(OURS, { resolveDir: root, alias: { 'ngx-genesys-auth': join(root, 'dist/ngx-genesys-auth') } });

if (check) {
  const sizes = await ours();
  console.log(`provider, service, interceptor and guard: ${sizes.gzip} bytes gzip of at most ${CEILING}`);
  process.exit(sizes.gzip <= CEILING ? 0 : 1);
}

const { run } = await import('./lib/run.mjs');

const bench = join(root, 'projects/bench');
if (!existsSync(join(bench, 'node_modules/keycloak-angular'))) {
  console.log('installing the peers in projects/bench');
  const args = ['ci', '--ignore-scripts', '--silent'];
  const { status } = spawnSync('npm', args, { cwd: bench, stdio: 'inherit', shell: process.platform === 'win32' });
  if (status !== 0) process.exit(status ?? 1);
}

console.log('\nprovider, service, interceptor and guard, with everything they need but Angular, RxJS and tslib; bytes');
console.log(`${''.padEnd(28)} ${['minified', 'gzip', 'brotli'].map((unit) => unit.padStart(9)).join(' ')}`);
show('ngx-genesys-auth', await ours());
for (const [name, code] of Object.entries(PEERS)) show(name, await measure(code, { resolveDir: bench }));

const { ok, output } = await run('ng', ['build', 'wallboard', '--stats-json', '--output-path', 'out-tsc/bundle']);
if (!ok) {
  console.error(output);
  process.exit(1);
}

const rooms = [
  ['ngx-genesys-auth', /dist\/ngx-genesys-auth\//],
  ['genesys-auth-protocol', /genesys-auth-protocol\//],
  ['genesys-scopes', /genesys-scopes\/dist\/(?!operations|catalogue)/],
  ['genesys-scopes/operations', /genesys-scopes\/dist\/operations\//],
  ['genesys-scopes/catalogue', /genesys-scopes\/dist\/catalogue\//]
];
const { outputs } = JSON.parse(readFileSync(join(root, 'out-tsc/bundle/stats.json'), 'utf8'));
const cost = new Map(rooms.map(([name]) => [name, 0]));
for (const { inputs = {} } of Object.values(outputs)) {
  for (const [file, { bytesInOutput }] of Object.entries(inputs)) {
    const room = rooms.find(([, pattern]) => pattern.test(file))?.[0];
    if (room !== undefined) cost.set(room, cost.get(room) + bytesInOutput);
  }
}
console.log('\nwhat the demo pays, all chunks, minified bytes before compression');
for (const [name, count] of cost) console.log(`${name.padEnd(28)} ${bytes(count)}`);
