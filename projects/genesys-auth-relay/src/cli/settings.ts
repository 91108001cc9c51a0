import { readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { parseEnv } from 'node:util';
import type { RelayConfig } from '../config/config.ts';
import { type ConfigIssue, RelayConfigError } from '../config/error.ts';
import { readConfigFile } from '../config/load.ts';
import { nearestName } from '../config/nearest.ts';
import { type ParseOptions, parseConfig } from '../config/parse.ts';
import { shown } from '../config/says.ts';
import { LOG_LEVELS } from '../config/schema.ts';
import { errorCode } from '../runtime/error-code.ts';

/** Flags of all commands that read a configuration file. */
export interface FileFlags {
  readonly config: string;
  readonly port?: string | undefined;
  readonly 'env-file'?: string | undefined;
}

/** A value of the configuration file that a flag or an environment variable replaces. */
export interface Setting {
  /** Key in the configuration. */
  readonly key: 'listen.port' | 'listen.host' | 'log.level';
  /** The flag or the variable. */
  readonly source: string;
  readonly value: string | number;
}

/** A configuration with the settings that were applied to its file. */
export interface Loaded {
  readonly config: RelayConfig;
  readonly env: NodeJS.ProcessEnv;
  readonly settings: readonly Setting[];
}

/**
 * The environment variables of the process, and those of a file that the process does not have.
 *
 * @param file a file with lines `NAME=value`; `undefined`: none
 * @throws RelayConfigError when the file cannot be read
 */
export function environment(file: string | undefined, env: NodeJS.ProcessEnv = process.env): NodeJS.ProcessEnv {
  if (file === undefined) return env;
  try {
    return { ...parseEnv(readFileSync(file, 'utf8').replace(/^\uFEFF/, '')), ...env };
  } catch (error) {
    const message = `cannot be read (${errorCode(error) ?? 'unreadable'})`;
    throw new RelayConfigError([{ key: file, message, fix: 'give the path of a file with lines NAME=value' }]);
  }
}

function portOf(source: string, text: string): Setting {
  const value = Number(text);
  if (/^\d{1,5}$/.test(text) && value <= 65_535) return { key: 'listen.port', source, value };
  const fix = 'give a whole number from 0 to 65535';
  throw new RelayConfigError([{ key: source, message: `${shown(text)} is not a port`, fix }]);
}

function levelOf(text: string): Setting {
  const value = text.toLowerCase();
  if (LOG_LEVELS.some((level) => level === value)) return { key: 'log.level', source: 'LOG_LEVEL', value };
  const nearest = nearestName(value, LOG_LEVELS);
  const fix = `use ${LOG_LEVELS.join(', ')}${nearest === undefined ? '' : `; did you mean ${nearest}?`}`;
  throw new RelayConfigError([{ key: 'LOG_LEVEL', message: `${shown(text)} is not a log level`, fix }]);
}

/** The settings of flags and of the environment. A flag has precedence. An empty variable counts as not set. */
export function settingsOf({ port }: Pick<FileFlags, 'port'>, env: NodeJS.ProcessEnv): readonly Setting[] {
  const { PORT, HOST, LOG_LEVEL } = env;
  const settings: Setting[] = [];
  if (port !== undefined) settings.push(portOf('--port', port));
  else if (PORT) settings.push(portOf('PORT', PORT));
  if (HOST) settings.push({ key: 'listen.host', source: 'HOST', value: HOST });
  if (LOG_LEVEL) settings.push(levelOf(LOG_LEVEL));
  return settings;
}

const isSection = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Writes the settings into a configuration. A section that is not one stays for the check of the configuration to report. */
export function applySettings(input: unknown, settings: readonly Setting[]): unknown {
  return settings.reduce((config, { key, value }) => {
    const [section = '', name = ''] = key.split('.');
    const before = isSection(config) ? (config[section] ?? {}) : undefined;
    return isSection(config) && isSection(before) ? { ...config, [section]: { ...before, [name]: value } } : config;
  }, input);
}

/** Adds to an issue which setting has replaced the value in the file. */
function explained(issue: ConfigIssue, settings: readonly Setting[]): ConfigIssue {
  const involved = settings.filter(({ key }) => issue.key === key || `${issue.message} ${issue.fix}`.includes(key));
  const notes = involved.map(({ key, source }) => `${source} sets ${key}`);
  return notes.length === 0 ? issue : { ...issue, fix: `${issue.fix}. ${notes.join(', ')}, whatever the file says` };
}

/**
 * Reads and checks the configuration of a command: the file, over it the environment, over that the flags.
 *
 * @throws RelayConfigError
 */
export async function loadForCommand(flags: FileFlags, options: Pick<ParseOptions, 'isCheck'> = {}): Promise<Loaded> {
  const env = environment(flags['env-file']);
  const settings = settingsOf(flags, env);
  const { input: written, interpolated } = await readConfigFile(flags.config, env);
  const input = applySettings(written, settings);
  try {
    return {
      config: parseConfig(input, { env, baseDir: dirname(flags.config), interpolated, ...options }),
      env,
      settings
    };
  } catch (error) {
    if (!(error instanceof RelayConfigError)) throw error;
    throw new RelayConfigError(error.issues.map((issue) => explained(issue, settings)));
  }
}
