import {
  type EnvironmentProviders,
  PendingTasks,
  REQUEST,
  RESPONSE_INIT,
  inject,
  makeEnvironmentProviders
} from '@angular/core';
import {
  type ɵResolvedConfig as ResolvedConfig,
  ɵSERVER_RELAY as SERVER_RELAY,
  type ɵServerRelay as ServerRelay,
  ɵauthError as authError,
  ɵconfigError as configError
} from 'ngx-genesys-auth';

/**
 * Returns headers with the credential of the visitor for whom a page is rendered; `undefined` if there is none, and then no token is
 * requested.
 *
 * Called for each call to the relay, in an injection context of the page's own application.
 *
 * @param request the request for the page
 */
export type ServerCredential = (
  request: Request
) => Readonly<Record<string, string>> | undefined | Promise<Readonly<Record<string, string>> | undefined>;

/** Options of {@link provideServerGenesysAuth}. */
export interface ServerGenesysAuthOptions {
  /** The name of a configuration. Without it, the options are for all configurations. */
  readonly config?: string | undefined;
  /**
   * Where the server reaches the relay: a whole URL. It may be left out if `relay` of the configuration is one. A path is
   * not enough: whose site it would be is said by the `Host` header of the visitor.
   */
  readonly relay?: string | undefined;
  /** The credential: that of the visitor ({@link visitorHeaders}), or an API key of the server. */
  readonly credential: ServerCredential;
  /** How long a page waits for the relay, in milliseconds. 3,000 by default. */
  readonly timeoutMs?: number | undefined;
}

const DEFAULT_TIMEOUT_MS = 3000;

/**
 * Lets an application get tokens while it is rendered on the server. Put it into the configuration of the server, beside
 * `provideServerRendering()`; the browser's stays as it is.
 *
 * - Each rendered page is a separate application with a separate token: two visitors share nothing. Neither the HTML nor the state
 *   that is transferred to the browser contains the token.
 * - A page whose token was asked for gets `Cache-Control: private, no-store`, unless the app set that header itself: it may
 *   hold what only this visitor may see.
 * - Pages that are rendered ahead, at build time, have no visitor and so no token: `server_no_credential`.
 *
 * @throws {@link GenesysAuthConfigError} `config_invalid` when the first page needs a token, if `relay` is not an absolute URL
 * @example
 * // app.config.server.ts: the company's proxy puts the user's access token into each request
 * provideServerGenesysAuth({ relay: 'http://127.0.0.1:8080', credential: visitorHeaders('authorization') })
 * @example
 * // the same page for everybody, with an API key of the relay; see npx --no-install genesys-auth-relay hash-key
 * provideServerGenesysAuth({
 *   relay: 'http://127.0.0.1:8080',
 *   credential: () => ({ Authorization: `Bearer ${process.env['RELAY_KEY']}` })
 * })
 */
export function provideServerGenesysAuth(options: ServerGenesysAuthOptions): EnvironmentProviders {
  return makeEnvironmentProviders([
    { provide: SERVER_RELAY, multi: true, useValue: (config: ResolvedConfig) => onServer(config, options) }
  ]);
}

function onServer(
  config: ResolvedConfig,
  { config: name, relay = config.relayUrl, credential, timeoutMs = DEFAULT_TIMEOUT_MS }: ServerGenesysAuthOptions
): ReturnType<ServerRelay> {
  if (name !== undefined && name !== config.name) return undefined;
  if (!URL.canParse(relay) || !/^https?:/.test(relay)) {
    throw configError('provideServerGenesysAuth.relay', 'notAnAbsoluteUrl', { url: relay });
  }
  return {
    ...config,
    relayUrl: relay.replace(/\/+$/, ''),
    credentials: 'omit',
    timeoutMs,
    headers: () => {
      const request = inject(REQUEST, { optional: true });
      const init = inject(RESPONSE_INIT, { optional: true });
      // The page must not count as finished while the credential is looked for, nor wait for it for ever.
      const done = inject(PendingTasks).add();
      const bound = setTimeout(done, timeoutMs);
      return (async () => {
        const given = request ? await credential(request) : undefined;
        if (!given) throw authError('server_no_credential', { why: request ? 'no credential' : 'no visitor' });
        keepPrivate(init);
        return given;
      })().finally(() => {
        clearTimeout(bound);
        // The call to the relay starts synchronously after this, and is a separate pending task.
        setTimeout(done);
      });
    }
  };
}

/** A page that may hold one visitor's data must not be kept for another. */
function keepPrivate(init: ResponseInit | null): void {
  if (!init) return;
  const headers = init.headers instanceof Headers ? init.headers : new Headers(init.headers);
  if (!headers.has('Cache-Control')) headers.set('Cache-Control', 'private, no-store');
  init.headers = headers;
}
