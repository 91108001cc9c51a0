import { type DecodedOperations, type Operation, type PathNode, decodeOperations } from './decode.ts';
import type { OperationData } from './format.ts';
import { type OperationRef, minimalScopesOf } from './minimal.ts';
import { operationPath } from './path.ts';

/** Finds operations and the scopes that they need. */
export interface OperationIndex {
  /** All operations, sorted by path and method. */
  readonly operations: readonly Operation[];
  /** The operation that a request calls; see {@link findOperation}. */
  find(method: string, url: string | URL): Operation | undefined;
  /** See {@link requiredScopes}. */
  requiredScopes(method: string, url: string | URL): readonly string[] | undefined;
  /** See {@link minimalScopes}. */
  minimalScopes(operations: Iterable<OperationRef>): string[];
}

/** Walks the path from `from` on. A literal segment wins over a parameter, unless nothing follows it that fits. */
function walk(node: PathNode, path: string, from: number, method: string): Operation | undefined {
  if (from > path.length) return node.operations.find((operation) => operation.method === method);
  const slash = path.indexOf('/', from);
  const end = slash < 0 ? path.length : slash;
  if (end === from) return undefined;
  const literal = node.literals?.get(path.slice(from, end));
  const hit = literal && walk(literal, path, end + 1, method);
  return hit ?? (node.parameter && walk(node.parameter, path, end + 1, method));
}

/**
 * Makes an index from its compact form, for example one that `genesys-scopes update` wrote for your organization.
 *
 * @param data the compact form
 * @throws Error if the data is not in this form
 * @example createOperationIndex(JSON.parse(await readFile('genesys-operations.json', 'utf8')))
 */
export function createOperationIndex(data: OperationData): OperationIndex {
  const decoded = decodeOperations(data);
  // Data from outside is read whole, so that damage shows here and not in the middle of a request.
  decoded.openAll();
  return indexOf(decoded);
}

/** The same for data that is known to be in this form: each area is read when a request first needs it. */
export function openOperationIndex(data: OperationData): OperationIndex {
  return indexOf(decodeOperations(data));
}

function indexOf(decoded: DecodedOperations): OperationIndex {
  const find = (method: string, url: string | URL): Operation | undefined => {
    const path = operationPath(typeof url === 'string' ? url : url.pathname);
    if (path === undefined) return undefined;
    const slash = path.indexOf('/');
    decoded.open(slash < 0 ? path : path.slice(0, slash));
    return walk(decoded.root, path, 0, method.toUpperCase());
  };
  return {
    get operations() {
      return decoded.openAll();
    },
    find,
    requiredScopes: (method, url) => find(method, url)?.scopes,
    minimalScopes: (wanted) => minimalScopesOf(find, wanted)
  };
}
