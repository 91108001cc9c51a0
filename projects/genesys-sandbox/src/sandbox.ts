import type { FastifyInstance } from 'fastify';
import { analyticsOperations } from './api/analytics.ts';
import { Gate } from './api/gate.ts';
import { identityOperations } from './api/identity.ts';
import { API_PREFIXES, type ApiOptions, serveApi } from './api/plugin.ts';
import { queueOperations } from './api/queues.ts';
import { ContactCentre } from './centre/centre.ts';
import { defaultPlan } from './centre/plan.ts';
import { type ContactCentreSnapshot, snapshotOf } from './centre/snapshot.ts';
import { createHost, listen } from './http/host.ts';
import { type SandboxRequest, RequestLog } from './http/request-log.ts';
import { serveMetadata } from './login/metadata.ts';
import { TokenEndpoint } from './login/token-endpoint.ts';
import { type SandboxClient, type SandboxOptions, resolveOptions } from './options.ts';
import { TokenStore } from './tokens/token-store.ts';

/** A running sandbox. */
export interface Sandbox {
  /** Origin of the login host, such as `http://127.0.0.1:4210`. */
  readonly loginOrigin: string;
  /** Origin of the API host. */
  readonly apiOrigin: string;
  /** `{loginOrigin}/oauth/token`. */
  readonly tokenEndpoint: string;
  readonly clients: readonly SandboxClient[];
  /** The last 10,000 requests that were answered, newest last. */
  readonly requests: readonly SandboxRequest[];
  /** How many `POST /oauth/token` have arrived at either host, refused ones included. */
  tokenRequestCount(): number;
  /** How many tokens the API would take now. */
  liveTokenCount(): number;
  /** Kills all live tokens: the API answers them with 401 from now on. */
  revokeTokens(): void;
  /** Kills one token. */
  revokeToken(token: string): void;
  /** Takes the login host off the network; open connections are cut. Does nothing when it is off. */
  stopLogin(): Promise<void>;
  /** Brings the login host back on the same port. Does nothing when it is on. */
  startLogin(): Promise<void>;
  /** Lets the contact centre live `ms` milliseconds more, without the clock moving. */
  tick(ms: number): void;
  /** The contact centre as it is now. */
  snapshot(): ContactCentreSnapshot;
  /** Stops both hosts and cuts their connections. */
  close(): Promise<void>;
}

/**
 * Starts a local Genesys Cloud: a login host, an API host and a contact centre that lives.
 *
 * @param options every one has a default; see {@link SandboxOptions}
 * @throws `TypeError` that names the option when one makes no sense; `Error` with code `EADDRINUSE` when a port is taken
 * @example
 * const sandbox = await createSandbox();
 * const answer = await fetch(sandbox.tokenEndpoint, {
 *   method: 'POST',
 *   body: new URLSearchParams({
 *     grant_type: 'client_credentials',
 *     client_id: SANDBOX_CLIENT.id,
 *     client_secret: SANDBOX_CLIENT.secret
 *   })
 * });
 * await sandbox.close();
 */
export async function createSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const settings = resolveOptions(options);
  const { clock, host } = settings;
  const log = new RequestLog();
  const store = new TokenStore(clock);
  const tokens = new TokenEndpoint(settings.clients, store, clock, settings.tokenRequestsPerMinute);
  const startedAt = clock.now();
  let built: ContactCentre | undefined;
  // Built on first use: a test that only wants tokens does not pay for hours of history.
  const centre = (): ContactCentre =>
    (built ??= new ContactCentre(defaultPlan(), settings.seed, startedAt, settings.speed)).advance(clock.now());
  const api: ApiOptions = {
    gate: new Gate(store, clock, settings.requestsPerMinute),
    operations: [
      ...identityOperations(store, clock, settings.organization),
      ...queueOperations(centre),
      ...analyticsOperations(centre)
    ],
    corsOrigins: settings.corsOrigins
  };
  const tokenPaths = ['/oauth/token', '/login/oauth/token'];

  const apiHost = createHost({ name: 'api', clock, log });
  tokens.serve(apiHost, tokenPaths);
  await serveApi(apiHost, API_PREFIXES.api, api);
  await serveApi(apiHost, API_PREFIXES.gateway, api);
  const { origin: apiOrigin } = await listen(apiHost, host, settings.apiPort);

  let loginOrigin = '';
  let loginPort = settings.loginPort;
  let login: FastifyInstance | undefined;
  // One after the other, so that a stop and a start right behind it do not fight over the port.
  let last: Promise<void> = Promise.resolve();
  const inTurn = (step: () => Promise<void>): Promise<void> => {
    const turn = last.then(step);
    last = turn.catch(() => undefined);
    return turn;
  };
  const startLogin = (): Promise<void> =>
    inTurn(async () => {
      if (login !== undefined) return;
      const app = createHost({ name: 'login', clock, log });
      tokens.serve(app, tokenPaths);
      serveMetadata(app, () => loginOrigin);
      await serveApi(app, API_PREFIXES.gateway, api);
      try {
        ({ origin: loginOrigin, port: loginPort } = await listen(app, host, loginPort));
      } catch (error) {
        await app.close();
        throw error;
      }
      login = app;
    });
  const stopLogin = (): Promise<void> =>
    inTurn(async () => {
      const app = login;
      login = undefined;
      await app?.close();
    });
  try {
    await startLogin();
  } catch (error) {
    await apiHost.close();
    throw error;
  }

  return {
    loginOrigin,
    apiOrigin,
    tokenEndpoint: `${loginOrigin}/oauth/token`,
    clients: settings.clients,
    get requests() {
      return log.entries;
    },
    tokenRequestCount: () => tokens.requests,
    liveTokenCount: () => store.size,
    revokeTokens: () => {
      store.revokeAll();
    },
    revokeToken: (token) => {
      store.revoke(token);
    },
    stopLogin,
    startLogin,
    tick: (ms) => {
      centre().jump(ms);
    },
    snapshot: () => snapshotOf(centre()),
    close: async () => {
      await Promise.all([stopLogin(), apiHost.close()]);
    }
  };
}
