import { READONLY_SUFFIX, covers } from '../coverage.ts';
import type { Operation } from './decode.ts';

/** An operation by method and URL or path template: `{ method, url }`, or one string such as `GET /api/v2/users/me`. */
export type OperationRef = string | { readonly method: string; readonly url: string | URL };

/** An operation that the index does not have. */
export class UnknownOperationError extends Error {
  override readonly name = 'UnknownOperationError';
  /** Stable code of this error. */
  readonly code = 'unknown_operation';
  /** Method and URL as they were given. */
  readonly operation: string;

  constructor(operation: string) {
    super(`No operation of the Genesys Cloud API is ${JSON.stringify(operation.slice(0, 200))}.`);
    this.operation = operation;
  }
}

/** Splits `GET /api/v2/users/me`. */
export function parseRef(ref: OperationRef): { method: string; url: string | URL } {
  if (typeof ref !== 'string') return ref;
  const space = ref.indexOf(' ');
  return { method: ref.slice(0, Math.max(0, space)), url: ref.slice(space + 1).trimStart() };
}

/** A set of scopes that meets everything, and how many of them may write. */
interface Choice {
  readonly scopes: readonly string[];
  readonly full: number;
}

const isFull = (scope: string): boolean => !scope.endsWith(READONLY_SUFFIX);

// Fewest scopes first, then fewest that may write, then by name, so that the answer is always the same.
function isBetter(a: Choice, b: Choice | undefined): boolean {
  if (!b) return true;
  if (a.scopes.length !== b.scopes.length) return a.scopes.length < b.scopes.length;
  if (a.full !== b.full) return a.full < b.full;
  return a.scopes.join(' ') < b.scopes.join(' ');
}

// Beyond this many steps the best answer so far is taken. The API of Genesys Cloud needs less than a hundred.
const MOST_STEPS = 50_000;

/** The best choice that meets every requirement (each: any one of these scopes), by branch and bound. */
function cheapest(requirements: readonly (readonly string[])[]): readonly string[] {
  const names = [...new Set(requirements.flat())];
  const meets = (scope: string, need: readonly string[]): boolean => need.some((name) => covers(scope, name));
  let best: Choice | undefined;
  let steps = 0;
  const search = (open: readonly (readonly string[])[], chosen: readonly string[], full: number): void => {
    const tightest = open.reduce<readonly string[] | undefined>(
      (a, b) => (!a || b.length < a.length ? b : a),
      undefined
    );
    if (!tightest) {
      const choice = { scopes: [...chosen].sort(), full };
      if (isBetter(choice, best)) best = choice;
      return;
    }
    if ((best && chosen.length >= best.scopes.length) || steps++ > MOST_STEPS) return;
    // What meets most requirements is tried first: a good first answer bounds the rest.
    const gains = names
      .filter((scope) => meets(scope, tightest))
      .map((scope) => ({ scope, rest: open.filter((need) => !meets(scope, need)) }));
    for (const { scope, rest } of gains.sort((a, b) => a.rest.length - b.rest.length)) {
      search(rest, [...chosen, scope], full + (isFull(scope) ? 1 : 0));
    }
  };
  search(requirements, [], 0);
  return best?.scopes ?? [];
}

/** Requirements that have no scope in common with others are solved apart. */
function groups(requirements: readonly (readonly string[])[]): (readonly string[])[][] {
  const area = (scope: string): string => (isFull(scope) ? scope : scope.slice(0, -READONLY_SUFFIX.length));
  let all: { areas: Set<string>; needs: (readonly string[])[] }[] = [];
  for (const need of requirements) {
    const mine = { areas: new Set(need.map(area)), needs: [need] };
    for (const other of all.filter(({ areas }) => [...mine.areas].some((name) => areas.has(name)))) {
      mine.needs.push(...other.needs);
      for (const name of other.areas) mine.areas.add(name);
      all = all.filter((group) => group !== other);
    }
    all.push(mine);
  }
  return all.map(({ needs }) => needs);
}

/** See `minimalScopes`. */
export function minimalScopesOf(
  find: (method: string, url: string | URL) => Operation | undefined,
  wanted: Iterable<OperationRef>
): string[] {
  const needs = new Map<string, readonly string[]>();
  for (const ref of wanted) {
    const { method, url } = parseRef(ref);
    const operation = find(method, url);
    if (!operation) throw new UnknownOperationError(`${method} ${typeof url === 'string' ? url : url.href}`);
    if (operation.scopes.length > 0) needs.set(operation.scopes.join(' '), operation.scopes);
  }
  return groups([...needs.values()])
    .flatMap(cheapest)
    .sort();
}
