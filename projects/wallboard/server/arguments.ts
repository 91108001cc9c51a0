import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { WallboardOptions } from './index.ts';

export const USAGE = `Usage: main.js [--port 4200] [--login-port 4210] [--api-port 4211] [--region DOMAIN]
               [--mode proxy|token] [--dev]

  --port        port of the page and the relay (or the environment variable PORT)
  --login-port  port of the sandbox's login host
  --api-port    port of the sandbox's API host
  --region      your Genesys Cloud region instead of the sandbox, for example mypurecloud.de; the OAuth client is
                read from GENESYS_CLIENT_ID and GENESYS_CLIENT_SECRET
  --mode        proxy (the default): calls of the API go through the relay and no token reaches the page; token: the page gets one
  --dev         the development build, with the library's devtools (Alt+Shift+G); npm start -- --dev makes it`;

/** Where `ng build wallboard -c development` puts the page. */
const DEVELOPMENT_BUILD = fileURLToPath(new URL('../../../out-tsc/wallboard-dev/browser', import.meta.url));

/** The command line and the environment do not say what to do. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/**
 * Reads the command line.
 *
 * @throws UsageError that says which option is wrong
 */
export function readArguments(argv: readonly string[], env: NodeJS.ProcessEnv): WallboardOptions | 'help' {
  const values = parse(argv);
  if (values.help === true) return 'help';
  return {
    port: port('--port', values.port ?? env['PORT'], 4200),
    loginPort: port('--login-port', values['login-port'], 4210),
    apiPort: port('--api-port', values['api-port'], 4211),
    ...(values.dev === true && { browserDir: DEVELOPMENT_BUILD }),
    ...relayOptions(values.region, values.mode)
  };
}

function parse(argv: readonly string[]) {
  const string = { type: 'string' } as const;
  const options = {
    port: string,
    'login-port': string,
    'api-port': string,
    region: string,
    mode: string,
    dev: { type: 'boolean' }
  } as const;
  try {
    return parseArgs({ args: [...argv], options: { ...options, help: { type: 'boolean', short: 'h' } } }).values;
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : 'The command line is not understood.');
  }
}

function port(name: string, value: string | undefined, fallback: number): number {
  if (value === undefined || value === '') return fallback;
  if (/^\d{1,5}$/.test(value) && Number(value) <= 65_535) return Number(value);
  throw new UsageError(`${name} must be a port from 0 to 65535, not "${value}".`);
}

function readMode(mode: string | undefined): 'proxy' | 'token' | undefined {
  if (mode === undefined || mode === 'proxy' || mode === 'token') return mode;
  throw new UsageError(`--mode must be proxy or token, not "${mode}".`);
}

function relayOptions(region: string | undefined, given: string | undefined): WallboardOptions {
  const mode = readMode(given);
  if (region === undefined) return mode === undefined ? {} : { relay: { mode } };
  return { sandbox: false, relay: { ...ownOrganization(region), ...(mode === undefined ? {} : { mode }) } };
}

function ownOrganization(region: string): NonNullable<WallboardOptions['relay']> {
  const client = { id: { env: 'GENESYS_CLIENT_ID' }, secret: { env: 'GENESYS_CLIENT_SECRET' } };
  return { genesys: { region, client } };
}
