import { Injectable, type Signal, inject } from '@angular/core';
import type { SessionResponse } from 'genesys-auth-protocol';
import { type GenesysScope, isCovered } from 'genesys-scopes';
import { type Observable, firstValueFrom, switchMap, tap } from 'rxjs';
import { CONFIGURATION, CONFIGURATION_REGISTRY } from '../core/configuration';
import type { GenesysAuthError, GenesysScopeError } from '../errors';
import { relaySession } from '../relay/client';
import { regionMismatch } from '../relay/region-mismatch';
import { createScopeCheck, notGranted, throwIf } from '../scopes/check';
import type { LiveToken } from '../token/live-token';
import type { GenesysAuthEvent, GenesysAuthStatus } from '../token/state';

/** The result of {@link GenesysAuthService.validate}. */
export interface ScopeReport {
  /** Whether every scope may be asked for. It does not say that it was granted. */
  readonly ok: boolean;
  /** One error for each scope that may not, with its nearest valid name. */
  readonly errors: readonly GenesysScopeError[];
  /** The scopes that the live token has or covers. */
  readonly granted: readonly string[];
}

/**
 * The state of the access token, as signals and events, and the methods that work with it. Provided by
 * `provideGenesysAuth()`.
 *
 * Most apps need it for display only: the interceptor asks for the token by itself.
 */
@Injectable()
export class GenesysAuthService {
  readonly #configuration = inject(CONFIGURATION);
  readonly #registry = inject(CONFIGURATION_REGISTRY);

  /** The state of the token. It changes when something is asked for: no timer marks a token as expired. */
  readonly status: Signal<GenesysAuthStatus> = this.#configuration.state.status;
  /** The scopes the relay granted; empty without a token. */
  readonly scopes: Signal<ReadonlySet<string>> = this.#configuration.state.scopes;
  /** When the token expires, by the wall clock; `null` without a token. */
  readonly expiresAt: Signal<Date | null> = this.#configuration.state.expiresAt;
  /**
   * The last failure, until the next success. If a renewal in the background fails, the token stays in use until it expires, unless
   * {@link isScopeDenied} is true for the error.
   */
  readonly error: Signal<GenesysAuthError | null> = this.#configuration.state.error;
  /**
   * Everything that happens, in order. A late subscriber first receives the last 16 events, each with its time, so it misses
   * nothing of the start.
   */
  readonly events$: Observable<GenesysAuthEvent> = this.#configuration.state.events$;

  /**
   * The access token, for clients that do not go through `HttpClient` (the official SDK, a WebSocket). Do not keep it: ask
   * again for each use.
   *
   * @param scopes scopes that it must have; they are checked, and never start another token
   * @throws {@link GenesysScopeError} `scope_malformed`, `scope_near_miss`, `scope_unknown_in_area`,
   *   `scope_not_registered`, `scope_not_configured` before anything is sent; `scope_not_granted` after
   * @throws {@link GenesysAuthError} `relay_*`, `signed_out`, `server_no_credential`, and `proxy_mode` with `withProxyMode()`
   * @example client.setAccessToken(await auth.token('analytics:readonly'))
   */
  async token(...scopes: readonly GenesysScope[]): Promise<string> {
    const { token } = await firstValueFrom(this.#authorize(scopes, true));
    return token;
  }

  /**
   * Resolves if the user has all these scopes, or ones that cover them. Asks the relay if it has not answered yet. Works in
   * token mode and in proxy mode. `requireScopes()` and `*genesysScopes` use it.
   *
   * {@link isScopeDenied} is true for errors that say that the user may not. All other errors say that the answer is not
   * known, or that the call itself is wrong.
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
  async ensureScopes(...scopes: readonly GenesysScope[]): Promise<void> {
    await firstValueFrom(this.#authorize(scopes, false));
  }

  /**
   * Whether the token has all these scopes, or ones that cover them. Reads {@link scopes}, so templates and `computed`
   * follow it. `false` as long as there is no token.
   *
   * @example readonly mayEdit = computed(() => this.auth.hasScopes('routing'));
   */
  hasScopes(...scopes: readonly GenesysScope[]): boolean {
    const granted = this.scopes();
    return granted.size > 0 && scopes.every((scope) => isCovered(scope, granted));
  }

  /**
   * Checks scopes as {@link token} does, without asking for a token. Sends nothing. Until a configuration that is loaded at
   * run time is known, it checks the names only.
   */
  validate(...scopes: readonly GenesysScope[]): ScopeReport {
    const check = this.#configuration.core?.scopes ?? createScopeCheck();
    const errors = check.errors(scopes);
    const granted = this.scopes();
    return { ok: errors.length === 0, errors, granted: scopes.filter((scope) => isCovered(scope, granted)) };
  }

  /**
   * Asks the relay who the user is, which scopes they may ask for, and which region it serves. If that is another region or
   * API origin than the configured one, {@link error} and {@link events$} report `relay_region_mismatch`.
   *
   * @throws {@link GenesysAuthError} `relay_*`, and `config_unavailable` where the configuration could not be loaded
   * @example
   * const { subject } = await auth.session();
   */
  session(): Promise<SessionResponse> {
    const answer = this.#configuration.ready().pipe(
      switchMap(({ relay, config, state }) =>
        relaySession(relay).pipe(
          tap((session) => {
            const mismatch = regionMismatch(session, config);
            if (mismatch) state.warned(mismatch);
          })
        )
      )
    );
    return firstValueFrom(answer);
  }

  /**
   * Asks the relay for a token now, even if the last attempts failed or the token is young. The relay may answer with the
   * same token.
   *
   * @throws {@link GenesysAuthError} `relay_*`, `scope_not_granted`, `signed_out`, `server_no_credential`
   */
  async renew(): Promise<void> {
    await firstValueFrom(this.#configuration.ready(true).pipe(switchMap(({ tokens }) => tokens.renew())));
  }

  /**
   * Forgets the token. Call it at sign-out. Every request that waits for a token, for its replay after a 401 or for a retry of
   * `withRetry()` fails with `signed_out` and is not sent for the next user. It revokes nothing on the server: the token lives
   * until it expires, and the next request asks the relay for a token again. If another user signs in while the page stays
   * open, call {@link renew}, so that `*genesysScopes` follows.
   */
  clear(): void {
    this.#configuration.clear();
  }

  /**
   * The service of another configuration.
   *
   * @param name the `name` of the configuration
   * @throws {@link GenesysAuthConfigError} `config_invalid` if there is none of that name
   * @example inject(GenesysAuthService).for('emea').status()
   */
  for(name: string): GenesysAuthService {
    return this.#registry.get(name).injector.get(GenesysAuthService);
  }

  /** The token after the scope checks; in proxy mode, the session in the form of a token, which no caller may get. */
  #authorize(scopes: readonly GenesysScope[], isForToken: boolean): Observable<LiveToken> {
    return this.#configuration.ready().pipe(
      switchMap(({ scopes: check, catalogue, proxy, tokens }) => {
        throwIf(check.errors(scopes)[0]);
        // A caller that asks for a token without scopes may need any scope, so the warning about unused scopes stops.
        if (ngDevMode) catalogue?.noteUse(isForToken && scopes.length === 0 ? undefined : scopes);
        if (isForToken) throwIf(proxy?.tokenRefusal());
        return tokens.get();
      }),
      tap((live) => {
        throwIf(notGranted(scopes, live.scopes));
      })
    );
  }
}
