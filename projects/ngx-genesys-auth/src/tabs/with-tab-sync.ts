import { isPlatformServer } from '@angular/common';
import {
  DestroyRef,
  Injector,
  PLATFORM_ID,
  inject,
  provideEnvironmentInitializer,
  runInInjectionContext
} from '@angular/core';
import { CONFIGURATION } from '../core/configuration';
import { GENESYS_AUTH_CORE } from '../core/core';
import type { GenesysAuthFeature } from '../features/feature';
import { STEPS } from '../features/steps';
import { TabSync } from './tab-sync';

/** Options of {@link withTabSync}. */
export interface TabSyncOptions {
  /**
   * Whether a tab gives its token to other tabs of the same user. `false` by default: then only a sign-out reaches them. It is
   * not the default because every script of the origin can listen to the channel.
   */
  readonly shareToken?: boolean | undefined;
  /**
   * A name of the user who is signed in in this tab, which no two users share; `null` without a user. It is called often, in an
   * injection context, and must return the current user. Without it the relay is asked (`GET /session`) before a tab takes a token.
   */
  readonly subject?: (() => string | null | undefined | Promise<string | null | undefined>) | undefined;
}

/**
 * A feature of `provideGenesysAuth()` and `GenesysAuthModule.forRoot()`. It connects the tabs of the same user by a
 * `BroadcastChannel`.
 *
 * - `clear()` in one tab forgets the token in all tabs.
 * - With `shareToken: true` a tab that needs a token asks the other tabs first, and then the relay: of eight tabs that are
 *   opened at once, one calls the relay. A tab gives its token only to tabs of the same user, relay, API and scopes, and only when
 *   they ask. The token keeps its expiry and is never stored.
 *
 * In proxy mode there is no token to share: in development an app that combines `shareToken: true` with `withProxyMode()` does not start
 * (`config_invalid`).
 *
 * `subject` returns who the user is. Without it the relay does, which needs `genesys-auth-relay` of the same version. While the
 * user is not known, a tab neither gives nor takes a token.
 *
 * @example
 * // Token mode
 * provideGenesysAuth(config, withTabSync({ shareToken: true, subject: () => inject(Session).userId() }))
 */
export function withTabSync({ shareToken = false, subject }: TabSyncOptions = {}): GenesysAuthFeature<'tabSync'> {
  return {
    kind: 'tabSync',
    needsToken: ngDevMode && shareToken ? 'withTabSync({ shareToken: true })' : undefined,
    providers: [
      {
        provide: TabSync,
        useFactory: () => {
          const injector = inject(Injector);
          const configuration = inject(CONFIGURATION);
          const sync = new TabSync(shareToken, subject && (() => runInInjectionContext(injector, subject)), {
            core: () => injector.get(GENESYS_AUTH_CORE),
            clear: () => {
              configuration.clear();
            }
          });
          configuration.state.events$.subscribe(({ type }) => {
            if (type === 'cleared') sync.clear();
          });
          inject(DestroyRef).onDestroy(() => {
            sync.close();
          });
          return sync;
        }
      },
      {
        provide: STEPS,
        multi: true,
        useFactory: () => (isPlatformServer(inject(PLATFORM_ID)) ? {} : { acquire: inject(TabSync).acquireFrom })
      },
      provideEnvironmentInitializer(() => {
        if (!isPlatformServer(inject(PLATFORM_ID))) inject(TabSync).start();
      })
    ]
  };
}
