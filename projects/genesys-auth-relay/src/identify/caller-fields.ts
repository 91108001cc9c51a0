import { logText } from '../reply/safe-text.ts';
import { sha256 } from '../runtime/sha256.ts';
import type { Caller } from './caller.ts';

/**
 * The subject of a caller for the log: hashed unless the configuration says `plain`. Logs hold only allow-listed fields, never
 * requests, answers, URLs or bodies.
 */
export const subjectOf = (caller: Caller, subject: 'hashed' | 'plain'): string =>
  subject === 'plain' ? logText(caller.subject) : sha256(caller.key).slice(0, 16);

/** The subject with the type of identity. */
export function callerFields(caller: Caller | undefined, subject: 'hashed' | 'plain'): object {
  return caller === undefined ? {} : { identity: caller.identity, subject: subjectOf(caller, subject) };
}
