// npm run bundle: builds the demo with statistics and prints what each package costs it, in minified bytes before compression.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ensureInstalled } from './lib/install.mjs';
import { root } from './lib/root.mjs';

ensureInstalled();
const { buildOrExit } = await import('./lib/build.mjs');
const { run } = await import('./lib/run.mjs');
await buildOrExit();
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
console.log('what the demo pays, all chunks, minified bytes before compression');
for (const [name, bytes] of cost) console.log(`${name.padEnd(28)} ${String(bytes).padStart(7)}`);
