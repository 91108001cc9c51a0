/** Turns a pattern, in which `*` stands for anything, into a test. Upper and lower case are the same. */
export function matcher(pattern: string): (text: string) => boolean {
  const source = pattern.split('*').map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  const expression = new RegExp(`^${source.join('.*')}$`, 'is');
  return (text) => expression.test(text);
}

/** A test for `METHOD /path`, for a pattern with or without a method. */
export function routeMatcher(pattern: string): (method: string, path: string) => boolean {
  const [first = '', ...rest] = pattern.trim().split(/\s+/);
  const method = rest.length === 0 ? undefined : matcher(first);
  const path = matcher(rest.length === 0 ? first : rest.join(' '));
  return (asked, at) => (method?.(asked) ?? true) && path(at);
}
