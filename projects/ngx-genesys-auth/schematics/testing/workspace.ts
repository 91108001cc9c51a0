import { join } from 'node:path';
import { SchematicTestRunner, UnitTestTree } from '@angular-devkit/schematics/testing';
import type { NgAddOptions } from '../ng-add/options';

export const runner = new SchematicTestRunner('ngx-genesys-auth', join(__dirname, '../collection.json'));

interface AppOptions {
  standalone?: boolean;
  ssr?: boolean;
  routing?: boolean;
}

const workspaces = new Map<string, Promise<UnitTestTree>>();

/** A workspace as `ng new` makes it, with one application `shop`. It is made once per test file and set of options; each call returns a copy. */
export async function workspace(app: AppOptions = {}): Promise<UnitTestTree> {
  const key = JSON.stringify(app);
  const tree = workspaces.get(key) ?? makeWorkspace(app);
  workspaces.set(key, tree);
  return new UnitTestTree((await tree).branch());
}

async function makeWorkspace(app: AppOptions): Promise<UnitTestTree> {
  const empty = await runner.runExternalSchematic('@schematics/angular', 'workspace', {
    name: 'ws',
    version: '21.0.0',
    newProjectRoot: 'projects'
  });
  return addApplication(empty, 'shop', app);
}

export function addApplication(tree: UnitTestTree, name: string, app: AppOptions = {}): Promise<UnitTestTree> {
  const options = { name, skipInstall: true, skipTests: true, ssr: false, standalone: true, ...app };
  return runner.runExternalSchematic('@schematics/angular', 'application', options, tree);
}

export const ANSWERS: NgAddOptions = { region: 'mypurecloud.de', scopes: 'analytics:readonly, routing' };

/** The arguments of `provideGenesysAuth()` that `ng add` writes for {@link ANSWERS}. */
export const CONFIG =
  "{ region: 'mypurecloud.de', relay: '/genesys', scopes: ['analytics:readonly', 'routing'] }, withProxyMode()";

/** Runs `ng add`, and once more on what it made: the second run changes nothing. */
export async function ngAdd(tree: UnitTestTree, options: NgAddOptions = ANSWERS): Promise<UnitTestTree> {
  const first = await runner.runSchematic('ng-add', options, tree);
  const made = contents(first);
  const second = await runner.runSchematic('ng-add', options, first);
  expect(contents(second)).toEqual(made);
  return second;
}

/** The keys of `serve` of the application `shop` in angular.json. */
export interface Serve {
  options?: Record<string, unknown>;
  configurations: Record<string, Record<string, unknown>>;
}

/** The `serve` target of the application `shop`. */
export const serveOf = (tree: UnitTestTree): Serve =>
  (JSON.parse(tree.readText('/angular.json')) as { projects: { shop: { architect: { serve: Serve } } } }).projects.shop
    .architect.serve;

/** What `ng add` prints. */
export async function output(tree: UnitTestTree, options: NgAddOptions): Promise<string> {
  const lines: string[] = [];
  const listening = runner.logger.subscribe(({ message }) => lines.push(message));
  await runner.runSchematic('ng-add', options, tree);
  listening.unsubscribe();
  return lines.join('\n');
}

/** Runs `ng add` where it cannot be done: it says so, and the tree stays as it was. */
export async function failure(tree: UnitTestTree, options: NgAddOptions = ANSWERS): Promise<string> {
  const before = contents(tree);
  const error: unknown = await runner.runSchematic('ng-add', options, tree).catch((reason: unknown) => reason);
  if (!(error instanceof Error)) throw new Error('it did not fail');
  expect(contents(tree)).toEqual(before);
  return error.message;
}

const contents = (tree: UnitTestTree) =>
  Object.fromEntries(tree.files.map((file) => [file, tree.read(file)?.toString('latin1')]));

/** The text without line breaks and indentation, to compare code by its words. */
export const flat = (text: string): string => text.replace(/\s+/g, ' ');
