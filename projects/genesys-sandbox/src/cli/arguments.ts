import { parseArgs } from 'node:util';
import { type SandboxClient, type SandboxOptions, SANDBOX_CLIENTS } from '../options.ts';

/** What the command line asks for. */
export type Command =
  | { readonly kind: 'run'; readonly options: SandboxOptions }
  | { readonly kind: 'help' }
  | { readonly kind: 'mistake'; readonly message: string };

/** The text of `--help`. */
export const HELP = `genesys-sandbox: a local Genesys Cloud for development and tests

  npx --no-install genesys-sandbox [options]

  --login-port N            port of the login host (4210; 0 takes any free one)
  --api-port N              port of the API host (4211; 0 takes any free one)
  --host ADDRESS            address to listen on (127.0.0.1)
  --seed N                  seed of the contact centre: same seed, same numbers (1)
  --speed N                 how many times faster than the clock the contact centre lives (1)
  --redirect-uri URI        where users may return to after they signed in, besides http://localhost with any port, and the paths
                            /, /callback and /genesys/sign-in/callback; may be repeated
  --requests-per-minute N   API requests per token and minute before 429 (300; 0 takes the limit off)
  --help                    this text
`;

/** Reads the command line (without node and script). Mistakes come back as a message, not as an exception. */
export function readArguments(args: readonly string[]): Command {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        'login-port': { type: 'string', default: '4210' },
        'api-port': { type: 'string', default: '4211' },
        host: { type: 'string', default: '127.0.0.1' },
        seed: { type: 'string', default: '1' },
        speed: { type: 'string', default: '1' },
        'redirect-uri': { type: 'string', multiple: true, default: [] },
        'requests-per-minute': { type: 'string', default: '300' },
        help: { type: 'boolean', short: 'h', default: false }
      }
    });
    if (values.help) return { kind: 'help' };
    const requestsPerMinute = numberOf('requests-per-minute', values['requests-per-minute']);
    return {
      kind: 'run',
      options: {
        loginPort: numberOf('login-port', values['login-port']),
        apiPort: numberOf('api-port', values['api-port']),
        host: values.host,
        seed: numberOf('seed', values.seed),
        speed: numberOf('speed', values.speed),
        ...(values['redirect-uri'].length > 0 ? { clients: clientsWith(values['redirect-uri']) } : {}),
        rateLimit: { requestsPerMinute: requestsPerMinute === 0 ? false : requestsPerMinute }
      }
    };
  } catch (error) {
    return { kind: 'mistake', message: error instanceof Error ? error.message : String(error) };
  }
}

/** The default clients, which also let users return to these URIs. */
function clientsWith(redirectUris: readonly string[]): SandboxClient[] {
  return SANDBOX_CLIENTS.map((client) =>
    client.redirectUris === undefined ? client : { ...client, redirectUris: [...client.redirectUris, ...redirectUris] }
  );
}

function numberOf(name: string, text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && Number.isFinite(value)) return value;
  throw new TypeError(`--${name} takes a number, not '${text}'.`);
}
