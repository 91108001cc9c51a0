import { mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { delimiter, dirname, join } from 'node:path';
import { SchematicTestRunner } from '@angular-devkit/schematics/testing';
import { command } from '../compat/support/command.ts';
import { root } from './angular-cli.ts';
import { type Terminal, terminal } from './terminal.ts';

const schematics = dirname(createRequire(import.meta.url).resolve('@schematics/angular/package.json'));

/** Folders of the packages that are published. */
export const PACKAGES = [
  'projects/genesys-auth-protocol',
  'projects/genesys-scopes',
  'projects/genesys-auth-relay',
  'projects/genesys-sandbox',
  'dist/ngx-genesys-auth'
];

/**
 * Writes what `ng new` writes, with the workspace's Angular, which the app takes from the repository's node_modules. `npm install` does
 * not ask the registry there. The tarballs are beside it, as after `npm run pack` in a clone.
 */
export async function newApp(parent: string, options: { readonly standalone?: boolean } = {}): Promise<Terminal> {
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
  return terminal(folder, env);
}
