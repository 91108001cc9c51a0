import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { parseArgs, parseEnv } from 'node:util';
import { isRecord } from 'genesys-auth-protocol';
import { RelayConfigError } from '../config/error.ts';
import { readConfigFile } from '../config/load.ts';
import { parseConfig } from '../config/parse.ts';
import { RelayStartError } from '../http/server.ts';
import { errorCode } from '../runtime/error-code.ts';
import { boundTo } from './bound-to.ts';
import { newDevKey, writeDevKey } from './dev-key.ts';
import { type DevInput, type DevRelay, startDevRelay } from './dev-relay.ts';
import { type RunningSandbox, startSandbox } from './dev-sandbox.ts';
import { relayYaml } from './init-file.ts';
import { CommandError, type Outcome, type Output } from './outcome.ts';
import { applySettings, settingsOf } from './settings.ts';
import { createFileWatch } from './watch-files.ts';

/** The first configuration of a developer without an organization. */
const SANDBOX_SCOPES = ['analytics:readonly', 'routing:readonly', 'users:readonly'];

function readFlags(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        config: { type: 'string', short: 'c', default: 'relay.yaml' },
        sandbox: { type: 'boolean', default: false },
        port: { type: 'string' },
        'env-file': { type: 'string' }
      }
    }).values;
  } catch {
    throw new CommandError(
      'dev does not know one of these arguments. Its flags: --config FILE, --sandbox, --port NUMBER, --env-file FILE.',
      2
    );
  }
}

type Flags = ReturnType<typeof readFlags>;

function checkPort(text: string | undefined): void {
  if (text === undefined || (/^\d{1,5}$/.test(text) && Number(text) <= 65_535)) return;
  throw new CommandError('--port needs a number from 0 to 65535.', 2);
}

/** The variables of a file, and those of the shell, which win. */
async function readEnv(path: string, isRequired: boolean): Promise<NodeJS.ProcessEnv> {
  try {
    return { ...parseEnv(await readFile(path, 'utf8')), ...process.env };
  } catch (error) {
    const code = errorCode(error) ?? 'unknown error';
    if (code === 'ENOENT' && !isRequired) return process.env;
    throw new CommandError(`The file with environment variables ${path} cannot be read (${code}).`);
  }
}

/** A developer needs no listener for a platform, and no line of JSON for each request. What the file says counts. */
function withDefaults(input: unknown): unknown {
  return isRecord(input) ? { admin: false, log: { level: 'warn' }, ...input } : input;
}

async function createConfig(file: string, { sandbox }: Flags, { out }: Output): Promise<void> {
  if (existsSync(file)) return;
  if (!sandbox) {
    throw new CommandError(
      `${file} does not exist. Run "npx --no-install genesys-auth-relay init" to write it, or "npx --no-install genesys-auth-relay dev --sandbox" to start without an organization.`
    );
  }
  const text = relayYaml({
    region: 'mypurecloud.de',
    clientId: 'your-client-id',
    identity: 'development',
    mode: 'proxy',
    scopes: SANDBOX_SCOPES
  });
  await writeFile(file, text, { flag: 'wx' }).catch((error: unknown) => {
    const code = errorCode(error) ?? 'unknown error';
    throw new CommandError(`${file} cannot be written (${code}). Make its folder writable.`);
  });
  out(`${file} is new: the region mypurecloud.de, and the scopes ${SANDBOX_SCOPES.join(', ')}.\n\n`);
}

/** Explains why the relay does not start, or why it does not take a change. */
function explain(error: unknown): string {
  if (error instanceof RelayStartError && error.code === 'port_taken') {
    return `${error.message} Stop it, perhaps it is another "genesys-auth-relay dev", or choose another port: "npm run relay -- --port 8099", and the same port in the target of proxy.conf.mjs.`;
  }
  if (error instanceof RelayStartError) return `${error.message} ${error.hint}`;
  if (error instanceof CommandError || error instanceof RelayConfigError) return error.message;
  throw error;
}

function describe({ url, config }: DevRelay, files: readonly string[], sandbox: RunningSandbox | undefined): string {
  const users = sandbox?.users.join(' or ') ?? '';
  const lines = [
    'genesys-auth-relay runs for development',
    `  relay      ${url} (${boundTo(config)}${config.mode} mode), for the dev server`,
    ...(sandbox === undefined
      ? []
      : [
          `  sandbox    ${sandbox.target.endpoints.apiOrigin}, in place of ${config.genesys.publicApiOrigin}`,
          `  client     ${sandbox.target.client.id}, secret ${sandbox.target.client.secret} (public: it opens nothing but a sandbox)`
        ]),
    ...(sandbox !== undefined && config.signIn !== undefined ? [`  sign in    as ${users}, with any password`] : []),
    `  roles      ${config.dev?.roles.join(', ') ?? ''}`,
    `  files      ${files.join(', ')}: changes apply at once`,
    'Next: start your app in another terminal with "npm start". Stop the relay with Ctrl-C.'
  ];
  return `${lines.join('\n')}\n`;
}

async function start(flags: Flags, output: Output): Promise<Outcome> {
  const { config: file, 'env-file': envFlag } = flags;
  checkPort(flags.port);
  const folder = dirname(resolve(file));
  const envFile = envFlag ?? join(dirname(file), '.env');
  await createConfig(file, flags, output);
  const key = newDevKey();
  const sandbox = flags.sandbox ? await startSandbox(folder) : undefined;
  const read = async (): Promise<DevInput> => {
    const own = await readEnv(envFile, envFlag !== undefined);
    // The sandbox replaces the organization, which files for sign-in take from this variable. It may be there and empty.
    const env = sandbox ? { ...own, GENESYS_ORGANIZATION_ID: sandbox.target.organizationId } : own;
    const { input: written, interpolated } = await readConfigFile(file, env);
    // A shell may export HOST, and the app's dev server may read it from the same .env. It must not open the relay to others.
    const input = applySettings(withDefaults(written), settingsOf(flags, { ...env, HOST: undefined }));
    return {
      config: parseConfig(input, { env, baseDir: folder, dev: { key, sandbox: sandbox?.target }, interpolated }),
      env
    };
  };
  const watch = createFileWatch([file, envFile]);
  const relay = await startDevRelay(read).catch(async (error: unknown) => {
    await sandbox?.close();
    throw error;
  });
  await writeDevKey(folder, key).catch(async (error: unknown) => {
    await relay.close();
    await sandbox?.close();
    throw error;
  });

  let updates = Promise.resolve();
  const update = () =>
    (updates = updates.then(async () => {
      try {
        await relay.update();
        output.out(`The configuration was read again. The relay listens on ${relay.url}.\n`);
      } catch (error) {
        output.err(`${explain(error)}\nThe relay continues with the old configuration at ${relay.url}.\n`);
      }
    }));
  watch.start(() => void update());
  const close = async () => {
    watch.stop();
    await updates;
    await relay.close();
    await sandbox?.close();
  };
  const files = [file, ...(existsSync(envFile) ? [envFile] : [])];
  return {
    exitCode: 0,
    relay: { close, drain: close },
    ready: describe(relay, files, sandbox),
    reload: update
  };
}

/**
 * Runs the relay for development: with the key for the dev server, with `.env`, if wanted with a sandbox, and with each change of
 * its files.
 *
 * @param args arguments after the name of the command
 */
export async function dev(args: readonly string[], output: Output): Promise<Outcome> {
  try {
    return await start(readFlags(args), output);
  } catch (error) {
    output.err(`${explain(error)}\n`);
    return { exitCode: error instanceof CommandError ? error.exitCode : 1 };
  }
}
