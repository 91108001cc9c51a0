#!/usr/bin/env node
// `npm install` without the registry, for apps inside this repository: it unpacks tarballs, and everything else is found in the
// repository's own node_modules. All other commands go to the real npm (REAL_NPM).
import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';

const root = join(import.meta.dirname, '../../..');
const [command, ...args] = process.argv.slice(2);

if (command !== 'install') {
  const { status } = spawnSync(process.env.REAL_NPM ?? 'npm', process.argv.slice(2), { stdio: 'inherit' });
  process.exit(status ?? 1);
}

const readManifest = (folder) => JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));

/** Unpacks a tarball into node_modules, and puts its programs where npm puts them. Returns the name of the package. */
function unpack(tarball) {
  const file = resolve(tarball);
  if (!existsSync(file)) throw new Error(`${tarball} does not exist; "npm run pack" writes it`);
  const { name, bin = {} } = JSON.parse(
    execFileSync('tar', ['-xOf', file, 'package/package.json'], { encoding: 'utf8' })
  );
  const folder = resolve('node_modules', name);
  if (existsSync(folder)) return name;
  mkdirSync(folder, { recursive: true });
  execFileSync('tar', ['-xf', file, '-C', folder, '--strip-components=1']);
  const nested = join(root, 'projects', name, 'node_modules');
  if (existsSync(nested)) symlinkSync(nested, join(folder, 'node_modules'), 'junction');
  mkdirSync('node_modules/.bin', { recursive: true });
  for (const [program, target] of Object.entries(bin)) {
    chmodSync(join(folder, target), 0o755);
    symlinkSync(join(folder, target), join('node_modules/.bin', program));
  }
  return name;
}

const section = args.includes('--save-dev') ? 'devDependencies' : 'dependencies';
for (const tarball of args.filter((arg) => !arg.startsWith('-'))) {
  const name = unpack(tarball);
  const manifest = readManifest('.');
  manifest[section] = { ...manifest[section], [name]: `file:${relative('.', tarball)}` };
  writeFileSync('package.json', JSON.stringify(manifest, null, 2));
}
const { dependencies, devDependencies } = readManifest('.');
for (const wanted of Object.values({ ...dependencies, ...devDependencies })) {
  if (wanted.startsWith('file:')) unpack(wanted.slice('file:'.length));
}
