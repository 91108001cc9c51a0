import { randomBytes, randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import type { FastifyInstance } from 'fastify';
import { type RelayConfigInput, parseRelayConfig } from 'genesys-auth-relay';
import { type Sandbox, type SandboxOptions, createSandbox } from 'genesys-sandbox';
import { type DemoSignIn, OPTIONAL_SCOPES, SCOPES, USER_SCOPES, demoRelay } from './demo-relay.ts';
import { DEMO_USERS } from './demo-users.ts';
import { PortTakenError, holdPort, listen, portTaken } from './ports.ts';
import { type PageConfig, RELAY_PREFIX, createServer } from './server.ts';

export { PortTakenError, type PageConfig };

/** Names of the variables that the relay reads the secrets of the sandbox's clients from. */
const SECRET_NAME = 'GENESYS_CLIENT_SECRET';
const SIGN_IN_SECRET_NAME = 'GENESYS_SIGN_IN_SECRET';

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
  /** E-mail addresses of users of the sandbox who can sign in, with any password. Empty where users cannot sign in. */
  readonly users: readonly string[];
  /** Stops everything and cuts open connections. */
  close(): Promise<void>;
}

/**
 * Starts the demo: a local Genesys Cloud with a contact centre in it, and the server with the relay and the page. Users of that
 * Genesys Cloud can sign in, in proxy mode and without a sign-in of the company.
 *
 * @throws PortTakenError `port_taken` when a port belongs to another program; nothing is left running then
 * @example
 * const wallboard = await startWallboard({ port: 0, loginPort: 0, apiPort: 0 });
 * console.log(wallboard.url);
 * await wallboard.close();
 */
export async function startWallboard(options: WallboardOptions = {}): Promise<Wallboard> {
  const host = options.host ?? 'localhost';
  const given = options.port ?? 4200;
  // The URLs of sign-in name the port, so it is chosen before the server listens.
  const held = given === 0 ? await holdPort(host) : undefined;
  const port = held?.port ?? given;
  const url = `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
  let sandbox: Sandbox | null = null;
  let app: FastifyInstance | undefined;
  const close = async () => {
    await Promise.all([app?.close(), sandbox?.close(), held?.release()]);
  };
  try {
    const local = await startGenesys(options, url);
    const { genesys, signIn, env } = local;
    sandbox = local.sandbox;
    const demo = demoRelay(genesys, signIn);
    const roles = { ...demo.roles, ...options.relay?.roles };
    const relay = parseRelayConfig({ ...demo, ...options.relay, roles }, { ...process.env, ...env });
    const hasSignIn = relay.signIn !== undefined;
    app = await createServer({
      relay,
      page: {
        apiOrigin: relay.genesys.apiOrigin,
        mode: relay.mode,
        scopes: SCOPES,
        optionalScopes: hasSignIn ? [...OPTIONAL_SCOPES, ...USER_SCOPES] : OPTIONAL_SCOPES,
        ...(options.signIn === undefined ? {} : { signIn: options.signIn }),
        ...(hasSignIn && { genesysSignIn: true })
      },
      browserDir: options.browserDir ?? fileURLToPath(new URL('../../../dist/wallboard/browser', import.meta.url)),
      origin: hasSignIn ? url : undefined
    });
    await app.ready();
    await held?.release();
    await listen(app, host, port);
    return { url, sandbox, users: signIn === undefined ? [] : DEMO_USERS.map(({ email }) => email), close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** A Genesys Cloud: its origins, the clients, and the variables that the relay reads secrets from. */
interface Genesys {
  readonly sandbox: Sandbox | null;
  readonly genesys: RelayConfigInput['genesys'];
  /** Only where users can sign in with an account of the sandbox. */
  readonly signIn?: DemoSignIn | undefined;
  readonly env: Readonly<Record<string, string>>;
}

async function startGenesys(options: WallboardOptions, origin: string): Promise<Genesys> {
  const { sandbox, loginPort = 4210, apiPort = 4211, relay, signIn } = options;
  if (sandbox === false) {
    if (relay?.genesys !== undefined) return { sandbox: null, genesys: relay.genesys, env: {} };
    throw new TypeError('startWallboard({ sandbox: false }) needs relay.genesys: the region and the OAuth client.');
  }
  const client = { ...newClient(), name: 'Queue wallboard' };
  const signInClient = {
    ...newClient(),
    name: 'Queue wallboard',
    grantType: 'CODE' as const,
    redirectUris: [`${origin}${RELAY_PREFIX}/sign-in/callback`, `${origin}/`],
    scopes: [...SCOPES, ...OPTIONAL_SCOPES, ...USER_SCOPES]
  };
  try {
    const clients = [client, signInClient];
    const running = await createSandbox({ loginPort, apiPort, clients, users: DEMO_USERS, ...sandbox });
    const { tokenEndpoint, apiOrigin } = running;
    // A user's token stays in the relay, so token mode has no sign-in. A company's own sign-in takes its place.
    const hasSignIn = relay?.mode !== 'token' && signIn === undefined;
    return {
      sandbox: running,
      genesys: { tokenEndpoint, apiOrigin, client: { id: client.id, secret: { env: SECRET_NAME } } },
      signIn: hasSignIn
        ? {
            client: { id: signInClient.id, secret: { env: SIGN_IN_SECRET_NAME } },
            organizations: running.users.slice(0, 1).map(({ organization }) => organization.id),
            origin,
            prefix: RELAY_PREFIX
          }
        : undefined,
      env: { [SECRET_NAME]: client.secret, [SIGN_IN_SECRET_NAME]: signInClient.secret }
    };
  } catch (error) {
    throw portTaken(error, apiPort) ?? error;
  }
}

/** A new secret for each start: none stands in a source file, and none outlives the demo. */
function newClient(): { id: string; secret: string } {
  return { id: randomUUID(), secret: randomBytes(32).toString('base64url') };
}
