import { readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { text as readAll } from 'node:stream/consumers';
import { parseArgs } from 'node:util';
import { RelayConfigError } from '../config/error.ts';
import { readConfigFile } from '../config/load.ts';
import { type DoctorOptions, examine } from '../doctor/doctor.ts';
import { renderJson, renderText } from '../doctor/render.ts';
import type { DoctorInput } from '../doctor/doctor-input.ts';
import { createOutbound } from '../runtime/outbound.ts';
import type { Outcome, Output } from './outcome.ts';
import { applySettings, environment, settingsOf } from './settings.ts';
import { USAGE } from './usage.ts';

/** Variable of the secret if no option names another place. */
const DEFAULT_SECRET_ENV = 'GENESYS_CLIENT_SECRET';
/** Name under which a secret from a file or from stdin is passed to the reader of the configuration. */
const HANDED_OVER = 'GENESYS_AUTH_RELAY_DOCTOR_SECRET';

/** Wrong use of the command. Its text repeats no argument: one of them may be a secret. */
class Misuse extends Error {}

function readFlags(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        config: { type: 'string', short: 'c' },
        client: { type: 'string' },
        region: { type: 'string' },
        'token-endpoint': { type: 'string' },
        'api-origin': { type: 'string' },
        'client-id': { type: 'string' },
        'secret-env': { type: 'string' },
        'secret-file': { type: 'string' },
        'secret-stdin': { type: 'boolean' },
        auth: { type: 'string' },
        'find-region': { type: 'boolean' },
        json: { type: 'boolean' },
        port: { type: 'string' },
        'env-file': { type: 'string' },
        timeout: { type: 'string' }
      }
    }).values;
  } catch {
    throw new Misuse('doctor does not know one of these arguments. The secret itself is never an argument.');
  }
}

type Flags = ReturnType<typeof readFlags>;

/**
 * Reads the secret from its place, and returns it under the name of its variable, so that messages name the variable that the
 * user has to set. A file or stdin usually ends with one line break, which is removed.
 */
async function secretOf(flags: Flags, env: NodeJS.ProcessEnv): Promise<readonly [name: string, secret?: string]> {
  const places = [flags['secret-env'], flags['secret-file'], flags['secret-stdin']].filter((one) => one !== undefined);
  if (places.length > 1) throw new Misuse('Give one of --secret-env, --secret-file and --secret-stdin.');
  // Only now: at a terminal it would wait for input and refuse afterwards.
  if (flags['secret-stdin'] === true) return [HANDED_OVER, (await readAll(process.stdin)).replace(/\r?\n$/, '')];
  const file = flags['secret-file'];
  if (file === undefined) {
    const name = flags['secret-env'] ?? DEFAULT_SECRET_ENV;
    const secret = env[name];
    return secret === undefined ? [name] : [name, secret];
  }
  try {
    return [HANDED_OVER, readFileSync(file, 'utf8').replace(/\r?\n$/, '')];
  } catch {
    throw new Misuse('The file of --secret-file cannot be read.');
  }
}

async function fromFlags(flags: Flags, env: NodeJS.ProcessEnv): Promise<DoctorInput> {
  const { region, auth, 'client-id': id, 'token-endpoint': tokenEndpoint, 'api-origin': apiOrigin } = flags;
  if (id === undefined || (region === undefined && tokenEndpoint === undefined))
    throw new Misuse('doctor needs --config FILE, or --region NAME and --client-id ID');
  const [name, secret] = await secretOf(flags, env);
  const client = { id, secret: { env: name }, ...(auth === undefined ? {} : { auth }) };
  const where = {
    ...(region === undefined ? {} : { region }),
    ...(tokenEndpoint === undefined ? {} : { tokenEndpoint }),
    ...(apiOrigin === undefined ? {} : { apiOrigin })
  };
  const input = {
    mode: 'token',
    genesys: { ...where, client },
    scopes: ['routing'],
    identities: [{ type: 'loopback', roles: ['doctor'] }],
    roles: { doctor: { scopes: ['routing'] } }
  };
  return { input, env: secret === undefined ? {} : { [name]: secret }, baseDir: '.', genesysOnly: true };
}

function timeoutOf({ timeout }: Flags): number {
  const ms = Number(timeout ?? '5000');
  if (Number.isInteger(ms) && ms >= 100 && ms <= 60_000) return ms;
  throw new Misuse('--timeout must be a whole number of milliseconds from 100 to 60000');
}

async function doctorInputOf(flags: Flags, env: NodeJS.ProcessEnv): Promise<DoctorInput> {
  if (flags.config === undefined) return fromFlags(flags, env);
  const mixed = Object.keys(flags).some(
    (name) => !['config', 'client', 'json', 'find-region', 'timeout', 'port', 'env-file'].includes(name)
  );
  if (mixed) throw new Misuse('With --config all other settings come from the file.');
  const { client } = flags;
  const { input: written, interpolated } = await readConfigFile(flags.config, env);
  const input = applySettings(written, settingsOf(flags, env));
  return { input, env, baseDir: dirname(flags.config), interpolated, ...(client === undefined ? {} : { client }) };
}

/**
 * Runs `doctor`.
 *
 * @param args arguments after the command's name
 */
export async function doctor(
  args: readonly string[],
  { out, err }: Output,
  options: DoctorOptions = {},
  ownEnv: NodeJS.ProcessEnv = process.env
): Promise<Outcome> {
  try {
    const flags = readFlags(args);
    const env = environment(flags['env-file'], ownEnv);
    const input = await doctorInputOf(flags, env);
    const diagnosis = await examine(input, {
      timeoutMs: timeoutOf(flags),
      findRegion: flags['find-region'] === true,
      outbound: createOutbound(env),
      ...options
    });
    out(flags.json === true ? renderJson(diagnosis) : renderText(diagnosis));
    return { exitCode: diagnosis.exitCode };
  } catch (error) {
    if (error instanceof Misuse) {
      err(`${error.message}\n\n${USAGE}`);
      return { exitCode: 2 };
    }
    if (error instanceof RelayConfigError) {
      err(`${error.message}\n`);
      return { exitCode: 1 };
    }
    throw error;
  }
}
