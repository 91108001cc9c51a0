import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { delimiter, dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { SchematicTestRunner } from '@angular-devkit/schematics/testing';
import { command } from '../compat/support/command.ts';
import { root } from './angular-cli.ts';

const schematics = dirname(createRequire(import.meta.url).resolve('@schematics/angular/package.json'));

const PACKAGES = [
  'projects/genesys-auth-protocol',
  'projects/genesys-scopes',
  'projects/genesys-auth-relay',
  'projects/genesys-sandbox',
  'dist/ngx-genesys-auth'
];

/** An app that `ng new` made in a folder of this repository, which takes Angular from the repository's node_modules. */
export interface NewApp {
  readonly folder: string;
  /** The environment of a terminal there, in which `npm install` does not ask the registry. */
  readonly env: NodeJS.ProcessEnv;
  /** Runs a command line in the folder to its end. Rejects with what it printed if it fails. */
  run(line: string): Promise<string>;
}

/** Writes what `ng new` writes, with the workspace's Angular. The tarballs are beside it, as after `npm run pack` in a clone. */
export async function newApp(parent: string, options: { readonly standalone?: boolean } = {}): Promise<NewApp> {
  const folder = join(parent, 'your-app');
  await rm(parent, { recursive: true, force: true });
  const runner = new SchematicTestRunner('@schematics/angular', join(schematics, 'collection.json'));
  const made = await runner.runSchematic('ng-new', {
    name: 'your-app',
    directory: '.',
    version: '21.2.24',
    skipInstall: true,
    skipGit: true,
    skipTests: true,
    ssr: false,
    aiConfig: ['none'],
    ...options
  });
  for (const file of made.files) {
    await mkdir(dirname(join(folder, file)), { recursive: true });
    await writeFile(join(folder, file), made.read(file) ?? '');
  }
  await mkdir(join(folder, 'node_modules/.bin'), { recursive: true });
  await symlink(join(root, 'node_modules/@angular/cli/bin/ng.js'), join(folder, 'node_modules/.bin/ng'));
  const packages = join(parent, 'ngx-genesys-auth/dist/packages');
  await mkdir(packages, { recursive: true });
  const sources = PACKAGES.map((source) => join(root, source));
  await command('npm', ['pack', ...sources, '--pack-destination', packages, '--silent'], root);

  const bin = join(parent, 'bin');
  await mkdir(bin);
  await symlink(join(import.meta.dirname, 'offline-npm.mjs'), join(bin, 'npm'));
  const npm = await command('sh', ['-c', 'command -v npm'], root);
  const path = process.env['PATH'] ?? '';
  const env = {
    ...process.env,
    PATH: `${bin}${delimiter}${path}`,
    REAL_NPM: npm.trim(),
    // Nothing may ask the registry.
    npm_config_offline: 'true',
    npm_config_update_notifier: 'false',
    NG_CLI_ANALYTICS: 'false',
    CI: 'true',
    NO_COLOR: '1'
  };
  return {
    folder,
    env,
    run: async (line) => {
      const child = spawn(line, { cwd: folder, env, shell: true, stdio: ['ignore', 'pipe', 'pipe'] });
      const ended = once(child, 'close') as Promise<[number | null]>;
      const [out, err, [code]] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
      if (code !== 0) throw new Error(`${line} ended with ${String(code)}:\n${out}${err}`);
      return `${out}${err}`;
    }
  };
}
