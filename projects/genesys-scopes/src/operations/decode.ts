import { READONLY_SUFFIX } from '../catalogue/names.ts';
import { API_PREFIX, FIRST_DEPTH, METHOD_LETTERS, type OperationData } from './format.ts';

/** One operation of the API. */
export interface Operation {
  /** HTTP method in upper case. */
  readonly method: string;
  /** Path template, for example `/api/v2/routing/queues/{queueId}`. */
  readonly path: string;
  /** Any one of these scopes is enough, sorted. Empty where no particular scope is needed. */
  readonly scopes: readonly string[];
  /** `oauth`: takes an access token. `none`: needs nothing. Otherwise the name of what it takes instead. */
  readonly auth: string;
}

/** One segment of the paths of an index. Most have no branches, so what branches is made when it is needed. */
export interface PathNode {
  literals: Map<string, PathNode> | undefined;
  parameter: PathNode | undefined;
  readonly operations: Operation[];
}

const METHODS: ReadonlyMap<string, string> = new Map(
  Object.entries(METHOD_LETTERS).map(([method, letter]) => [letter, method])
);

const newNode = (): PathNode => ({ literals: undefined, parameter: undefined, operations: [] });

const DIGIT_NINE = 57;

interface Needs {
  readonly scopes: readonly string[];
  readonly auth: string;
}

function needsOf(set: string): Needs {
  if (set.startsWith('!')) return { scopes: Object.freeze([]), auth: set.slice(1) };
  return { scopes: Object.freeze(set === '' ? [] : set.split(',')), auth: 'oauth' };
}

function childOf(node: PathNode, segment: string): PathNode {
  if (segment.startsWith('*')) return (node.parameter ??= newNode());
  // Paths are compared in lower case, as Genesys publishes them.
  const key = segment.toLowerCase();
  node.literals ??= new Map<string, PathNode>();
  let child = node.literals.get(key);
  if (!child) node.literals.set(key, (child = newNode()));
  return child;
}

/** Reads the compact form of an index: its operations in order, and the tree that finds them. */
export function decodeOperations(data: OperationData): { root: PathNode; operations: readonly Operation[] } {
  const exact = data.scopeSets.split('|').map(needsOf);
  const withReadonly = exact.map(({ scopes, auth }) => ({
    scopes: Object.freeze([...scopes, `${scopes[0] ?? ''}${READONLY_SUFFIX}`]),
    auth
  }));
  const operations: Operation[] = [];
  // The path before, segment by segment: a path walks only what it does not share with it.
  const root = newNode();
  const trail = [{ node: root, path: '' }];
  let set = 0;

  const readMethods = (text: string, from: number, node: PathNode, path: string): void => {
    let at = from;
    while (at < text.length) {
      const letter = text.charAt(at++);
      const start = at;
      while (text.charCodeAt(at) <= DIGIT_NINE) at++;
      if (at > start) set = Number(text.slice(start, at));
      const upper = letter.toUpperCase();
      const needs = (letter === upper ? exact : withReadonly)[set];
      const method = METHODS.get(upper);
      if (!needs || method === undefined) throw new Error(`The operation index is damaged at ${path}.`);
      const operation = { method, path, scopes: needs.scopes, auth: needs.auth };
      node.operations.push(operation);
      operations.push(operation);
    }
  };

  for (const entry of data.operations === '' ? [] : data.operations.split(';')) {
    const space = entry.indexOf(' ');
    const depth = entry.charCodeAt(0) - FIRST_DEPTH;
    let last = trail[depth];
    if (!last || space < 2) throw new Error(`The operation index is damaged at ${JSON.stringify(entry.slice(0, 80))}.`);
    trail.length = depth + 1;
    for (const segment of entry.slice(1, space).split('/')) {
      const text = segment.startsWith('*') ? `{${segment.slice(1)}}` : segment;
      last = { node: childOf(last.node, segment), path: last.path === '' ? API_PREFIX + text : `${last.path}/${text}` };
      trail.push(last);
    }
    readMethods(entry, space + 1, last.node, last.path);
  }
  return { root, operations };
}
