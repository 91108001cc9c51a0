import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { errorCode } from '../runtime/error-code.ts';
import type { ConfigIssue } from './error.ts';
import type { Secret } from './secret.ts';

/** Command that prints 32 random bytes, in every shell. */
export const NEW_KEY = `node -p "crypto.randomBytes(32).toString('base64')"`;

/** Collects the issues, warnings and secrets that the parts of a configuration report. */
export interface Findings {
  readonly issues: ConfigIssue[];
  readonly warnings: string[];
  /** Secrets that can be read again while the relay runs. */
  readonly files?: SecretFile[];
}

/** A secret in a file. */
export interface SecretFile {
  /** Its key in the configuration, for example `genesys.client.secret`. */
  readonly key: string;
  /** Absolute path of the file. */
  readonly path: string;
  readonly secret: Secret;
  /** Reads the secret from the file; `undefined` if the content is not valid. */
  readonly read: () => string | undefined;
}

/** A reference to a value outside the configuration, or (for ids) the value itself. */
export type Reference = string | { readonly env: string } | { readonly file: string };

/** Environment variables, and the folder that relative paths start from. */
export interface Surroundings {
  readonly env: NodeJS.ProcessEnv;
  readonly baseDir: string;
}

/**
 * A name in a form that is safe in a message. Names of variables and files are shown, but not text that looks like a secret,
 * because people write the secret itself in place of its name.
 */
const named = (text: string): string =>
  text.length < 20 || /^[A-Z0-9_]+$/.test(text) || /[./\\]/.test(text) ? ` ${text}` : ', whose name is not shown,';

function read(reference: Reference, key: string, around: Surroundings, found: Findings): string | undefined {
  if (typeof reference === 'string') return reference;
  if ('env' in reference) {
    const value = Object.hasOwn(around.env, reference.env) ? around.env[reference.env] : undefined;
    if (value !== undefined && value !== '') return value;
    const state = value === undefined ? 'not set' : 'empty';
    found.issues.push({
      key,
      message: `the environment variable${named(reference.env)} is ${state}`,
      fix: 'set it before the relay starts; the configuration holds the name of the variable, not the secret'
    });
    return undefined;
  }
  try {
    return readFileSync(resolve(around.baseDir, reference.file), 'utf8');
  } catch (error) {
    const reason = errorCode(error) ?? 'unreadable';
    found.issues.push({
      key,
      message: `the file${named(reference.file)} cannot be read (${reason})`,
      fix: 'create the file, or make it readable for the user that the relay runs as'
    });
    return undefined;
  }
}

/**
 * Reads a value that may be in an environment variable or a file. One line break at the end is removed, because editors and `echo`
 * add one. Other likely mistakes (quotes, surrounding space) are kept and reported as warnings.
 */
export function readReference(
  reference: Reference,
  key: string,
  around: Surroundings,
  found: Findings
): string | undefined {
  const raw = read(reference, key, around, found);
  if (raw === undefined) return undefined;
  const value = raw.replace(/^\uFEFF/, '').replace(/\r?\n$/, '');
  const where =
    typeof reference === 'string' ? 'here' : 'env' in reference ? `in ${reference.env}` : `in ${reference.file}`;
  const complain = (message: string, fix: string): undefined => {
    found.issues.push({ key, message, fix });
    return undefined;
  };
  if (value.trim() === '') {
    complain(`the value ${where} is empty`, 'put the value there');
    return;
  }
  if (/\p{Cc}/u.test(value)) {
    complain(`the value ${where} holds a line break or another control character`, 'put the value alone on one line');
    return;
  }
  if (typeof reference === 'object' && 'env' in reference && raw !== value) {
    found.warnings.push(`${key}: the value ${where} ends with a line break, which was removed`);
  }
  if (value !== value.trim()) {
    found.warnings.push(`${key}: the value ${where} starts or ends with a space, which is sent as part of it`);
  }
  if (/^(["'`]).*\1$/.test(value.trim())) {
    found.warnings.push(`${key}: the value ${where} is in quotes, which are sent as part of it`);
  }
  return value;
}

/** Reads a PEM text that may be in an environment variable or a file. Its line breaks are part of it. */
export function readPem(reference: Reference, key: string, around: Surroundings, found: Findings): string | undefined {
  return read(reference, key, around, found)?.trim();
}
