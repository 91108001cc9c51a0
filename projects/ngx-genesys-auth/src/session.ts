import { type Injector, assertInInjectionContext, inject } from '@angular/core';
import type { SessionResponse } from 'genesys-auth-protocol';
import { firstValueFrom, switchMap, tap } from 'rxjs';
import { GENESYS_AUTH } from './configurations/provided';
import { relaySession } from './relay/client';
import { regionMismatch } from './relay/mismatch';

/** Options of {@link genesysSession}. */
export interface GenesysSessionOptions {
  /** The name of the configuration whose relay is meant, where there are several. */
  readonly config?: string | undefined;
  /** The injector to use, where there is no injection context: in an event handler, or after an `await`. */
  readonly injector?: Injector | undefined;
}

/**
 * Asks the relay who the user is, which scopes they may ask for, and which region it serves. If that is another region
 * or API origin than the configured one, `error` and `events$` of `GenesysAuthService` say so with `relay_region_mismatch`.
 *
 * @throws {@link GenesysAuthError} `relay_*`, and `config_unavailable` where the configuration could not be loaded
 * @throws {@link GenesysAuthConfigError} `config_invalid` if there is no configuration of that name
 * @example
 * readonly #injector = inject(Injector);
 * async whoAmI() {
 *   return (await genesysSession({ injector: this.#injector })).subject;
 * }
 */
export async function genesysSession({ config, injector }: GenesysSessionOptions = {}): Promise<SessionResponse> {
  if (ngDevMode && !injector) assertInInjectionContext(genesysSession);
  const auth = injector ? injector.get(GENESYS_AUTH) : inject(GENESYS_AUTH);
  return firstValueFrom(
    auth
      .get(config)
      .ready()
      .pipe(
        switchMap((core) =>
          relaySession(core.relay).pipe(
            tap((session) => {
              const error = regionMismatch(session, core.config);
              if (error) core.state.tell({ type: 'warning', error }, { error });
            })
          )
        )
      )
  );
}
