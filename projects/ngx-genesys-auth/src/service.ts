import { Injectable, Injector, type Signal, inject } from '@angular/core';
import type { SessionResponse } from 'genesys-auth-protocol';
import { type GenesysScope, isCovered } from 'genesys-scopes';
import { type Observable, firstValueFrom, tap } from 'rxjs';
import { CONFIGURATION, GENESYS_AUTH } from './configurations/provided';
import type { GenesysAuthCore } from './core';
import type { GenesysAuthError, GenesysScopeError } from './errors';
import { regionMismatch } from './relay/mismatch';
import { createScopeCheck, notGranted } from './scopes/check';
import type { GenesysAuthEvent, GenesysAuthStatus } from './token/state';

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
@Injectable()
export class GenesysAuthService {
  readonly #configuration = inject(CONFIGURATION);
  readonly #injector = inject(Injector);
  readonly #state = this.#configuration.state;

  /** Where the token is in its life. It changes when something is asked for: no timer marks a token as expired. */
  readonly status: Signal<GenesysAuthStatus> = this.#state.status;
  /** The scopes the relay granted; empty without a token. */
  readonly scopes: Signal<ReadonlySet<string>> = this.#state.scopes;
  /** When the token ends, by the wall clock; `null` without a token. */
  readonly expiresAt: Signal<Date | null> = this.#state.expiresAt;
  /** The last failure, until the next success. A renewal ahead of time may fail while the token is still good. */
  readonly error: Signal<GenesysAuthError | null> = this.#state.error;
  /**
   * Everything that happens, in order. A late subscriber first gets the last 16 events, so that nothing of the start is
   * lost; each says when it happened.
   */
  readonly events$: Observable<GenesysAuthEvent> = this.#state.events$;

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
  async token(...scopes: readonly GenesysScope[]): Promise<string> {
    const core = this.#configuration.core ?? (await this.#ready());
    const [invalid] = core.scopes.errors(scopes);
    // Who takes the token out may need any scope, unless they say which.
    if (ngDevMode) core.needs?.note(scopes.length > 0 ? scopes : undefined);
    if (invalid) throw invalid;
    if (core.proxy) throw core.proxy.noToken();
    const live = await firstValueFrom(core.tokens.get());
    const missing = notGranted(scopes, live.scopes);
    if (missing) throw missing;
    return live.token;
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
   * Checks scopes as {@link token} would, without asking for a token. Sends nothing. Until a configuration that is loaded at
   * run time is there, it checks the names alone.
   */
  validate(...scopes: readonly GenesysScope[]): ScopeReport {
    const errors = (this.#configuration.core?.scopes ?? createScopeCheck()).errors(scopes);
    const granted = this.scopes();
    return { ok: errors.length === 0, errors, granted: scopes.filter((scope) => isCovered(scope, granted)) };
  }

  /**
   * Asks the relay now, even if the last attempts failed or the token is young. The relay may answer with the same token.
   *
   * @throws {@link GenesysAuthError} `relay_*`, `scope_not_granted`, `signed_out`, `server_no_credential`
   */
  async renew(): Promise<void> {
    const core = this.#configuration.core ?? (await this.#ready(true));
    await firstValueFrom(core.tokens.renew());
  }

  /**
   * Forgets the token, as at sign-out. Who waits for one gets `signed_out`. It ends nothing on the server: the token
   * lives on until its end, and the next request asks the relay for one again.
   */
  clear(): void {
    this.#configuration.clear();
  }

  /**
   * Asks the relay who the user is, which scopes they may ask for, and which region it serves. If that is another region
   * or API origin than the configured one, {@link error} and {@link events$} say so with `relay_region_mismatch`.
   *
   * @throws {@link GenesysAuthError} `relay_*`
   */
  async session(): Promise<SessionResponse> {
    const { relay, config, state } = this.#configuration.core ?? (await this.#ready());
    return firstValueFrom(
      relay.session().pipe(
        tap((session) => {
          const error = regionMismatch(session, config);
          if (error) state.warning(error);
        })
      )
    );
  }

  /**
   * The service of another configuration.
   *
   * @param name the `name` of the configuration
   * @throws {@link GenesysAuthConfigError} `config_invalid` if there is none of that name
   * @example inject(GenesysAuthService).for('emea').status()
   */
  for(name: string): GenesysAuthService {
    return this.#injector.get(GENESYS_AUTH).get(name).service;
  }

  #ready(now?: boolean): Promise<GenesysAuthCore> {
    return firstValueFrom(this.#configuration.ready(now));
  }
}
