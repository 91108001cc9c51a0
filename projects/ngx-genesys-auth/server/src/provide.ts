import {
  type EnvironmentProviders,
  PendingTasks,
  REQUEST,
  RESPONSE_INIT,
  inject,
  makeEnvironmentProviders
} from '@angular/core';
import {
  GenesysAuthConfigError,
  GenesysAuthError,
  type ɵResolvedConfig as ResolvedConfig,
  ɵSERVER_RELAY as SERVER_RELAY,
  type ɵServerRelay as ServerRelay
} from 'ngx-genesys-auth';

/**
 * Headers that tell the relay for whom a page is rendered; `undefined` if there is nobody to tell of, and then no token.
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
  /** The configuration that it is for, by its name. Without one it is for all that there are. */
  readonly name?: string | undefined;
  /**
   * Where the server reaches the relay: a whole URL. It may be left out if `relay` of the configuration is one. A path is
   * not enough: whose site it would be is said by the `Host` header of the visitor.
   */
  readonly relay?: string | undefined;
  /** Who is asking: the visitor ({@link visitorHeaders}), or the server itself, by an API key of its own. */
  readonly credential: ServerCredential;
  /** How long a page waits for the relay, in milliseconds. 3,000 by default. */
  readonly timeoutMs?: number | undefined;
}

const DEFAULT_TIMEOUT_MS = 3000;

/**
 * Lets an application get tokens while it is rendered on the server. Put it into the configuration of the server, beside
 * `provideServerRendering()`; the browser's stays as it is.
 *
 * - Each rendered page is an application of its own, with a token of its own: two visitors share nothing. The token reaches
 *   neither the HTML nor the state that is transferred to the browser.
 * - A page whose token was asked for gets `Cache-Control: private, no-store`, unless the app set that header itself: it may
 *   hold what only this visitor may see.
 * - Pages that are rendered ahead, at build time, have no visitor and so no token: `server_no_credential`.
 *
 * @throws {@link GenesysAuthConfigError} `config_invalid` when the first page needs a token, if the relay is no whole URL
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
  { name, relay = config.relayUrl, credential, timeoutMs = DEFAULT_TIMEOUT_MS }: ServerGenesysAuthOptions
): ReturnType<ServerRelay> {
  if (name !== undefined && name !== config.name) return undefined;
  if (!URL.canParse(relay) || !/^https?:/.test(relay)) throw noWholeUrl(relay);
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
        if (!given) throw noCredential(request === null);
        keepPrivate(init);
        return given;
      })().finally(() => {
        clearTimeout(bound);
        // The call to the relay, a task of its own, begins later in this turn.
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

const noWholeUrl = (relay: string) =>
  new GenesysAuthConfigError([
    {
      key: 'provideServerGenesysAuth.relay',
      message: ngDevMode ? `"${relay}" is no whole URL.` : '',
      fix: ngDevMode ? 'Give the URL at which this server reaches the relay, for example http://127.0.0.1:8080.' : ''
    }
  ]);

const noCredential = (ahead: boolean) =>
  new GenesysAuthError(
    'server_no_credential',
    !ngDevMode ? '' : ahead ? 'A page that is rendered ahead has no visitor.' : 'The visitor has no credential.',
    { hint: ngDevMode ? 'Load Genesys data in the browser, for example in afterNextRender().' : '' }
  );
