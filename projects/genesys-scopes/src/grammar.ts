// scope-token = 1*( %x21 / %x23-5B / %x5D-7E ): printable ASCII without space, quote and backslash.
// The test looks for what must not be there: `^[...]+$` remembers every step and runs out of memory on very long names.
const FOREIGN = /[^!#-[\]-~]/;

const SHOWN_CHARACTERS = 60;

/**
 * A scope name as part of a message: quoted, cut when long, and in printable ASCII. A line break or a terminal sequence
 * cannot get into a log that way, and a look-alike from another alphabet shows as what it is.
 */
export function quoted(scope: string): string {
  const shown = scope.length > SHOWN_CHARACTERS ? `${scope.slice(0, SHOWN_CHARACTERS)}...` : scope;
  return JSON.stringify(shown).replace(/[^ -~]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** Where a name leaves the grammar: zero-based index of the first character that must not be there, 0 if it is empty. */
export function syntaxErrorAt(scope: string): number {
  return Math.max(0, scope.search(FOREIGN));
}

/** A scope name or list that does not follow RFC 6749 section 3.3. The only error this package throws for a scope. */
export class ScopeSyntaxError extends Error {
  override readonly name = 'ScopeSyntaxError';
  /** Stable code of this error. */
  readonly code = 'malformed_scope';
  /** The part that is not a scope name. Empty where a name was expected and none stood. */
  readonly scope: string;
  /** Zero-based index into {@link scope} of the first character that must not be there. */
  readonly position: number;

  /** @param scope the text that is not a scope name */
  constructor(scope: string) {
    const position = syntaxErrorAt(scope);
    super(
      scope === ''
        ? 'A scope name is empty: names are separated by exactly one space, with none before or after.'
        : `The scope ${quoted(scope)} has a character that a scope name cannot have, at position ${position}.`
    );
    this.scope = scope;
    this.position = position;
  }
}

/**
 * Whether a value is one scope name by the grammar of OAuth: printable ASCII without space, `"` and `\`.
 *
 * @param value the value to test; only a string can be a scope name
 * @see RFC 6749 section 3.3
 * @example isScopeToken('analytics:readonly') // true
 * @example isScopeToken('analytics routing') // false: two names
 */
export function isScopeToken(value: string): boolean {
  return typeof value === 'string' && value !== '' && !FOREIGN.test(value);
}

/**
 * Reads scopes into their canonical form: well-formed, sorted by code unit, each name once.
 *
 * The empty string contains no scope and returns an empty list, because a parameter without a value counts as omitted
 * (RFC 6749 section 3.1). Anything else must follow the grammar to the letter: a space too many is an error.
 *
 * @param value a `scope` parameter (`"routing analytics"`), or names that are already apart
 * @returns the names in canonical order
 * @throws {@link ScopeSyntaxError} `malformed_scope` for the first part that is not a scope name
 * @see RFC 6749 section 3.3
 * @example parseScopes('routing analytics routing') // ['analytics', 'routing']
 */
export function parseScopes(value: string | Iterable<string>): string[] {
  const names = typeof value === 'string' ? (value === '' ? [] : value.split(' ')) : value;
  const seen = new Set<string>();
  for (const name of names) {
    if (!isScopeToken(name)) throw new ScopeSyntaxError(typeof name === 'string' ? name : '');
    seen.add(name);
  }
  return [...seen].sort();
}

/**
 * Writes scopes as the value of a `scope` parameter in canonical form: sorted, each name once, single spaces.
 *
 * @param scopes scope names
 * @throws {@link ScopeSyntaxError} `malformed_scope` for the first name that is not well-formed
 * @see RFC 6749 section 3.3
 * @example formatScopes(['routing', 'analytics']) // 'analytics routing'
 */
export function formatScopes(scopes: Iterable<string>): string {
  return parseScopes(scopes).join(' ');
}
