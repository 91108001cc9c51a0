import type { FastifyPluginAsync } from 'fastify';
import type { RelayConfig } from '../config/config.ts';
import { resolveConfig } from '../config/parse.ts';
import type { RelayConfigInput } from '../config/schema.ts';
import { createRelaySwitch } from '../relay/switch.ts';
import { type RelayRuntime, runtimeOf } from '../runtime/runtime.ts';
import { ignoreUpgrade } from './ignore-upgrade.ts';
import { addRoutes } from './routes.ts';
import { logStart } from './start-line.ts';
import { createUpgrade } from './upgrade.ts';

/** Options of {@link genesysAuthRelay}. */
export interface GenesysAuthRelayOptions {
  /** The configuration, as written or checked. `listen` and `admin` have no meaning here: the host listens. */
  readonly config: RelayConfigInput | RelayConfig;
  /** Clock, chance and logger, for tests. Default: the system's, and the logger of the host. */
  readonly runtime?: Partial<RelayRuntime>;
}

/**
 * The relay as a Fastify plugin, for a server that is there already. It stays inside its prefix: hooks, error handler and
 * body parsing of the host are untouched. Log lines go to the host's logger and hold no URL, token or secret.
 *
 * @throws RelayConfigError `config_invalid` when it is registered with a configuration that does not hold
 * @example
 * await app.register(genesysAuthRelay, { prefix: '/genesys', config });
 */
export const genesysAuthRelay: FastifyPluginAsync<GenesysAuthRelayOptions> = async (app, options) => {
  const config = resolveConfig(options.config);
  const runtime = runtimeOf({ log: app.log, ...options.runtime });
  const { relay } = await createRelaySwitch(config, runtime);
  addRoutes(app, relay, config, runtime, false);
  app.addHook('onReady', (done) => {
    logStart(config, runtime.log);
    done();
  });
  if (relay.hub !== undefined) {
    const upgrade = createUpgrade(relay, config, runtime, app.prefix.replace(/\/$/, ''));
    app.server.on('upgrade', (request, socket, head) => {
      if (upgrade(request, socket, head)) return;
      // The host's own listeners take the rest. Without any, the host's routes are served as if this listener were not there.
      if (app.server.listenerCount('upgrade') === 1) ignoreUpgrade(app.server, request, socket, head);
    });
    app.addHook('preClose', () => relay.hub?.close());
  }
  app.addHook('onClose', () => relay.close());
};
