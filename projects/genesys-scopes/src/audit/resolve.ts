import type { Operation, OperationIndex } from '../operations/index.ts';
import { HOLE } from './evaluate.ts';
import type { ApiUse } from './requests.ts';

/** What a use of the API turned out to be. */
export type Resolution =
  | { readonly kind: 'operation'; readonly operation: Operation }
  /** The sources do not tell which operation it is. */
  | { readonly kind: 'open' }
  /** There is no such operation. */
  | { readonly kind: 'unknown' };

const open: Resolution = { kind: 'open' };

/** The path from `/api/v2` on, without query and hash. */
function pathOf(url: string): string {
  const start = url.toLowerCase().indexOf('/api/v2');
  const [path = ''] = url.slice(start).split(/[?#]/);
  return path.endsWith('/') ? path.slice(0, -1) : path;
}

/** Whether a template may be what a path with holes becomes. */
function mayBe(template: string, segments: readonly string[]): boolean {
  const fits = (part: string, segment: string): boolean =>
    segment.includes(HOLE) || part.startsWith('{') || part === segment.toLowerCase();
  const parts = template.split('/');
  return parts.length === segments.length && parts.every((part, i) => fits(part, segments[i] ?? ''));
}

/** Finds the operation that a use calls. */
export function resolveUse(index: OperationIndex, { method, url, via }: ApiUse): Resolution {
  const path = pathOf(url);
  // Something is put behind the version that only the run knows.
  if (path.length <= '/api/v2'.length || path.startsWith(`/api/v2${HOLE}`)) return open;
  // `queues${query}`: what follows a word directly is a query, or nothing.
  const tidy = path.replace(new RegExp(`([^/${HOLE}])${HOLE}$`), '$1');
  const segments = tidy.split('/');
  const asTemplate = segments.map((segment) => (segment.includes(HOLE) ? '{}' : segment)).join('/');

  const methods = method === undefined ? [...new Set(index.operations.map((operation) => operation.method))] : [method];
  const exact = methods.flatMap((verb) => index.find(verb, asTemplate) ?? []);
  const candidates =
    exact.length > 0 || !tidy.includes(HOLE)
      ? exact
      : index.operations.filter((operation) => methods.includes(operation.method) && mayBe(operation.path, segments));
  const [first] = candidates;
  if (!first) return { kind: 'unknown' };
  const sameNeeds = candidates.every(
    ({ scopes, auth }) => scopes.join() === first.scopes.join() && auth === first.auth
  );
  if (candidates.length === 1 || sameNeeds) return { kind: 'operation', operation: first };
  if (method !== undefined || via === 'call') return open;
  // A string alone that names a path is most often read.
  const read = candidates.find((operation) => operation.method === 'GET');
  return read && exact.length > 0 ? { kind: 'operation', operation: read } : open;
}
