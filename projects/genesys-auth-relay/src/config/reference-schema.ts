import { z } from 'zod';
import { section, text } from './fields.ts';
import { says } from './says.ts';

/** `{ env: NAME }` */
export const fromEnv = section({ env: text('the name of an environment variable', 'name the environment variable') });
/** `{ file: path }` */
export const fromFile = section({ file: text('the path of a file', 'give the path of the file') });

/** The place of a secret, which is never in the configuration itself. */
export const secretReference = (fix: string) =>
  z.union([fromEnv, fromFile], {
    // The value is not shown: it may be the secret.
    error: (issue) =>
      says(
        issue.input === undefined
          ? 'is missing'
          : typeof issue.input === 'string'
            ? 'is a secret in plain text'
            : 'is not a reference to a secret',
        fix
      )
  });

/** A value that is in the file, or in a variable or another file. */
export const valueOrReference = (what: string, fix: string) =>
  z.union([text(what, fix), fromEnv, fromFile], {
    error: (issue) =>
      says(issue.input === undefined ? 'is missing' : `is not ${what}`, `${fix}, or { env: NAME } or { file: path }`)
  });
