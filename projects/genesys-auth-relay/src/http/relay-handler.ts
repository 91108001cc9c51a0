import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { RelayConfig } from '../config/config.ts';
import { resolveConfig } from '../config/parse.ts';
import type { RelayConfigInput } from '../config/schema.ts';
import { createLogger } from '../runtime/logger.ts';
import { type RelayRuntime, runtimeOf } from '../runtime/runtime.ts';
import { createHttpRelay } from './http-relay.ts';
import { logStart } from './start-log.ts';
import { createUpgrade } from './upgrade.ts';

/** Options of {@link createRelayHandler}. */
export interface RelayHandlerOptions {
  /**
   * Path the relay is mounted at, where the host leaves it in the URL (node:http). Express' `app.use('/genesys', handler)`
   * takes it off, so none is needed there.
   */
  readonly basePath?: string;
  /**
   * Path the relay is mounted at, as an upgrade request carries it. Default: `basePath`. Set it with Express, which removes the
   * path from the URL of its routes only.
   */
  readonly upgradeBasePath?: string;
  /** Clock, random numbers and logger, for tests. Default: the system's, and pino to standard output. */
  readonly runtime?: Partial<RelayRuntime>;
}

/** A relay that the server of a host mounts. */
export interface RelayHandler {
  /** Answers one request. Its shape is that of node:http, Express and Connect. */
  readonly handler: (request: IncomingMessage, response: ServerResponse) => void;
  /**
   * Takes a request that wants to become a WebSocket, for the notification hub: `server.on('upgrade', relay.upgrade)`. Returns
   * `false`, and leaves the socket alone, when the path is not the hub's. Express does not see upgrades, so an upgrade request
   * carries the whole path: beside `app.use('/genesys', relay.handler)` set `upgradeBasePath: '/genesys'`.
   */
  readonly upgrade: (request: IncomingMessage, socket: Duplex, head: Buffer) => boolean;
  /** Finishes the requests that have begun, refuses new ones with `not_ready`, and closes the connections to the token endpoint. */
  readonly close: () => Promise<void>;
}

function withoutEndSlashes(path: string): string {
  let end = path.length;
  while (path[end - 1] === '/') end -= 1;
  return path.slice(0, end);
}

/**
 * The relay as a `(request, response)` function, for node:http, Express, Connect and others.
 *
 * @param config the configuration, as written or checked; `listen` and `admin` have no meaning here
 * @throws RelayConfigError `config_invalid`
 * @example
 * const relay = await createRelayHandler(config);
 * express().use('/genesys', relay.handler);
 */
export async function createRelayHandler(
  config: RelayConfigInput | RelayConfig,
  options: RelayHandlerOptions = {}
): Promise<RelayHandler> {
  const checked = resolveConfig(config);
  const runtime = runtimeOf({ log: createLogger(checked), ...options.runtime });
  const prefix = withoutEndSlashes(options.basePath ?? '');
  const upgradePrefix = withoutEndSlashes(options.upgradeBasePath ?? prefix);
  const { relay, listener, stop } = await createHttpRelay(checked, runtime, { prefix });
  logStart(checked, runtime.log);
  let closed: Promise<void> | undefined;
  return {
    // Express passes a third argument.
    handler: (request, response) => {
      listener(request, response);
    },
    upgrade: createUpgrade(relay, checked, runtime, upgradePrefix),
    close: () => (closed ??= stop().then(() => relay.close()))
  };
}
