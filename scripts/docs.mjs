// npm run docs: builds the documentation site, serves it and prints its URL. npm run docs -- --build only builds it.
import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ensureInstalled } from './lib/install.mjs';
import { root } from './lib/root.mjs';

ensureInstalled();
const { buildOrExit } = await import('./lib/build.mjs');
await buildOrExit();

const site = join(root, 'projects/docs-site');
/** Runs a command in the folder of the site, which has separate packages. Ends the process if it fails. */
function run(command, args) {
  const { status } = spawnSync(command, args, { cwd: site, stdio: 'inherit', shell: process.platform === 'win32' });
  if (status !== 0) process.exit(status ?? 1);
}
const lockOf = (file) => (existsSync(file) ? readFileSync(file, 'utf8') : '');
const stamp = join(site, 'node_modules/.installed-lock.json');
const lock = join(site, 'package-lock.json');
if (lockOf(stamp) !== lockOf(lock)) {
  console.log('Installing the packages of the documentation site.');
  run('npm', ['ci', '--no-audit', '--no-fund', '--ignore-scripts']);
  copyFileSync(lock, stamp);
}
run(process.execPath, ['build.mjs']);
if (!process.argv.includes('--build'))
  run('npm', ['exec', '--no', '--', 'vitepress', 'preview', '.', '--port', '4173']);
