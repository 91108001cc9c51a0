/** An answer of the developer: what it is, and how it is written in a file. */
export type Wanted = readonly [what: string, value: string];

/** The end of a message about a file that stays as it is: the answers that it lacks. Empty if it has all of them. */
export const notApplied = (missing: readonly string[]): string =>
  missing.length > 0 ? `. These answers were not applied: ${missing.join(', ')}` : '';

/** The answers that a text does not contain, in TypeScript or YAML. */
export const missingIn = (text: string, wanted: readonly Wanted[]): readonly string[] =>
  wanted.filter(([, value]) => !contains(text, value)).map(([what, value]) => `${what} ${value}`);

/** Whether a text has the value as a whole: `routing` is not in `routing:readonly`. Literals may have escaped quotes. */
function contains(text: string, value: string): boolean {
  const pattern = value.replace(/[$()*+.?[\]^{|}]/g, '\\$&');
  return new RegExp(`(?<![\\w:./-])${pattern}(?![\\w:.-])`).test(text.replaceAll('\\', ''));
}
