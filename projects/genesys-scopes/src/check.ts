import { GENESYS_SCOPES, genesysArea, isGenesysScope } from './catalogue/names.ts';
import { covers, isCovered } from './coverage.ts';
import { isScopeToken, quoted, syntaxErrorAt } from './grammar.ts';
import { nearestScope, scopeOfArea } from './nearest.ts';

/** What is wrong with one scope name. */
export interface ScopeFinding {
  /**
   * - `malformed`: not a scope name by the grammar of OAuth
   * - `near_miss`: almost the name of another scope
   * - `unknown_in_area`: lies in an area of Genesys Cloud, which has no scope of this name
   * - `not_registered`: not on the list of registered scopes
   */
  readonly kind: 'malformed' | 'near_miss' | 'unknown_in_area' | 'not_registered';
  /** The name as it was given. */
  readonly scope: string;
  /** The nearest valid name, where there is one. */
  readonly nearest?: string;
  /** What is wrong, as one sentence. */
  readonly message: string;
  /** What to do about it. */
  readonly hint: string;
}

/** How {@link checkScope} decides. */
export interface ScopeCheckOptions {
  /** The exact list of scopes that exist. Without it the names of Genesys Cloud and names outside its areas pass. */
  readonly registeredScopes?: Iterable<string>;
  /**
   * Scopes of the organization's own that are known to exist, such as those the app is configured with. They are fine, and a
   * name close to one of them is a near miss. Ignored with `registeredScopes`, which is the exact list.
   */
  readonly ownScopes?: Iterable<string>;
}

function finding(
  kind: ScopeFinding['kind'],
  scope: string,
  nearest: string | undefined,
  message: string,
  hint: string
): ScopeFinding {
  return {
    kind,
    scope,
    ...(nearest === undefined ? {} : { nearest }),
    message: `The scope ${quoted(scope)} ${message}`,
    hint
  };
}

const GRAMMAR_HINT = 'A scope name is printable ASCII without spaces, quotes and backslashes';

function malformed(scope: string): ScopeFinding {
  if (typeof scope !== 'string')
    return finding('malformed', '', undefined, `is not a string but ${typeof scope}.`, `${GRAMMAR_HINT}.`);
  if (scope === '') return finding('malformed', scope, undefined, 'is empty.', `${GRAMMAR_HINT}. Remove it.`);
  const [first = ''] = scope.split(' ', 1);
  if (first !== scope && scope.split(' ').every(isScopeToken)) {
    return finding(
      'malformed',
      scope,
      nearestScope(first),
      'is several names.',
      'Give each name as a string of its own.'
    );
  }
  const nearest = nearestScope(scope);
  const what = `has a character that a scope name cannot have, at position ${syntaxErrorAt(scope)}.`;
  return finding(
    'malformed',
    scope,
    nearest,
    what,
    GRAMMAR_HINT + (nearest === undefined ? '.' : `: write ${quoted(nearest)}.`)
  );
}

function checkRegistered(scope: string, registered: ReadonlySet<string>): ScopeFinding | undefined {
  if (isCovered(scope, registered)) return undefined;
  const near = nearestScope(scope, registered);
  // A real name, or the full scope where only its read-only part is registered, is not a misspelling.
  const typo = !isGenesysScope(scope) && !(near !== undefined && covers(scope, near));
  const nearest = typo ? (near ?? nearestScope(scope)) : undefined;
  if (nearest !== undefined) {
    const hint = near === undefined ? `, and add it to the registered scopes: it is not among them.` : '.';
    return finding(
      'near_miss',
      scope,
      nearest,
      `looks like a slip of ${quoted(nearest)}.`,
      `Write ${quoted(nearest)}${hint}`
    );
  }
  const least = near === undefined ? '' : `Use ${quoted(near)}, which is registered, if it is enough, or `;
  return finding(
    'not_registered',
    scope,
    near,
    'is not among the registered scopes.',
    `${least}${least ? 'a' : 'A'}dd it to the registered scopes if the OAuth server knows it, or remove it.`
  );
}

function checkOpen(scope: string, ownScopes: ReadonlySet<string>): ScopeFinding | undefined {
  if (isGenesysScope(scope) || isCovered(scope, ownScopes)) return undefined;
  const near = nearestScope(scope, [...GENESYS_SCOPES, ...ownScopes]);
  const own = 'If it is a scope of your own, list it in registeredScopes.';
  // The full scope, where only its read-only part is the organization's, is not a misspelling.
  if (near !== undefined && (isGenesysScope(near) || !covers(scope, near))) {
    return finding('near_miss', scope, near, `looks like a slip of ${quoted(near)}.`, `Write ${quoted(near)}. ${own}`);
  }
  const area = genesysArea(scope);
  if (area === undefined) return undefined;
  const nearest = scopeOfArea(area, scope);
  // Three parts are how Genesys names permissions, and the two are often taken for each other.
  const permission =
    scope.split(':', 4).length === 3 ? ' A name of three parts is a permission: an admin gives it by a role.' : '';
  return finding(
    'unknown_in_area',
    scope,
    nearest,
    `does not exist in the Genesys Cloud area ${quoted(area)}.`,
    `Use ${quoted(nearest)}.${permission} ${own}`
  );
}

/**
 * Checks one scope name before anything is sent. First the grammar. Then, with `registeredScopes`, that list alone
 * decides: what it has or covers is fine. Without it the names of Genesys Cloud and the `ownScopes` are fine, a near miss of
 * one or an unknown name inside an area of Genesys Cloud is not, and any other name is taken as the organization's own.
 *
 * @param scope the name
 * @param options see {@link ScopeCheckOptions}
 * @returns what is wrong, or `undefined` if nothing is. Never throws.
 * @example checkScope('admin:platform') // undefined: the organization's own
 * @example checkScope('anaytics')?.nearest // 'analytics'
 */
export function checkScope(scope: string, options?: ScopeCheckOptions): ScopeFinding | undefined {
  return checkScopes([scope], options)[0];
}

/**
 * Checks several scope names, each once; see {@link checkScope}.
 *
 * @returns one finding for each name with something wrong, in the order given; empty if all are fine
 * @example checkScopes(['analytics', 'anaytics']).map(({ kind }) => kind) // ['near_miss']
 */
export function checkScopes(scopes: Iterable<string>, options: ScopeCheckOptions = {}): ScopeFinding[] {
  const registered = options.registeredScopes && new Set(options.registeredScopes);
  const own = new Set(options.ownScopes);
  const check = (scope: string): ScopeFinding | undefined => {
    if (!isScopeToken(scope)) return malformed(scope);
    return registered ? checkRegistered(scope, registered) : checkOpen(scope, own);
  };
  return [...new Set(scopes)].flatMap((scope) => check(scope) ?? []);
}
