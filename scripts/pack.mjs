// npm run pack: builds the packages that are published, then writes them as tarballs to dist/packages.
import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { ensureInstalled } from './lib/install.mjs';
import { root } from './lib/root.mjs';

ensureInstalled();
const { buildPublishedOrExit } = await import('./lib/build.mjs');
await buildPublishedOrExit();

const folder = join(root, 'dist/packages');
rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });
const packages = [
  'projects/genesys-auth-protocol',
  'projects/genesys-scopes',
  'projects/genesys-auth-relay',
  'projects/genesys-sandbox',
  'dist/ngx-genesys-auth'
];
const sources = packages.map((source) => join(root, source));
const { status, stderr } = spawnSync('npm', ['pack', ...sources, '--pack-destination', folder, '--silent'], {
  cwd: root,
  encoding: 'utf8',
  shell: process.platform === 'win32'
});
if (status !== 0) {
  console.error(stderr);
  process.exit(1);
}
for (const file of readdirSync(folder)) console.log(join('dist/packages', file));
