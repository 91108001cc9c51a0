// npm run bench: packs the packages, installs them beside their peers in projects/bench, and measures. All of it takes long;
// `npm run bench -- hub` measures one, and what follows `--` goes to it: `npm run bench -- hub -- --clients 200`.
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './lib/root.mjs';

const bench = join(root, 'projects/bench');
const packages = join(root, 'dist/packages');
const npm = (args, cwd) => {
  const { status } = spawnSync('npm', args, { cwd, stdio: 'inherit', shell: process.platform === 'win32' });
  if (status !== 0) process.exit(status ?? 1);
};

const all = ['scopes', 'interceptor', 'token', 'proxy', 'session', 'latency', 'headers', 'hub', 'slow-reader'];
const args = process.argv.slice(2);
const dashes = args.indexOf('--');
const named = dashes === -1 ? args : args.slice(0, dashes);
const more = dashes === -1 ? [] : args.slice(dashes + 1);
const chosen = named.length > 0 ? named : all;
const unknown = chosen.find((name) => !all.includes(name));
if (unknown !== undefined) {
  console.error(`There is no measurement "${unknown}". There are: ${all.join(', ')}.`);
  process.exit(2);
}

npm(['run', '--silent', 'pack'], root);
npm(['ci', '--silent', '--ignore-scripts'], bench);
const ours = ['genesys-scopes', 'genesys-auth-protocol', 'ngx-genesys-auth', 'genesys-auth-relay'];
const tarballs = readdirSync(packages).filter((file) => ours.some((name) => file.startsWith(name)));
npm(['install', '--no-save', '--no-package-lock', '--silent', ...tarballs.map((file) => join(packages, file))], bench);
for (const name of chosen) npm(['run', '--silent', name, ...(more.length > 0 ? ['--', ...more] : [])], bench);
