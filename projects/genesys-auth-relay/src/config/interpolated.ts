import type { ConfigIssue } from './error.ts';
import { shown } from './says.ts';

/** A value of the file with `${NAME}`. */
export interface Interpolated {
  /** As the file has it. */
  readonly written: string;
  /** What the relay uses. */
  readonly value: string;
  /** The variables in it, by name. */
  readonly variables: ReadonlyMap<string, string>;
}

/** Shorter values occur in sentences by chance, and are no secrets. A value in quotes is replaced at any length. */
const MIN_LENGTH = 8;

const escaped = (text: string): string => text.replace(/[$()*+./?[\\\]^{|}-]/g, '\\$&');

/** What messages show, by what they must not show, in lower case. */
function replacements(interpolated: readonly Interpolated[]): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  const add = (text: string, instead: string) => found.set(text.toLowerCase(), instead);
  for (const { written, value, variables } of interpolated) {
    for (const [name, own] of variables) if (own.length >= MIN_LENGTH) add(own, `\${${name}}`);
    if (value.length >= MIN_LENGTH) add(value, written);
    // A long value is shown in part.
    add(shown(value), shown(written));
  }
  return found;
}

/**
 * Builds a function that shows values as the file has them: `${NAME}` in place of the value of the variable, which may be a secret
 * in the wrong place.
 */
export function createHide(interpolated: readonly Interpolated[]): (issue: ConfigIssue) => ConfigIssue {
  if (interpolated.length === 0) return (issue) => issue;
  const instead = replacements(interpolated);
  // The longest text first: a value may be a part of another one. URLs are in lower case in messages.
  const any = [...instead.keys()]
    .sort((a, b) => b.length - a.length)
    .map(escaped)
    .join('|');
  const inMessage = new RegExp(any, 'gi');
  // A fix may suggest a name that begins like the value.
  const inFix = new RegExp(`(?<![\\w-])(?:${any})(?![\\w-]|\\.\\w)`, 'gi');
  const hide = (text: string, form: RegExp) => text.replace(form, (match) => instead.get(match.toLowerCase()) ?? '');
  return ({ key, message, fix }) => ({ key, message: hide(message, inMessage), fix: hide(fix, inFix) });
}
