// How a team mounts the relay in a Node server it already has. This is the whole of it: one plugin under one prefix.
import fastify, { type FastifyInstance, LogController } from 'fastify';
import type { RelayConfig, RelayConfigInput } from 'genesys-auth-relay';
import { genesysAuthRelay } from 'genesys-auth-relay/fastify';
import { type BrowserAppOptions, browserApp } from './browser-app.ts';
import { terminalLog } from './terminal-log.ts';

/** Where the relay is mounted; the page finds it in `/config.json`. */
export const RELAY_PREFIX = '/genesys';

/** What {@link createServer} serves. */
export interface ServerOptions {
  /** The relay's configuration: the OAuth client, who may call, and which scopes they may have. */
  readonly relay: RelayConfigInput | RelayConfig;
  /** The configuration of the page. It holds no secret. */
  readonly page: Omit<PageConfig, 'relay'>;
  /** Folder of the browser build. */
  readonly browserDir: string;
  /** The one origin of the page, where users sign in. */
  readonly origin?: string | undefined;
}

/** `/config.json`: what the page needs to know before Angular starts. */
export interface PageConfig {
  readonly apiOrigin: string;
  /** Whether the page calls the API itself, with a token, or by the relay. */
  readonly mode: 'token' | 'proxy';
  readonly relay: string;
  readonly scopes: readonly string[];
  readonly optionalScopes: readonly string[];
  /** The company's sign-in, where the relay identifies people by their token. */
  readonly signIn?: { authority: string; clientId: string; scope?: string; resource?: string };
  /** Users sign in with Genesys Cloud, through the relay. */
  readonly genesysSignIn?: true;
}

/** The server of the wallboard: the relay, the page's configuration, the page. */
export async function createServer({ relay, page, browserDir, origin }: ServerOptions): Promise<FastifyInstance> {
  const app = fastify({
    forceCloseConnections: true,
    // The host's own request lines stay off: they hold URLs.
    logController: new LogController({ disableRequestLogging: true }),
    logger: { level: 'warn', stream: terminalLog }
  });

  // The browser asks here for a token, and gets its events from here. The OAuth client's secret is read by the relay and
  // goes no further.
  await app.register(genesysAuthRelay, { prefix: RELAY_PREFIX, config: relay });

  // The page may talk to this server, to Genesys Cloud (its API only where the relay does not pass calls on), and to the
  // company's sign-in if there is one.
  const connectTo = [
    ...(page.mode === 'proxy' ? [] : [page.apiOrigin]),
    ...(page.signIn === undefined ? [] : [new URL(page.signIn.authority).origin])
  ];
  const config: PageConfig = { ...page, relay: RELAY_PREFIX };
  await app.register(browserApp, { browserDir, config, connectTo, origin } satisfies BrowserAppOptions);

  return app;
}
