import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { YAMLParseError, parse } from 'yaml';
import { errorCode } from '../runtime/error-code.ts';
import type { RelayConfig } from './config.ts';
import { RelayConfigError } from './error.ts';
import { parseRelayConfig } from './parse.ts';

const fileError = (file: string, message: string, fix: string) => new RelayConfigError([{ key: file, message, fix }]);

function parseYaml(file: string, text: string): unknown {
  try {
    // Without pretty errors, which quote the line: it may hold a secret.
    return parse(text, { prettyErrors: false });
  } catch (error) {
    if (!(error instanceof YAMLParseError)) throw fileError(file, 'is not valid YAML', 'check its syntax');
    const line = text.slice(0, error.pos[0]).split('\n').length;
    throw fileError(
      file,
      `is not valid YAML: ${error.code} in line ${line}`,
      `check line ${line} and the one before it`
    );
  }
}

/**
 * Reads a configuration file, YAML or JSON, without checking it.
 *
 * @throws RelayConfigError `config_invalid` when it cannot be read, is not valid YAML, or is empty
 */
export async function readConfigFile(file: string): Promise<unknown> {
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
  const input = parseYaml(file, text.replace(/^\uFEFF/, ''));
  if (input === null || input === undefined) throw fileError(file, 'is empty', 'start from relay.example.yaml');
  return input;
}

/**
 * Reads a configuration file, YAML or JSON, and checks it. A relative `{ file: path }` in it starts from its folder.
 *
 * @param file path of the file
 * @param env environment variables
 * @throws RelayConfigError `config_invalid`, also when the file cannot be read
 */
export async function loadRelayConfig(file: string, env: NodeJS.ProcessEnv = process.env): Promise<RelayConfig> {
  return parseRelayConfig(await readConfigFile(file), env, dirname(file));
}
