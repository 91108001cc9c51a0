import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Tree } from '@angular-devkit/schematics';
import { addMember } from './json';
import { stop } from './options';

export const LIBRARY = 'ngx-genesys-auth';

const FILE = '/package.json';

type Section = 'dependencies' | 'devDependencies' | 'scripts';
type Manifest = Readonly<Partial<Record<Section, Readonly<Record<string, string>>>>>;

export const readManifest = (tree: Tree): Manifest => tree.readJson(FILE) as Manifest;

/** The version or file of a dependency, in whatever section it is. */
export function dependency(tree: Tree, name: string): string | undefined {
  const { dependencies, devDependencies } = readManifest(tree);
  return dependencies?.[name] ?? devDependencies?.[name];
}

/** Adds a member to a section of package.json, which must not have it. */
export function addTo(tree: Tree, section: Section, name: string, value: string): void {
  const isAdded =
    addMember(tree, FILE, [section], [name, value], section !== 'scripts') ||
    addMember(tree, FILE, [], [section, { [name]: value }]);
  if (!isAdded) stop(`${FILE} is not an object.`);
}

/** The version of the library, which the other packages share. */
export function ownVersion(): string {
  const { version } = JSON.parse(readFileSync(join(__dirname, '../../package.json'), 'utf8')) as { version: string };
  return version;
}

/** Makes the library a dependency if it is not one. The CLI has usually done that before. */
export function addLibrary(tree: Tree): boolean {
  if (dependency(tree, LIBRARY) !== undefined) return false;
  addTo(tree, 'dependencies', LIBRARY, `^${ownVersion()}`);
  return true;
}
