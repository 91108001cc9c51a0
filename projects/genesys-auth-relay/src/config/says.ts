/** The text of an issue: the message, and after a line break the fix. zod has only one string. */
export const says = (message: string, fix: string): string => `${message}\n${fix}`;

/** The two halves of {@link says}. */
export function heard(text: string): { message: string; fix: string } {
  const [message = '', ...rest] = text.split('\n');
  return { message, fix: rest.join(' ') || 'see the configuration reference: docs/guides/relay-configuration.md' };
}

/** A configuration value in a form that is safe in a message: short, on one line, without control characters. */
export function shown(value: unknown): string {
  if (value === undefined) return 'missing';
  if (value === null) return 'empty';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'a section';
  const text = JSON.stringify(value);
  return text.length > 80 ? `${text.slice(0, 77)}..."` : text;
}
