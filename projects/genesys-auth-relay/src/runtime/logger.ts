import pino from 'pino';
import type { RelayConfig } from '../config/config.ts';
import { type LineSink, type Lines, createLines } from './lines.ts';

/** Writes a line; the texts are JSON, in the order of the form. */
export type LineForm = (values: readonly string[]) => void;

/** By a symbol, as a logger of a host may have anything by a name. */
export const FORM = Symbol('form');

/** A logger that prepares lines of which there are many. */
export interface FormingLogger {
  /**
   * Prepares lines that differ in some texts only, at level `info`.
   *
   * @param open names of the fields that differ
   */
  [FORM](fields: object, open: readonly string[], message: string): LineForm;
}

let output: Lines | undefined;

/**
 * Standard output, which all loggers of the process share. It is written by a thread, so that a slow reader stops no request;
 * what waits when the process ends, when no thread can do anything any more, is written on the spot.
 */
function standardOutput(): Lines {
  if (output === undefined) {
    const lines = createLines(pino.destination({ dest: 1, sync: false }));
    process.on('exit', () => {
      lines.flush(pino.destination({ dest: 1, sync: true }));
    });
    output = lines;
  }
  return output;
}

let millisecond = 0;
let written = '';

/** The time as JSON; under load many lines fall into one millisecond. */
function isoTime(): string {
  const now = Date.now();
  if (now !== millisecond) {
    millisecond = now;
    written = `"${new Date(now).toISOString()}"`;
  }
  return written;
}

/** Stands for what differs from line to line. */
const mark = (name: string) => `@@${name}@@`;
const MARKED = /"@@\w+@@"/;

/**
 * The relay's own logger: UTC times, no host name, and a second line of defence against secrets in a field.
 *
 * @param to where the lines go; default: standard output
 */
export function createLogger(
  { log: { level } }: Pick<RelayConfig, 'log'>,
  to: LineSink = standardOutput()
): pino.Logger & FormingLogger {
  const options = {
    level,
    base: { name: 'genesys-auth-relay' },
    redact: ['authorization', 'token', 'access_token', 'client_secret', 'secret', 'headers', 'body', 'url']
  };

  // pino writes the line once, with a mark for each text that differs. Filling them in takes a fraction of writing it anew.
  function form(fields: object, open: readonly string[], message: string): LineForm {
    let text = '';
    const once = pino(
      { ...options, timestamp: () => `,"time":"${mark('time')}"` },
      { write: (line: string) => (text = line) }
    );
    once.info({ ...fields, ...Object.fromEntries(open.map((name) => [name, mark(name)])) }, message);
    if (text === '') return () => undefined;
    const [start = '', next = '', ...rest] = text.split(MARKED);
    return (values) => {
      let line = start + isoTime() + next;
      for (let index = 0; index < rest.length; index += 1) line += (values[index] ?? 'null') + (rest[index] ?? '');
      to.write(line);
    };
  }

  return Object.assign(pino({ ...options, timestamp: () => `,"time":${isoTime()}` }, to), { [FORM]: form });
}
