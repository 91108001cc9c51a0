import { posix } from 'node:path';
import type { Tree } from '@angular-devkit/schematics';
import { readWorkspace, type ProjectDefinition } from '@schematics/angular/utility';
import { findBootstrapModuleCall, getAppModulePath } from '@schematics/angular/utility/ng-ast-utils';
import { stop } from './options';
import { callsOf, parse } from './source';

/** The application that is configured. */
export interface Target {
  readonly name: string;
  readonly project: ProjectDefinition;
  readonly sourceRoot: string;
  /** Its TypeScript files, without tests. */
  readonly files: readonly string[];
  /** How it starts: the file with the call of `bootstrapApplication`, or the one with the root NgModule. */
  readonly root: { readonly kind: 'standalone' | 'module'; readonly file: string };
}

/** Whether a file is for rendering on the server: it has a separate start and providers. */
export const isForServer = (file: string): boolean => /(?:^|\/)server\.ts$|\.server\.ts$/.test(file);

/** Finds the application and how it starts. Changes nothing. */
export async function findTarget(tree: Tree, wanted: string | undefined): Promise<Target> {
  const { projects } = await readWorkspace(tree);
  const applications = [...projects].filter(([, project]) => project.extensions['projectType'] === 'application');
  const names = applications.map(([name]) => name).join(', ');
  if (applications.length === 0) stop('this workspace has no application.');
  if (wanted === undefined && applications.length > 1) {
    stop(`this workspace has several applications. Choose one: --project=NAME, of ${names}.`);
  }
  const [name, project] =
    applications.find(([each]) => wanted === undefined || each === wanted) ??
    stop(`this workspace has no application "${String(wanted)}". There are: ${names}.`);
  const sourceRoot = project.sourceRoot ?? posix.join(project.root, 'src');
  const files: string[] = [];
  if (tree.getDir(sourceRoot).subfiles.length + tree.getDir(sourceRoot).subdirs.length > 0) {
    tree.getDir(sourceRoot).visit((file) => {
      if (/(?<!\.(?:spec|test|d))\.ts$/.test(file) && !file.includes('/node_modules/')) files.push(file);
    });
  }
  return { name, project, sourceRoot, files, root: findRoot(tree, name, project, sourceRoot, files) };
}

function findRoot(
  tree: Tree,
  name: string,
  project: ProjectDefinition,
  sourceRoot: string,
  files: readonly string[]
): Target['root'] {
  const { browser, main } = project.targets.get('build')?.options ?? {};
  const named = [browser, main].find((file) => typeof file === 'string');
  const entry = posix.join('/', typeof named === 'string' ? named : posix.join(sourceRoot, 'main.ts'));
  if (!tree.exists(entry)) stop(`the application "${name}" starts with ${entry}, and there is no such file.`);
  // With module federation the entry is one import(), and the application starts in the file behind it.
  const starters = [entry, ...files.filter((file) => file !== entry && !isForServer(file))];
  const standalone = starters.find(
    (file) => callsOf(parse(tree, file), ['bootstrapApplication', '@angular/platform-browser']).length > 0
  );
  if (standalone !== undefined) return { kind: 'standalone', file: standalone };
  const modular = starters.find((file) => findBootstrapModuleCall(tree, file) !== null);
  if (modular === undefined) {
    return stop(
      `the application "${name}" calls neither bootstrapApplication nor bootstrapModule (looked from ${entry}).`
    );
  }
  const file = getAppModulePath(tree, modular);
  return tree.exists(file) ? { kind: 'module', file } : stop(`the root module of ${modular} was not found at ${file}.`);
}
