// npm run bench: packs the packages, installs them beside their peers in projects/bench, and measures.
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

npm(['run', '--silent', 'pack'], root);
npm(['ci', '--silent', '--ignore-scripts'], bench);
const ours = ['genesys-scopes', 'genesys-auth-protocol', 'ngx-genesys-auth'];
const tarballs = readdirSync(packages).filter((file) => ours.some((name) => file.startsWith(name)));
npm(['install', '--no-save', '--no-package-lock', '--silent', ...tarballs.map((file) => join(packages, file))], bench);
npm(['run', '--silent', 'scopes'], bench);
npm(['run', '--silent', 'interceptor'], bench);
