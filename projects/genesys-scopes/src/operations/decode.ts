import { READONLY_SUFFIX } from '../coverage.ts';
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

/** What one index holds, read from its compact form area by area: an area is everything below one first segment. */
export interface DecodedOperations {
  readonly root: PathNode;
  /** All operations in order. Reads every area that has not been read yet. */
  openAll(): readonly Operation[];
  /** Reads what may lie below a first segment, so that the tree has it. */
  open(firstSegment: string): void;
}

interface Area {
  readonly entries: string[];
  /** Empty until the area is read. */
  readonly operations: Operation[];
}

const damaged = (where: string): Error =>
  new Error(`The operation index is damaged at ${JSON.stringify(where.slice(0, 80))}.`);

/** The areas by first segment; those below a parameter, which any segment may open, under `*`. */
function areasOf(data: OperationData): { closed: Map<string, Area[]>; areas: readonly Area[] } {
  const closed = new Map<string, Area[]>();
  const areas: Area[] = [];
  let entries: string[] | undefined;
  for (const entry of data.operations === '' ? [] : data.operations.split(';')) {
    if (entry.charCodeAt(0) === FIRST_DEPTH) {
      const [first = ''] = entry.slice(1).split(/[/ ]/, 1);
      const key = first.startsWith('*') ? '*' : first.toLowerCase();
      const area: Area = { entries: (entries = []), operations: [] };
      areas.push(area);
      const others = closed.get(key);
      if (others) others.push(area);
      else closed.set(key, [area]);
    }
    if (!entries) throw damaged(entry);
    entries.push(entry);
  }
  return { closed, areas };
}

/**
 * Reads the compact form of an index. The areas are found at once and read when they are needed: most apps call few, and
 * a page waits for the first answer.
 */
export function decodeOperations(data: OperationData): DecodedOperations {
  const exact = data.scopeSets.split('|').map(needsOf);
  const withReadonly = exact.map(({ scopes, auth }) => ({
    scopes: Object.freeze([...scopes, `${scopes[0] ?? ''}${READONLY_SUFFIX}`]),
    auth
  }));
  const root = newNode();
  const { closed, areas } = areasOf(data);
  let all: readonly Operation[] | undefined;

  function read({ entries, operations }: Area): void {
    // The path before, segment by segment: a path walks only what it does not share with it.
    const trail = [{ node: root, path: '' }];
    let set = -1;
    for (const entry of entries) {
      const space = entry.indexOf(' ');
      const depth = entry.charCodeAt(0) - FIRST_DEPTH;
      let last = trail[depth];
      if (!last || space < 2) throw damaged(entry);
      trail.length = depth + 1;
      for (const segment of entry.slice(1, space).split('/')) {
        const text = segment.startsWith('*') ? `{${segment.slice(1)}}` : segment;
        const path: string = last.path === '' ? API_PREFIX + text : `${last.path}/${text}`;
        last = { node: childOf(last.node, segment), path };
        trail.push(last);
      }
      let at = space + 1;
      while (at < entry.length) {
        const letter = entry.charAt(at++);
        const start = at;
        while (entry.charCodeAt(at) <= DIGIT_NINE) at++;
        if (at > start) set = Number(entry.slice(start, at));
        const upper = letter.toUpperCase();
        const needs = (letter === upper ? exact : withReadonly)[set];
        const method = METHODS.get(upper);
        if (!needs || method === undefined) throw damaged(last.path);
        const operation = { method, path: last.path, scopes: needs.scopes, auth: needs.auth };
        last.node.operations.push(operation);
        operations.push(operation);
      }
    }
  }

  function openKey(key: string): void {
    const waiting = closed.get(key);
    if (!waiting) return;
    closed.delete(key);
    waiting.forEach(read);
  }

  return {
    root,
    openAll() {
      for (const key of [...closed.keys()]) openKey(key);
      return (all ??= areas.flatMap(({ operations }) => operations));
    },
    open(firstSegment) {
      if (closed.size === 0) return;
      openKey(firstSegment);
      openKey('*');
    }
  };
}
