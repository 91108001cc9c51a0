import { posix } from 'node:path';
import type { Tree } from '@angular-devkit/schematics';
import { updateWorkspace } from '@schematics/angular/utility';
import { JSONFile } from '@schematics/angular/utility/json-file';
import type { Rule } from '@angular-devkit/schematics';
import { stop } from './options';
import type { Target } from './target';

type ProxyEntry = Record<string, string | boolean | Record<string, string>>;

/** What was done about the dev proxy, and the change to the workspace that it takes. */
export interface ProxyChange {
  readonly done: string | undefined;
  readonly rule: Rule | undefined;
}

/**
 * Lets the dev server hand calls to the relay on to a relay on this machine.
 *
 * @param path where the app finds its relay, for example `/genesys`
 * @param to where the relay listens
 */
export function addProxy(tree: Tree, { name, project, sourceRoot }: Target, path: string, to: string): ProxyChange {
  const serve = project.targets.get('serve');
  if (!serve) return { done: 'no dev proxy, as the application has no "serve" target', rule: undefined };
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
    pathRewrite: { [`^${path}`]: '' }
  };
  const done = writeEntry(tree, file, path, entry);
  if (configured !== undefined) return { done, rule: undefined };
  const rule = updateWorkspace(({ projects }) => {
    const target = projects.get(name)?.targets.get('serve');
    if (target) target.options = { ...target.options, proxyConfig: file };
  });
  return { done, rule };
}

function writeEntry(tree: Tree, file: string, path: string, entry: ProxyEntry): string | undefined {
  if (!tree.exists(file)) {
    tree.create(file, `${JSON.stringify({ [path]: entry }, null, 2)}\n`);
    return `${file}: ${path} goes to the relay while you develop`;
  }
  if (!file.endsWith('.json')) {
    if (tree.readText(file).includes(path)) return undefined;
    return `${file} is no JSON file: add there ${JSON.stringify({ [path]: entry })}`;
  }
  const json = open(tree, file);
  const present = json.get([]);
  // The list form of webpack: [{ context: ['/genesys'], target: ... }]
  if (Array.isArray(present)) {
    const list: readonly unknown[] = present;
    if (list.some((each) => JSON.stringify(each).includes(JSON.stringify(path)))) return undefined;
    json.modify([list.length], { context: [path], ...entry }, false);
  } else {
    if (json.get([path]) !== undefined) return undefined;
    json.modify([path], entry, false);
  }
  return `${file}: ${path} goes to the relay while you develop`;
}

function open(tree: Tree, file: string): JSONFile {
  try {
    const json = new JSONFile(tree, file);
    if (typeof json.get([]) === 'object') return json;
  } catch {
    // told below
  }
  return stop(`${file} is no JSON that the dev server could read. Mend it, or run again with --no-proxy.`);
}
