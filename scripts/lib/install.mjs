// Installs what is missing, and nothing when all is there: a newcomer needs no step before `npm start` or `npm test`.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './root.mjs';

const readJson = (file) => JSON.parse(readFileSync(file, 'utf8'));

/**
 * Compares the lock with the copy of it that npm keeps inside node_modules.
 * @returns {string | undefined} why an install is needed, or undefined
 */
export function whyInstall() {
  const hidden = join(root, 'node_modules/.package-lock.json');
  if (!existsSync(hidden)) return 'no packages are installed yet';
  const installed = readJson(hidden).packages;
  for (const [path, entry] of Object.entries(readJson(join(root, 'package-lock.json')).packages)) {
    if (!path.startsWith('node_modules/') || entry.optional || entry.devOptional || entry.peer) continue;
    if (installed[path]?.version !== entry.version || !existsSync(join(root, path)))
      return `${path.slice(13)} is missing or has another version`;
  }
  return undefined;
}

/** Runs `npm ci` when something is missing. Ends the process with npm's own code when that fails. */
export function ensureInstalled() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major < 20 || (major === 20 && minor < 19)) {
    console.error(
      `Node ${process.versions.node} is too old. Install Node 20.19 or newer (https://nodejs.org), then run this again.`
    );
    process.exit(1);
  }
  const why = whyInstall();
  if (why === undefined) return;
  console.log(`Installing packages (${why}). This takes about a minute.`);
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
  const { status } = spawnSync(npm, ['ci', '--no-audit', '--no-fund'], {
    cwd: root,
    stdio: 'inherit',
    shell: process.platform === 'win32'
  });
  if (status !== 0) {
    console.error('npm ci failed; its own message is above. Mend that and run this again.');
    process.exit(status ?? 1);
  }
}
