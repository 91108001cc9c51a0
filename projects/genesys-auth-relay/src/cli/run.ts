import { parseArgs } from 'node:util';
import { configJsonSchema } from '../config/json-schema.ts';
import { RelayConfigError } from '../config/error.ts';
import { RelayStartError, startRelay } from '../http/server.ts';
import { grantOf } from '../http/start-log.ts';
import { boundTo } from './bound-to.ts';
import { describeConfig } from './check.ts';
import { dev } from './dev.ts';
import { doctor } from './doctor.ts';
import { newApiKey } from './hash-key.ts';
import { init } from './init.ts';
import type { Outcome, Output } from './outcome.ts';
import { type FileFlags, loadForCommand } from './settings.ts';
import { USAGE } from './usage.ts';

function readArgs(args: readonly string[]) {
  return parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      config: { type: 'string', short: 'c' },
      port: { type: 'string' },
      'env-file': { type: 'string' },
      help: { type: 'boolean', short: 'h' },
      version: { type: 'boolean', short: 'v' }
    }
  });
}

async function serve(flags: FileFlags, output: Output): Promise<Outcome> {
  const { config, env } = await loadForCommand(flags);
  const relay = await startRelay(config, {}, env);
  const admin = relay.adminUrl === '' ? '' : `, health at ${relay.adminUrl}/readyz`;
  const ready = `genesys-auth-relay listens on ${relay.url} (${boundTo(config)}${config.mode} mode, grant: ${grantOf(config)})${admin}\n`;
  const reload = async () => {
    try {
      await relay.reload(loadForCommand(flags).then((loaded) => loaded.config));
      output.out('The configuration was read again.\n');
    } catch (error) {
      failed(error, output);
    }
  };
  return { exitCode: 0, relay, ready, reload };
}

async function check(flags: FileFlags, { out }: Output): Promise<Outcome> {
  const { config, env, settings } = await loadForCommand(flags, { isCheck: true });
  out(describeConfig(config, env));
  for (const { key, source, value } of settings) out(`${source} sets ${key}: ${value}\n`);
  for (const warning of config.warnings) out(`warning: ${warning}\n`);
  out('The configuration is valid.\n');
  return { exitCode: 0 };
}

function schema({ out }: Output): Outcome {
  out(`${JSON.stringify(configJsonSchema(), null, 2)}\n`);
  return { exitCode: 0 };
}

function hashKey({ out }: Output): Outcome {
  const { key, sha256 } = newApiKey();
  out(
    `API key (shown once; give it to the caller and do not store it anywhere else):\n  ${key}\n\n` +
      `For the configuration:\n  - { id: NAME, sha256: ${sha256}, roles: [ROLE] }\n`
  );
  return { exitCode: 0 };
}

/** The terminal of a person who can answer questions. */
const terminal = () =>
  process.stdin.isTTY && process.stdout.isTTY ? { input: process.stdin, output: process.stdout } : undefined;

function failed(error: unknown, { err }: Output): Outcome {
  if (error instanceof RelayConfigError) err(`${error.message}\n`);
  else if (error instanceof RelayStartError) err(`${error.message} ${error.hint}\n`);
  else err(`The relay failed: ${error instanceof Error ? error.name : 'unknown error'}.\n`);
  return { exitCode: 1 };
}

/**
 * Runs one command.
 *
 * @param args arguments after the program's name
 * @param version version that `--version` prints
 */
export async function run(args: readonly string[], version: string, output: Output): Promise<Outcome> {
  const misused = (message: string): Outcome => {
    output.err(`${message}\n\n${USAGE}`);
    return { exitCode: 2 };
  };
  try {
    const [name, ...flags] = args;
    const isHelp = flags.some((flag) => flag === '--help' || flag === '-h');
    // These commands have separate flags.
    if (name === 'doctor' && !isHelp) return await doctor(flags, output);
    if (name === 'init' && !isHelp) return await init(flags, output, terminal());
    if (name === 'dev' && !isHelp) return await dev(flags, output);
  } catch (error) {
    return failed(error, output);
  }
  let parsed;
  try {
    parsed = readArgs(args);
  } catch (error) {
    return misused(error instanceof Error ? error.message : 'Wrong arguments.');
  }
  const { values, positionals } = parsed;
  const [command, ...more] = positionals;
  if (values.version === true) {
    output.out(`${version}\n`);
    return { exitCode: 0 };
  }
  if (values.help === true || command === 'help') {
    output.out(USAGE);
    return { exitCode: 0 };
  }
  if (command === undefined) return misused('Which command?');
  if (more.length > 0) return misused(`Unexpected argument: ${more.join(' ')}`);
  if (command === 'hash-key') return hashKey(output);
  if (command === 'schema') return schema(output);
  if (command !== 'serve' && command !== 'check') return misused(`Unknown command: ${command}`);
  const { config } = values;
  if (config === undefined) return misused(`${command} needs --config FILE`);
  try {
    const flags = { ...values, config };
    return await (command === 'serve' ? serve(flags, output) : check(flags, output));
  } catch (error) {
    return failed(error, output);
  }
}
