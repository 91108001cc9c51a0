import type { Caller } from '../identify/caller.ts';
import { sha256 } from '../runtime/sha256.ts';
import { logText } from './safe-text.ts';

/**
 * Who called, as the log may say it: the subject hashed unless the configuration says `plain`.
 * Logs hold allow-listed fields only; requests, answers, URLs and bodies never go there.
 */
export const subjectOf = (caller: Caller, subject: 'hashed' | 'plain'): string =>
  subject === 'plain' ? logText(caller.subject) : sha256(caller.key).slice(0, 16);

/** The same with the kind of identity. */
export function callerFields(caller: Caller | undefined, subject: 'hashed' | 'plain'): object {
  return caller === undefined ? {} : { identity: caller.identity, subject: subjectOf(caller, subject) };
}

/** What the log says of an unexpected error: its kind and where it came from, not its message. */
export function errorFields(error: unknown): object {
  if (!(error instanceof Error)) return { error: typeof error };
  const stack = (error.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line));
  const code = 'code' in error && typeof error.code === 'string' ? { errorCode: error.code } : {};
  return { error: error.name, ...code, stack: stack.slice(0, 8).map((line) => line.trim()) };
}
