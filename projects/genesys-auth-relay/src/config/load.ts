import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { type Document, parseDocument } from 'yaml';
import { errorCode } from '../runtime/error-code.ts';
import type { RelayConfig } from './config.ts';
import { RelayConfigError } from './error.ts';
import { interpolate } from './interpolate.ts';
import type { Interpolated } from './interpolated.ts';
import { type ParseOptions, parseConfig } from './parse.ts';

const fileError = (file: string, message: string, fix: string) => new RelayConfigError([{ key: file, message, fix }]);

function parseYaml(file: string, text: string): Document.Parsed {
  // Without pretty errors, which quote the line: it may hold a secret.
  const document = parseDocument(text, { prettyErrors: false });
  const [error] = document.errors;
  if (error === undefined) return document;
  const line = text.slice(0, error.pos[0]).split('\n').length;
  const isReference = text.split('\n')[line - 1]?.includes('${') === true;
  throw fileError(
    file,
    `is not valid YAML: ${error.code} in line ${line}`,
    isReference ? "write '${NAME}' in quotes inside { } and [ ]" : `check line ${line} and the one before it`
  );
}

/** The value of a document. Throws without its text, which may hold a secret. */
function valueOf(file: string, document: Document.Parsed): unknown {
  try {
    return document.toJS();
  } catch {
    throw fileError(file, 'is not valid YAML', 'check its syntax, anchors and aliases');
  }
}

/** A configuration file before its check. */
interface ReadFile {
  readonly input: unknown;
  /** The values with `${NAME}`. */
  readonly interpolated: readonly Interpolated[];
}

/**
 * Reads a configuration file, YAML or JSON, and replaces `${NAME}` in its values by environment variables, without checking it.
 *
 * @throws RelayConfigError `config_invalid` when it cannot be read, is not valid YAML, is empty, or refers to a variable that is not set
 */
export async function readConfigFile(file: string, env: NodeJS.ProcessEnv = process.env): Promise<ReadFile> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    const reason = errorCode(error) ?? 'unreadable';
    throw fileError(
      file,
      `cannot be read (${reason})`,
      'give the path of the relay configuration, a YAML or JSON file'
    );
  }
  const document = parseYaml(file, text.replace(/^\uFEFF/, ''));
  const { issues, interpolated } = interpolate(document, env);
  if (issues.length > 0) throw new RelayConfigError(issues);
  const input = valueOf(file, document);
  if (input === null || input === undefined) throw fileError(file, 'is empty', 'start from relay.example.yaml');
  return { input, interpolated };
}

/**
 * Reads a configuration file, YAML or JSON, and checks it. A relative `{ file: path }` in it starts from its folder.
 *
 * @param file path of the file
 * @param env environment variables
 * @throws RelayConfigError `config_invalid`, also when the file cannot be read
 */
export async function loadRelayConfig(file: string, env: NodeJS.ProcessEnv = process.env): Promise<RelayConfig> {
  return loadConfig(file, { env });
}

/** As {@link loadRelayConfig}, also for the commands `check` and `dev`. */
export async function loadConfig(file: string, options: Omit<ParseOptions, 'baseDir'>): Promise<RelayConfig> {
  const { input, interpolated } = await readConfigFile(file, options.env);
  return parseConfig(input, { ...options, baseDir: dirname(file), interpolated });
}
