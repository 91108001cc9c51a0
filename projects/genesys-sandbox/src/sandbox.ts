import type { FastifyInstance } from 'fastify';
import { analyticsOperations } from './api/analytics.ts';
import { Gate } from './api/gate.ts';
import { conversationOperations } from './api/conversations.ts';
import { identityOperations } from './api/identity.ts';
import { API_PREFIXES, type ApiOptions, serveApi } from './api/plugin.ts';
import { queueOperations } from './api/queues.ts';
import { directoryOperations } from './api/directory.ts';
import { referenceOperations } from './api/reference.ts';
import { userOperations } from './api/users.ts';
import { ContactCentre } from './centre/centre.ts';
import { defaultPlan } from './centre/plan.ts';
import { type ContactCentreSnapshot, snapshotOf } from './centre/snapshot.ts';
import { sufferFaults } from './faults/on-requests.ts';
import type { SandboxFaults } from './faults/faults.ts';
import { serveFaults } from './faults/routes.ts';
import { createHost, listen } from './http/host.ts';
import { type SandboxRequest, RequestLog } from './http/request-log.ts';
import { serveMetadata } from './login/metadata.ts';
import { TokenEndpoint } from './login/token-endpoint.ts';
import { type SandboxChannel, NotificationService } from './notifications/service.ts';
import { type SandboxClient, type SandboxOptions, resolveOptions } from './options.ts';
import { Codes } from './sign-in/codes.ts';
import { SignIn } from './sign-in/sign-in.ts';
import { Timeline } from './time/timeline.ts';
import { TokenStore } from './tokens/token-store.ts';
import { UserTokens } from './tokens/user-tokens.ts';
import type { SandboxAccount } from './users/user.ts';
import { Users } from './users/users.ts';

/** A running sandbox. */
export interface Sandbox {
  /** Origin of the login host, such as `http://127.0.0.1:4210`. */
  readonly loginOrigin: string;
  /** Origin of the API host. */
  readonly apiOrigin: string;
  /** `{loginOrigin}/oauth/token`. */
  readonly tokenEndpoint: string;
  readonly clients: readonly SandboxClient[];
  /** Everybody who can sign in: the agents of the contact centre first. */
  readonly users: readonly SandboxAccount[];
  /** `{loginOrigin}/oauth/authorize`, where users sign in. */
  readonly authorizeEndpoint: string;
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
  /** What goes wrong: see {@link SandboxFaults}. */
  readonly faults: SandboxFaults;
  /** The notification channels that live. */
  readonly channels: readonly SandboxChannel[];
  /**
   * Sends an event of a topic to the channels that are subscribed to it.
   *
   * @throws `TypeError` for a topic that Genesys Cloud does not know
   * @example sandbox.publish('v2.users.7f9c….voicemail.messages', { id: 'a' });
   */
  publish(topic: string, eventBody: unknown, correlationId?: string): void;
  /**
   * Does at once what is due by the clock: events of the contact centre, heartbeats, ends of tokens and channels, faults.
   * Without it that happens by itself, a moment later.
   */
  pulse(): void;
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
  const { organization, signIn } = settings;
  const plan = defaultPlan();
  const users = new Users(settings.users, plan, organization);
  const store = new TokenStore(clock, signIn.inactivityTimeoutSeconds);
  const userTokens = new UserTokens(store, clock, signIn);
  const timeline = new Timeline(clock, options.clock !== undefined);
  const startedAt = clock.now();
  let built: ContactCentre | undefined;
  // Built on first use: a test that only wants tokens does not pay for hours of history.
  const centre = (): ContactCentre =>
    (built ??= new ContactCentre(plan, settings.seed, startedAt, settings.speed)).advance(clock.now());
  const notifications = new NotificationService({ store, userTokens, timeline, log, organization, centre });
  const { faults } = notifications;
  const clients = new Map(settings.clients.map((client) => [client.id, client]));
  const codes = new Codes(clock, signIn.codeSeconds, (reused) => {
    userTokens.revoke((grant) => grant === reused);
  });
  const signInPages = new SignIn({ clients, users, organization, codes, userTokens, settings: signIn, faults });
  const tokens = new TokenEndpoint({
    clients,
    sources: { store, codes, userTokens, settings: signIn },
    clock,
    requestsPerMinute: settings.tokenRequestsPerMinute,
    faults
  });
  const suffer = (name: 'login' | 'api') => (scope: FastifyInstance) => {
    sufferFaults(scope, name, faults, timeline);
  };
  const gate = new Gate(store, clock, settings.requestsPerMinute, signIn.enforceScopes);
  const api = (name: 'login' | 'api'): ApiOptions => ({
    suffer: suffer(name),
    gate,
    operations: [
      ...identityOperations({ store, clock, organization, centre, settings: signIn, offsetMs: () => faults.offsetMs }),
      ...queueOperations(centre),
      ...directoryOperations(centre, users),
      ...referenceOperations(centre),
      ...userOperations(centre, users),
      ...conversationOperations(centre),
      ...analyticsOperations(centre),
      ...notifications.operations
    ],
    corsOrigins: settings.corsOrigins
  });
  // The official SDKs may be told to put `/login` before the paths of the login host, and to use one host for everything.
  const loginPrefixes = ['', '/login'];
  const serveLogin = (app: FastifyInstance, name: 'login' | 'api'): void => {
    tokens.serve(
      app,
      loginPrefixes.map((prefix) => `${prefix}/oauth/token`),
      suffer(name)
    );
    signInPages.serve(app, name, loginPrefixes, suffer(name));
  };

  const apiHost = createHost({ name: 'api', clock, log });
  serveLogin(apiHost, 'api');
  await serveApi(apiHost, API_PREFIXES.api, api('api'));
  await serveApi(apiHost, API_PREFIXES.gateway, api('api'));
  serveFaults(apiHost, faults);
  notifications.serve(apiHost);
  const { origin: apiOrigin } = await listen(apiHost, host, settings.apiPort);
  notifications.origin = apiOrigin.replace(/^http/, 'ws');

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
      serveLogin(app, 'login');
      serveMetadata(app, () => loginOrigin, suffer('login'));
      await serveApi(app, API_PREFIXES.gateway, api('login'));
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
    notifications.close();
    await apiHost.close();
    throw error;
  }

  return {
    loginOrigin,
    apiOrigin,
    tokenEndpoint: `${loginOrigin}/oauth/token`,
    clients: settings.clients,
    users: users.all,
    authorizeEndpoint: `${loginOrigin}/oauth/authorize`,
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
    faults,
    get channels() {
      return notifications.channels;
    },
    publish: (topic, eventBody, correlationId) => {
      notifications.publish(topic, eventBody, correlationId);
    },
    pulse: () => {
      notifications.pulse();
    },
    stopLogin,
    startLogin,
    tick: (ms) => {
      centre().jump(ms);
      notifications.pulse();
    },
    snapshot: () => snapshotOf(centre()),
    close: async () => {
      notifications.close();
      await Promise.all([stopLogin(), apiHost.close()]);
    }
  };
}
