import { posix } from 'node:path';
import type { Tree } from '@angular-devkit/schematics';
import { JSONFile } from '@schematics/angular/utility/json-file';
import { addElement, addMember } from './json';
import { stop } from './options';
import type { Target } from './target';

const WORKSPACE = '/angular.json';

type ProxyEntry = Record<string, string | boolean | Record<string, string>>;

/**
 * Lets the dev server forward calls to the relay to a relay on this machine.
 *
 * @param path where the app finds its relay, for example `/genesys`
 * @param to where the relay listens
 * @returns what was done, for the user; `undefined` if it was there
 */
export function addProxy(
  tree: Tree,
  { name, project, sourceRoot }: Target,
  path: string,
  to: string
): string | undefined {
  const serve = project.targets.get('serve');
  if (!serve) return 'no dev proxy, as the application has no "serve" target';
  const configured = [serve.options, ...Object.values(serve.configurations ?? {})]
    .map((options) => options?.['proxyConfig'])
    .find((file) => typeof file === 'string');
  const file = typeof configured === 'string' ? configured : posix.join(sourceRoot, 'proxy.conf.json');
  const entry: ProxyEntry = {
    target: to,
    // The relay believes that it is called from this machine only if it is called by its own name.
    changeOrigin: true,
    // Live events over the relay's hub come by a WebSocket.
    ws: true,
    // The relay's own command serves at its root.
    pathRewrite: { [`^${path.replace(/[$()*+.[\]^{|}]/g, '\\$&')}`]: '' }
  };
  const done = writeEntry(tree, file, path, entry);
  if (configured === undefined) setProxyConfig(tree, name, file);
  return done;
}

/** Names the file in the workspace. Its other lines stay as they are. */
function setProxyConfig(tree: Tree, project: string, file: string): void {
  const options = ['architect', 'targets'].map((targets) => ['projects', project, targets, 'serve', 'options']);
  const isSet =
    options.some((path) => addMember(tree, WORKSPACE, path, ['proxyConfig', file])) ||
    options.some((path) => addMember(tree, WORKSPACE, path.slice(0, -1), ['options', { proxyConfig: file }]));
  if (!isSet) stop(`${WORKSPACE} has no "serve" target for "${project}" that can be extended.`);
}

function writeEntry(tree: Tree, file: string, path: string, entry: ProxyEntry): string | undefined {
  if (!file.endsWith('.json')) {
    if (tree.exists(file) && tree.readText(file).includes(path)) return undefined;
    return `${file} is not a JSON file. Add there: ${JSON.stringify({ [path]: entry })}`;
  }
  if (!tree.exists(file)) {
    tree.create(file, `${JSON.stringify({ [path]: entry }, null, 2)}\n`);
    return `${file}: ${path} goes to the relay while you develop`;
  }
  const json = open(tree, file);
  const present = json.get([]);
  // The list form of webpack: [{ context: ['/genesys'], target: ... }]
  if (Array.isArray(present)) {
    const list: readonly unknown[] = present;
    if (list.some((each) => JSON.stringify(each).includes(JSON.stringify(path)))) return undefined;
    addElement(tree, file, { context: [path], ...entry });
  } else {
    if (json.get([path]) !== undefined) return undefined;
    addMember(tree, file, [], [path, entry]);
  }
  return `${file}: ${path} goes to the relay while you develop`;
}

function open(tree: Tree, file: string): JSONFile {
  try {
    const json = new JSONFile(tree, file);
    const content = json.get([]);
    if (typeof content === 'object' && content !== null) return json;
  } catch {
    // told below
  }
  return stop(`${file} is not a JSON file that the dev server could read. Correct it, or run again with --no-proxy.`);
}
