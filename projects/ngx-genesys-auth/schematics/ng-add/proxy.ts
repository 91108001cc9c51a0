import { posix } from 'node:path';
import type { Tree } from '@angular-devkit/schematics';
import { JSONFile } from '@schematics/angular/utility/json-file';
import { addMember, replaceMember } from './json';
import { missingIn, notApplied } from './not-applied';
import { stop } from './options';
import { type OtherEntries, proxyFile } from './proxy-file';
import { quoted } from './source';
import type { Target } from './target';

const WORKSPACE = '/angular.json';

/** A proxy file with this header forwards calls as the relay wants them. */
const KEY_HEADER = 'x-genesys-dev-key';

/** A place in the workspace file that names a proxy file. */
interface Configured {
  /** The keys that lead there from the `serve` target. */
  readonly keys: readonly string[];
  /** Path of the proxy file, from the workspace's root. */
  readonly file: string;
}

/**
 * Lets the dev server forward calls to the relay to a relay on this machine.
 *
 * @param path where the app finds its relay, for example `/genesys`
 * @param to where the relay listens
 * @returns what was done, for the user; `undefined` if it was there
 */
export function addProxy(tree: Tree, target: Target, path: string, to: string): string | undefined {
  const { name, project } = target;
  if (!project.targets.has('serve')) return 'no dev proxy, because the application has no "serve" target';
  const configured = configuredFiles(target);
  const [first, ...others] = new Set(configured.map(({ file }) => file));
  if (first === undefined) {
    const file = create(tree, name, path, to);
    addProxyConfig(tree, name, file.slice(1));
    return `${file}: the dev server forwards ${path} to the relay`;
  }
  const isProgram = !first.endsWith('.json') && tree.exists(first);
  if (others.length > 0 || isProgram) return addBeside(tree, name, [first, ...others], path, to);
  const entries = tree.exists(first) ? readJson(tree, first) : undefined;
  if (entries && hasEntry(entries, path)) {
    return (
      `${first} forwards ${path} already, and stays as it is. It does not send the key that "genesys-auth-relay dev" needs: ` +
      'remove that entry and run this again, or start the relay with "genesys-auth-relay serve"'
    );
  }
  const file = create(tree, name, path, to, entries && { file: first, isList: Array.isArray(entries) });
  for (const { keys } of configured) setProxyConfig(tree, name, keys, file.slice(1));
  return `${file}: the dev server forwards ${path} to the relay${entries ? `, and what ${first} says` : ''}`;
}

/** The proxy files of the `serve` target and of its configurations. */
function configuredFiles({ project }: Target): readonly Configured[] {
  const { options, configurations = {} } = project.targets.get('serve') ?? {};
  const places = [
    { keys: ['options'], options },
    ...Object.entries(configurations).map(([name, each]) => ({ keys: ['configurations', name], options: each }))
  ];
  return places.flatMap(({ keys, options: { proxyConfig } = {} }) =>
    typeof proxyConfig === 'string' ? [{ keys, file: posix.join('/', proxyConfig) }] : []
  );
}

/** Writes the program beside programs of the developer, which stay as they are. */
function addBeside(
  tree: Tree,
  project: string,
  files: readonly string[],
  path: string,
  to: string
): string | undefined {
  const read = (file: string) => (tree.exists(file) ? tree.readText(file) : '');
  const imported = (file: string) =>
    candidates(project).filter((each) => each !== file && read(file).includes(posix.basename(each)));
  const programs = files.flatMap((file) => [file, ...imported(file)]).filter((file) => read(file).includes(KEY_HEADER));
  const open = files.filter((file) => !programs.includes(file) && imported(file).length === 0);
  if (open.length === 0) {
    if (programs.length === 0) return undefined;
    const left = notApplied(
      missingIn(programs.map(read).join('\n'), [
        ['path', path],
        ['target', to]
      ])
    );
    return left === '' ? undefined : `${programs.join(', ')} stays as it is${left}`;
  }
  const file = create(tree, project, path, to);
  return (
    `${file} forwards calls to the relay. ${open.join(', ')} stays as it is. Add to its entries:\n` +
    `      import genesys from '${relativeTo(open[0] ?? '/', file)}'; // and "...genesys" in the exported object`
  );
}

function relativeTo(from: string, file: string): string {
  const path = posix.relative(posix.dirname(from), file);
  return path.startsWith('.') ? path : `./${path}`;
}

/** Another application of the workspace may have taken the first name. */
const candidates = (project: string): readonly string[] => ['/proxy.conf.mjs', `/proxy.conf.${project}.mjs`];

/**
 * Creates the program under a name that is free. A program that does the same is used as it is: a formatter or the developer may have
 * changed its text.
 */
function create(tree: Tree, project: string, path: string, to: string, others?: OtherEntries): string {
  const parts = [KEY_HEADER, `${path}/`, to, ...(others ? [`.${others.file}`] : [])];
  const isSame = (text: string) =>
    parts.every((part) => text.includes(quoted(part)) || text.includes(JSON.stringify(part)));
  const names = candidates(project);
  const file = names.find((each) => !tree.exists(each) || isSame(tree.readText(each)));
  if (file === undefined)
    return stop(`${names.join(' and ')} exist already. Rename them, or run again with --no-proxy.`);
  if (!tree.exists(file)) tree.create(file, proxyFile(path, to, others));
  return file;
}

/** Names the file in a workspace that names none. Its other lines stay as they are. */
function addProxyConfig(tree: Tree, project: string, file: string): void {
  const options = ['architect', 'targets'].map((targets) => ['projects', project, targets, 'serve', 'options']);
  const isSet =
    options.some((path) => addMember(tree, WORKSPACE, path, ['proxyConfig', file])) ||
    options.some((path) => addMember(tree, WORKSPACE, path.slice(0, -1), ['options', { proxyConfig: file }]));
  if (!isSet) stop(`${WORKSPACE} has no "serve" target for "${project}" that can be extended.`);
}

/** Names the file in place of another one. */
function setProxyConfig(tree: Tree, project: string, keys: readonly string[], file: string): void {
  const isSet = ['architect', 'targets'].some((targets) =>
    replaceMember(tree, WORKSPACE, ['projects', project, targets, 'serve', ...keys, 'proxyConfig'], file)
  );
  if (!isSet) stop(`${WORKSPACE} has a "proxyConfig" for "${project}" that cannot be changed.`);
}

/** The entries of a JSON file. The program that replaces it reads them with `JSON.parse()`, which takes no comments. */
function readJson(tree: Tree, file: string): object {
  const hint = 'Correct it, or run again with --no-proxy.';
  let content: unknown;
  try {
    content = new JSONFile(tree, file).get([]);
  } catch {
    // reported below
  }
  if (typeof content !== 'object' || content === null) {
    return stop(`${file} is not a JSON file that the dev server could read. ${hint}`);
  }
  try {
    JSON.parse(tree.readText(file));
  } catch {
    stop(`${file} has comments or trailing commas, which JSON.parse() does not accept. ${hint}`);
  }
  return content;
}

function hasEntry(entries: object, path: string): boolean {
  const isEntry = (key: unknown) => key === path || key === `${path}/`;
  if (!Array.isArray(entries)) return Object.keys(entries).some(isEntry);
  // The list form of webpack: [{ context: ['/genesys'], target: ... }]
  const list: readonly unknown[] = entries;
  return list.some((each) => {
    const { context } = each as { context?: unknown };
    return [context].flat().some(isEntry);
  });
}
