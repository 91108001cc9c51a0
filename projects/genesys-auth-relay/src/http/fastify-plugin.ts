import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify';
import type { RelayConfig } from '../config/config.ts';
import { resolveConfig } from '../config/parse.ts';
import type { RelayConfigInput } from '../config/schema.ts';
import { readHead } from '../guard/request-head.ts';
import { relayHeaders, removeHostHeaders } from '../reply/headers.ts';
import { type RelayRuntime, runtimeOf } from '../runtime/runtime.ts';
import { createHttpRelay } from './http-relay.ts';
import { ignoreUpgrade } from './ignore-upgrade.ts';
import { createRoutes, servedRoutes } from './routes.ts';
import { logStart } from './start-log.ts';
import { createUpgrade } from './upgrade.ts';

/** Options of {@link genesysAuthRelay}. */
export interface GenesysAuthRelayOptions {
  /** The configuration, as written or checked. `listen` and `admin` have no meaning here: the host listens. */
  readonly config: RelayConfigInput | RelayConfig;
  /** Clock, random numbers and logger, for tests. Default: the system's, and the logger of the host. */
  readonly runtime?: Partial<RelayRuntime>;
}

/**
 * The relay as a Fastify plugin, for an existing server. It stays inside its prefix: hooks, error handler and
 * body parsing of the host are untouched. Log lines go to the host's logger and hold no URL, token or secret.
 *
 * @throws RelayConfigError `config_invalid` when the configuration is not valid
 * @example
 * await app.register(genesysAuthRelay, { prefix: '/genesys', config });
 */
export const genesysAuthRelay: FastifyPluginAsync<GenesysAuthRelayOptions> = async (app, options) => {
  const config = resolveConfig(options.config);
  const runtime = runtimeOf({ log: app.log, ...options.runtime });
  const prefix = app.prefix.replace(/\/$/, '');
  const { relay, listener, stop } = await createHttpRelay(config, runtime, { prefix });

  /** @param path of the route; without it the listener looks at the URL */
  const serve = (request: FastifyRequest, reply: FastifyReply, path?: string): void => {
    const { ip, id } = request;
    // Headers that hooks of the host have set. Fastify would write them itself, but here the listener writes.
    for (const [name, value] of Object.entries(reply.getHeaders())) {
      if (value !== undefined) reply.raw.setHeader(name, value);
    }
    reply.hijack();
    listener(request.raw, reply.raw, { ip, id, path });
  };

  // The listener reads bodies itself, within its own limit, so that nothing is parsed before the checks.
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', (_request, _payload, done) => {
    done(null);
  });
  // A hook of the host may answer a request itself, for example a preflight request. Only the origins of the relay are allowed
  // there, too.
  app.addHook('onSend', (request, reply, payload, done) => {
    const listedOrigin = relay.origins.listed(readHead(request.raw));
    removeHostHeaders(reply);
    removeHostHeaders(reply.raw);
    reply.headers(relayHeaders(reply, { ...config.hsts, listedOrigin }));
    done(null, payload);
  });
  for (const { path } of servedRoutes(createRoutes(relay, config, prefix))) {
    app.route({
      url: path,
      method: app.supportedMethods,
      exposeHeadRoute: false,
      // Fastify's own request lines would hold the URL.
      logLevel: 'silent',
      handler: (request, reply) => {
        serve(request, reply, path);
      }
    });
  }
  if (prefix !== '') {
    app.setNotFoundHandler((request, reply) => {
      serve(request, reply);
    });
  }
  app.addHook('onReady', (done) => {
    logStart(config, runtime.log);
    done();
  });
  if (relay.hub !== undefined) {
    const upgrade = createUpgrade(relay, config, runtime, prefix);
    app.server.on('upgrade', (request, socket, head) => {
      if (upgrade(request, socket, head)) return;
      // The host's own listeners take other upgrades. If it has none, its routes serve the request as if this listener did not exist.
      if (app.server.listenerCount('upgrade') === 1) ignoreUpgrade(app.server, request, socket, head);
    });
  }
  // The host may close all connections after this hook.
  app.addHook('preClose', stop);
  app.addHook('onClose', () => relay.close());
};
