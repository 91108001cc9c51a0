import { randomBytes, randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import type { FastifyInstance } from 'fastify';
import { type RelayConfigInput, parseRelayConfig } from 'genesys-auth-relay';
import { type Sandbox, type SandboxOptions, createSandbox } from 'genesys-sandbox';
import { OPTIONAL_SCOPES, SCOPES, demoRelay } from './demo-relay.ts';
import { PortTakenError, listen, portTaken } from './ports.ts';
import { type PageConfig, createServer } from './server.ts';

export { PortTakenError, type PageConfig };

/** Name of the variable that the relay reads the sandbox client's secret from. */
const SECRET_NAME = 'GENESYS_CLIENT_SECRET';

/** Options of {@link startWallboard}; every one has a default. */
export interface WallboardOptions {
  /** Port of the page and the relay; default 4200, 0 for any free one. */
  readonly port?: number;
  /** Name or address to listen on; default `localhost`, which is 127.0.0.1 and ::1. */
  readonly host?: string;
  /** Options of the local Genesys Cloud; `false` for none, then `relay.genesys` says where the real one is. */
  readonly sandbox?: SandboxOptions | false;
  /** Port of the sandbox's login host; default 4210, 0 for any free one. */
  readonly loginPort?: number;
  /** Port of the sandbox's API host; default 4211, 0 for any free one. */
  readonly apiPort?: number;
  /** Parts of the relay's configuration that are other than the demo's. */
  readonly relay?: Partial<RelayConfigInput>;
  /** The company's sign-in, for a relay that identifies people by their token. */
  readonly signIn?: PageConfig['signIn'];
  /** Folder of the browser build; default the one beside this server's own build. */
  readonly browserDir?: string;
}

/** A running wallboard. */
export interface Wallboard {
  /** Where to point a browser. */
  readonly url: string;
  /** The local Genesys Cloud, if there is one. */
  readonly sandbox: Sandbox | null;
  /** Stops everything and cuts open connections. */
  close(): Promise<void>;
}

/**
 * Starts the demo: a local Genesys Cloud with a contact centre in it, and the server with the relay and the page.
 *
 * @throws PortTakenError `port_taken` when a port belongs to another program; nothing is left running then
 * @example
 * const wallboard = await startWallboard({ port: 0, loginPort: 0, apiPort: 0 });
 * console.log(wallboard.url);
 * await wallboard.close();
 */
export async function startWallboard(options: WallboardOptions = {}): Promise<Wallboard> {
  const { sandbox, genesys, env } = await startGenesys(options);
  let app: FastifyInstance | undefined;
  const close = async () => {
    await Promise.all([app?.close(), sandbox?.close()]);
  };
  try {
    const relay = parseRelayConfig({ ...demoRelay(genesys), ...options.relay }, { ...process.env, ...env });
    app = await createServer({
      relay,
      page: {
        apiOrigin: relay.genesys.apiOrigin,
        mode: relay.mode,
        scopes: SCOPES,
        optionalScopes: OPTIONAL_SCOPES,
        ...(options.signIn === undefined ? {} : { signIn: options.signIn })
      },
      browserDir: options.browserDir ?? fileURLToPath(new URL('../../../dist/wallboard/browser', import.meta.url))
    });
    const host = options.host ?? 'localhost';
    const port = await listen(app, host, options.port ?? 4200);
    return { url: `http://${host.includes(':') ? `[${host}]` : host}:${port}`, sandbox, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** A Genesys Cloud: its origins, the client, and the variables that the relay reads secrets from. */
interface Genesys {
  readonly sandbox: Sandbox | null;
  readonly genesys: RelayConfigInput['genesys'];
  readonly env: Readonly<Record<string, string>>;
}

async function startGenesys({ sandbox, loginPort = 4210, apiPort = 4211, relay }: WallboardOptions): Promise<Genesys> {
  if (sandbox === false) {
    if (relay?.genesys !== undefined) return { sandbox: null, genesys: relay.genesys, env: {} };
    throw new TypeError('startWallboard({ sandbox: false }) needs relay.genesys: the region and the OAuth client.');
  }
  // A new secret for each start: none stands in a source file, and none outlives the demo.
  const client = { id: randomUUID(), secret: randomBytes(32).toString('base64url'), name: 'Queue wallboard' };
  try {
    const running = await createSandbox({ loginPort, apiPort, clients: [client], ...sandbox });
    const { tokenEndpoint, apiOrigin } = running;
    const genesys = { tokenEndpoint, apiOrigin, client: { id: client.id, secret: { env: SECRET_NAME } } };
    return { sandbox: running, genesys, env: { [SECRET_NAME]: client.secret } };
  } catch (error) {
    throw portTaken(error, apiPort) ?? error;
  }
}
