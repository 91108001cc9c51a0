import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Tree } from '@angular-devkit/schematics';
import { addMember } from './json';
import { stop } from './options';

export const LIBRARY = 'ngx-genesys-auth';

const FILE = '/package.json';
const CORE = '@angular/core';

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

/** The manifest of the library. */
function ownManifest(): { readonly version: string; readonly peerDependencies: Readonly<Record<string, string>> } {
  return JSON.parse(readFileSync(join(__dirname, '../../package.json'), 'utf8')) as ReturnType<typeof ownManifest>;
}

/** The version of the library, which the other packages share. */
export const ownVersion = (): string => ownManifest().version;

/** Stops the run in an app whose Angular is too old. npm installs the library there with `--force` only. */
export function checkAngular(tree: Tree): void {
  const present = dependency(tree, CORE) ?? '';
  const majors = majorsOf(present);
  const first = Math.min(...majorsOf(ownManifest().peerDependencies[CORE] ?? ''));
  // A range without a number, such as `catalog:`, does not tell the version.
  if (majors.length === 0 || majors.some((major) => major >= first)) return;
  stop(
    `this app has Angular ${present}, and the library needs Angular ${String(first)} or newer. Update Angular first: https://angular.dev/update-guide.`
  );
}

/** The major versions in a range: 20 and 21 of `^20.0.0 || ^21.0.0`. */
const majorsOf = (range: string): number[] =>
  Array.from(range.matchAll(/(?:^|[\s|^~<>=])(\d+)/g), ([, major]) => Number(major));

/** Makes the library a dependency if it is not one. The CLI has usually done that before. */
export function addLibrary(tree: Tree): boolean {
  if (dependency(tree, LIBRARY) !== undefined) return false;
  addTo(tree, 'dependencies', LIBRARY, `^${ownVersion()}`);
  return true;
}
