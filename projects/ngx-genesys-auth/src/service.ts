import type { Signal } from '@angular/core';
import { type GenesysScope, isCovered } from 'genesys-scopes';
import { type Observable, firstValueFrom, map, switchMap, tap } from 'rxjs';
import type { Configuration } from './configurations/configuration';
import type { Configurations } from './configurations/configurations';
import type { GenesysAuthCore } from './core';
import type { GenesysAuthError, GenesysScopeError } from './errors';
import { createScopeCheck, notGranted, refuse } from './scopes/check';
import type { LiveToken } from './token/live-token';
import type { AuthState, GenesysAuthEvent, GenesysAuthStatus } from './token/state';

/** What {@link GenesysAuthService.validate} found. */
export interface ScopeReport {
  /** Whether every scope may be asked for. It does not say that it was granted. */
  readonly ok: boolean;
  /** One error for each scope that may not, with its nearest valid name. */
  readonly errors: readonly GenesysScopeError[];
  /** The scopes that the live token has or covers. */
  readonly granted: readonly string[];
}

/**
 * The access token's life, as signals, events and a few methods. Provided by `provideGenesysAuth()`.
 *
 * Most apps need it for display only: the interceptor asks for the token by itself.
 */
export abstract class GenesysAuthService {
  /** Where the token is in its life. It changes when something is asked for: no timer marks a token as expired. */
  abstract readonly status: Signal<GenesysAuthStatus>;
  /** The scopes the relay granted; empty without a token. */
  abstract readonly scopes: Signal<ReadonlySet<string>>;
  /** When the token ends, by the wall clock; `null` without a token. */
  abstract readonly expiresAt: Signal<Date | null>;
  /** The last failure, until the next success. A renewal ahead of time may fail while the token is still good. */
  abstract readonly error: Signal<GenesysAuthError | null>;
  /**
   * Everything that happens, in order. A late subscriber first gets the last 16 events, so that nothing of the start is
   * lost; each says when it happened.
   */
  abstract readonly events$: Observable<GenesysAuthEvent>;

  /**
   * The access token, for clients that do not go through `HttpClient` (the official SDK, a WebSocket). Do not keep it: ask
   * again for each use.
   *
   * @param scopes scopes that it must have; they start no other token, they are checked
   * @throws {@link GenesysScopeError} `scope_malformed`, `scope_near_miss`, `scope_unknown_in_area`,
   *   `scope_not_registered`, `scope_not_configured` before anything is sent; `scope_not_granted` after
   * @throws {@link GenesysAuthError} `relay_*`, `signed_out`, `server_no_credential`, and `proxy_mode` with `withProxyMode()`
   * @example client.setAccessToken(await auth.token('analytics:readonly'))
   */
  abstract token(...scopes: readonly GenesysScope[]): Promise<string>;

  /**
   * Resolves if the user has all these scopes, or ones that cover them. Asks the relay if it has not answered yet. Works in
   * token mode and in proxy mode. `requireScopes()` and `*genesysScopes` use it.
   *
   * Two kinds of errors are worth telling apart: {@link isScopeDenied} is true for those that say that the user may not. All
   * others say that the answer is not known, or that the call itself is wrong.
   *
   * @param scopes all of them are needed; without any, it resolves as soon as the relay accepts the user
   * @throws {@link GenesysScopeError} `scope_malformed`, `scope_near_miss`, `scope_unknown_in_area`,
   *   `scope_not_registered`, `scope_not_configured` before anything is sent to the relay; `scope_not_granted` after its answer
   * @throws {@link GenesysAuthError} `relay_*`, `signed_out`, `server_no_credential`, and `config_unavailable` where the
   *   configuration could not be loaded
   * @example
   * try {
   *   await auth.ensureScopes('analytics:readonly');
   *   await this.openReports();
   * } catch (error) {
   *   if (!isScopeDenied(error)) throw error;
   *   this.message.set(`You need ${error.code === 'scope_not_granted' ? 'the scope analytics:readonly' : 'a role'}.`);
   * }
   */
  abstract ensureScopes(...scopes: readonly GenesysScope[]): Promise<void>;

  /**
   * Whether the token has all these scopes, or ones that cover them. Reads {@link scopes}, so templates and `computed`
   * follow it. `false` as long as there is no token.
   *
   * @example readonly mayEdit = computed(() => this.auth.hasScopes('routing'));
   */
  abstract hasScopes(...scopes: readonly GenesysScope[]): boolean;

  /**
   * Checks scopes as {@link token} would, without asking for a token. Sends nothing. Until a configuration that is loaded at
   * run time is there, it checks the names alone.
   */
  abstract validate(...scopes: readonly GenesysScope[]): ScopeReport;

  /**
   * Asks the relay now, even if the last attempts failed or the token is young. The relay may answer with the same token.
   *
   * @throws {@link GenesysAuthError} `relay_*`, `scope_not_granted`, `signed_out`, `server_no_credential`
   */
  abstract renew(): Promise<void>;

  /**
   * Forgets the token. Call it at sign-out. Whatever waits for a token, for its replay after a 401 or for a retry of
   * `withRetry()` fails with `signed_out` and is not sent for the next user. It revokes nothing on the server: the token lives
   * until it expires, and the next request asks the relay for a token again. If another user signs in while the page stays
   * open, call {@link renew}, so that `*genesysScopes` follows.
   */
  abstract clear(): void;

  /**
   * The service of another configuration.
   *
   * @param name the `name` of the configuration
   * @throws {@link GenesysAuthConfigError} `config_invalid` if there is none of that name
   * @example inject(GenesysAuthService).for('emea').status()
   */
  abstract for(name: string): GenesysAuthService;
}

/** Makes the service of a configuration. */
export function createService(
  shown: AuthState['shown'],
  ready: Configuration['ready'],
  core: () => GenesysAuthCore | undefined,
  clear: () => void,
  get: Configurations['get']
): GenesysAuthService {
  /** The token, or in proxy mode what stands in for it, after the checks of the scopes. */
  const authorized = (
    scopes: readonly GenesysScope[],
    before: (parts: GenesysAuthCore) => void
  ): Observable<LiveToken> =>
    ready().pipe(
      switchMap((parts) => {
        refuse(parts.scopes.errors(scopes)[0]);
        before(parts);
        return parts.tokens.get();
      }),
      tap((live) => {
        refuse(notGranted(scopes, live.scopes));
      })
    );
  // eslint-disable-next-line @typescript-eslint/no-unsafe-class-instance-assignment -- the class is a type and a DI token: nothing is in its prototype
  return {
    ...shown,
    token: (...scopes) =>
      firstValueFrom(
        authorized(scopes, ({ needs, proxy }) => {
          // A caller that takes the token may need any scope, unless it names some.
          if (ngDevMode) needs?.note(scopes.length > 0 ? scopes : undefined);
          refuse(proxy?.noToken());
        }).pipe(map(({ token }) => token))
      ),
    ensureScopes: (...scopes) =>
      firstValueFrom(
        authorized(scopes, ({ needs }) => {
          if (ngDevMode) needs?.note(scopes);
        }).pipe(map(() => undefined))
      ),
    hasScopes(...scopes) {
      const granted = shown.scopes();
      return granted.size > 0 && scopes.every((scope) => isCovered(scope, granted));
    },
    validate(...scopes) {
      const errors = (core()?.scopes ?? createScopeCheck()).errors(scopes);
      const granted = shown.scopes();
      return { ok: errors.length === 0, errors, granted: scopes.filter((scope) => isCovered(scope, granted)) };
    },
    renew: () =>
      firstValueFrom(
        ready(true).pipe(
          switchMap(({ tokens }) => tokens.renew()),
          map(() => undefined)
        )
      ),
    clear,
    for: (name) => get(name).service
  };
}
