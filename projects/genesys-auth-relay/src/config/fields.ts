import { z } from 'zod';
import { nearestName } from './nearest.ts';
import { says, shown } from './says.ts';

type Shape = z.core.$ZodLooseShape;

/** A section. Unknown keys are errors that name the nearest known key, because a misspelt key would have no effect. */
export function section<const T extends Shape>(shape: T, fix?: string) {
  const strict = z.strictObject(shape, {
    error: (issue) => {
      if (issue.code !== 'unrecognized_keys') {
        // A text is not shown: it may be a secret in the wrong place, or the content of a file that is not a configuration.
        const what = typeof issue.input === 'string' ? 'text' : shown(issue.input);
        return says(`${what} in place of a section`, fix ?? 'write it as a section of keys and values');
      }
      const known = Object.keys(shape);
      const [unknown = ''] = issue.keys;
      const nearest = nearestName(unknown, known);
      return says('unknown key', nearest ? `did you mean "${nearest}"?` : `remove it; known keys: ${known.join(', ')}`);
    }
  });
  return fix === undefined ? strict : strict.describe(fix);
}

const problem = (what: string, fix: string, show = shown) => ({
  error: (issue: { input?: unknown }) =>
    says(issue.input === undefined ? 'is missing' : `${show(issue.input)} is not ${what}`, fix)
});

/** As {@link shown}, but hides text: for keys whose value may be a secret by mistake. */
export const hidden = (value: unknown): string => (typeof value === 'string' ? 'this text' : shown(value));

/** Non-empty text. */
export const text = (what: string, fix: string) =>
  z.string(problem(what, fix)).min(1, says(`is empty`, fix)).describe(fix);

/** Text that matches a pattern. */
export const pattern = (form: RegExp, what: string, fix: string, show = shown) =>
  z
    .string(problem(what, fix, show))
    .regex(form, problem(what, fix, show))
    .describe(fix);

/** A whole number between two bounds, both included. */
export function whole(min: number, max: number, unit: string) {
  const fix = `give a whole number of ${unit}, from ${min} to ${max}`;
  const complaint = problem(`a whole number from ${min} to ${max}`, fix);
  return z.int(complaint).min(min, complaint).max(max, complaint).describe(fix);
}

/** One of a list of words. */
export const oneOf = <const T extends readonly [string, ...string[]]>(words: T) =>
  z.enum(words, problem(`one of ${words.join(', ')}`, `use ${words.join(' or ')}`));

/** `true` or `false`. */
export const flag = (fix: string) => z.boolean(problem('true or false', fix)).describe(fix);

/** A list with at least one entry. */
export const listOf = <T extends z.ZodType>(item: T, what: string, fix: string, show = shown) =>
  z
    .array(item, problem(what, fix, show))
    .min(1, says(`is an empty list`, fix))
    .describe(fix);
