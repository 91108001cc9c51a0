/** The ending of a scope that reads and does not write. */
export const READONLY_SUFFIX = ':readonly';

/**
 * Whether holding one scope is enough where another is needed: a scope covers itself, and `x` covers `x:readonly`.
 * Nothing else covers anything; a read-only scope covers itself alone.
 *
 * @param granted the scope somebody holds
 * @param needed the scope that is asked for
 * @example covers('analytics', 'analytics:readonly') // true
 * @example covers('analytics:readonly', 'analytics') // false
 */
export function covers(granted: string, needed: string): boolean {
  // Without the last condition `x:readonly` would cover `x:readonly:readonly`, which `x` does not: not transitive.
  return (
    granted === needed || (granted !== '' && needed === granted + READONLY_SUFFIX && !granted.endsWith(READONLY_SUFFIX))
  );
}

/**
 * Whether any of the granted scopes covers the needed one.
 *
 * @example isCovered('routing:readonly', ['analytics', 'routing']) // true
 */
export function isCovered(needed: string, granted: Iterable<string>): boolean {
  for (const scope of granted) if (covers(scope, needed)) return true;
  return false;
}

/**
 * The needed scopes that no granted scope covers, in canonical order, each once.
 *
 * @param needed the scopes that are all needed
 * @param granted the scopes somebody holds
 * @example missingScopes(['analytics:readonly', 'routing'], ['analytics']) // ['routing']
 */
export function missingScopes(needed: Iterable<string>, granted: Iterable<string>): string[] {
  const held = [...new Set(granted)];
  return [...new Set(needed)].filter((scope) => !isCovered(scope, held)).sort();
}
