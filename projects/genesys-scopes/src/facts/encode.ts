import { API_PREFIX, FIRST_DEPTH, METHOD_LETTERS, type OperationData } from '../operations/format.ts';
import { READONLY_SUFFIX } from '../coverage.ts';
import type { OperationFacts } from './facts.ts';

/** The result of {@link encodeOperations}. */
export interface EncodedOperations {
  readonly data: Required<OperationData>;
  /** Operations in the order of the index. */
  readonly encoded: readonly OperationFacts[];
  /** Operations that the compact form cannot express, with the reason. */
  readonly skipped: readonly { readonly operation: OperationFacts; readonly reason: string }[];
}

const letterOf = (method: string): string | undefined =>
  new Map<string, string>(Object.entries(METHOD_LETTERS)).get(method);

// Characters that the compact form gives a meaning.
const SCOPE = /^[^,;|!][^,;|]*$/;
const PERMISSION = /^[^,;|~&=][^,;|]*$/;

function reasonToSkip({ method, path, scopes, permissions, otherAuth = '' }: OperationFacts): string | undefined {
  if (letterOf(method) === undefined) return `unknown method ${method}`;
  if (!path.startsWith(API_PREFIX)) return `not under ${API_PREFIX}`;
  if (!scopes.every((scope) => SCOPE.test(scope)) || /[;|]/.test(otherAuth)) return 'a scope with , ; | or !';
  if (!permissions.every((permission) => PERMISSION.test(permission))) return 'a permission with , ; | ~ & or =';
  const segments = path.slice(API_PREFIX.length).split('/');
  const fits = segments.every((segment) => /^(?:[^{}*;| ]+|\{[^{}*;| ]+\})$/.test(segment));
  return fits ? undefined : 'a segment that is neither a word nor a parameter';
}

const segmentsOf = (path: string): string[] =>
  path
    .slice(API_PREFIX.length)
    .split('/')
    .map((segment) => (segment.startsWith('{') ? `*${segment.slice(1, -1)}` : segment));

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

function sharedLength(a: readonly string[], b: readonly string[]): number {
  let shared = 0;
  while (shared < a.length && a[shared] === b[shared]) shared++;
  return shared;
}

/** The scope set of an operation as text, and whether it is one scope and its read-only part. */
function setOf({ scopes, otherAuth }: OperationFacts): { set: string; withReadonly: boolean } {
  if (otherAuth !== undefined) return { set: `!${otherAuth}`, withReadonly: false };
  const [full = '', readonly, ...rest] = [...scopes].sort();
  return rest.length === 0 && readonly === full + READONLY_SUFFIX
    ? { set: full, withReadonly: true }
    : { set: [...scopes].sort().join(','), withReadonly: false };
}

function shortened(permission: string, before: string): string {
  const parts = permission.split(':');
  const other = before.split(':');
  // Only names of three parts are shortened, so that the number of parts tells what was left out.
  if (parts.length !== 3) return `=${permission}`;
  if (other.length !== 3) return permission;
  return parts.slice(Math.min(2, sharedLength(parts, other))).join(':');
}

/**
 * Writes operations in the compact form of an index.
 *
 * @param facts operations in any order; of two with the same method and path the first counts
 */
export function encodeOperations(facts: Iterable<OperationFacts>): EncodedOperations {
  const byPath = new Map<string, OperationFacts[]>();
  const skipped: { operation: OperationFacts; reason: string }[] = [];
  for (const operation of facts) {
    const reason = reasonToSkip(operation);
    const others = byPath.get(operation.path) ?? [];
    if (reason !== undefined) skipped.push({ operation, reason });
    else if (!others.some(({ method }) => method === operation.method)) {
      byPath.set(operation.path, [...others, operation]);
    }
  }
  const paths = [...byPath]
    .map(([path, operations]) => ({ segments: segmentsOf(path), operations }))
    .sort((a, b) => compare(a.segments.join('\0'), b.segments.join('\0')));

  const sets = new Map<string, number>();
  const lines: string[] = [];
  const permissionLines: string[] = [];
  const encoded: OperationFacts[] = [];
  let segmentsBefore: string[] = [];
  let setBefore: string | undefined;
  let permissionBefore = '';
  for (const { segments, operations } of paths) {
    const depth = sharedLength(segmentsBefore, segments);
    segmentsBefore = segments;
    // An area, which is what a first segment opens, says everything itself: it can be read without the ones before.
    if (depth === 0) setBefore = undefined;
    let methods = '';
    const permissions: string[] = [];
    for (const operation of operations.sort((a, b) => compare(a.method, b.method))) {
      const { set, withReadonly } = setOf(operation);
      const number = sets.get(set) ?? sets.size;
      sets.set(set, number);
      const letter = letterOf(operation.method) ?? '';
      methods += (withReadonly ? letter.toLowerCase() : letter) + (set === setBefore ? '' : String(number));
      setBefore = set;
      const names = operation.permissions.map((permission) => {
        const short = shortened(permission, permissionBefore);
        permissionBefore = permission;
        return short;
      });
      permissions.push(
        (operation.deprecated ? '~' : '') + (operation.permissionRule === 'ALL' ? '&' : '') + names.join(',')
      );
      encoded.push(operation);
    }
    lines.push(`${String.fromCharCode(FIRST_DEPTH + depth)}${segments.slice(depth).join('/')} ${methods}`);
    permissionLines.push(permissions.join('|'));
  }
  const data = {
    format: 1,
    scopeSets: [...sets.keys()].join('|'),
    operations: lines.join(';'),
    permissions: permissionLines.join(';')
  } as const;
  return { data, encoded, skipped };
}
