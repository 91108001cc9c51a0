import { logText } from '../reply/safe-text.ts';
import { sha256 } from '../runtime/sha256.ts';
import type { Caller } from './caller.ts';

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
