import { isPlatformServer } from '@angular/common';
import {
  DestroyRef,
  Injector,
  PLATFORM_ID,
  inject,
  provideEnvironmentInitializer,
  runInInjectionContext
} from '@angular/core';
import {
  type GenesysAuthFeature,
  ɵCONFIGURATION as CONFIGURATION,
  ɵGENESYS_AUTH_CORE as GENESYS_AUTH_CORE,
  ɵSTEPS as STEPS
} from 'ngx-genesys-auth';
import { TabSync } from './tab-sync';

/** Options of {@link withTabSync}. */
export interface TabSyncOptions {
  /**
   * Whether a tab hands its token to other tabs of the same user. `false` by default: only signing out reaches them. Every
   * script of the origin can listen to the channel, which is why it is not the default.
   */
  readonly shareToken?: boolean | undefined;
  /**
   * Who is signed in in this tab, by any name that no two users share; `null` if nobody is. It is called often, in an injection
   * context, and must tell the truth of the moment. Without it the relay is asked (`GET /session`) before a tab takes a token.
   */
  readonly subject?: (() => string | null | undefined | Promise<string | null | undefined>) | undefined;
}

/**
 * A feature of `provideGenesysAuth()` and `GenesysAuthModule.forRoot()`: what happens in one tab reaches the other tabs of the
 * same user, by a `BroadcastChannel`.
 *
 * - `clear()` in one tab forgets the token in all.
 * - With `shareToken: true` a tab that needs a token first asks the other tabs, and only then the relay: of eight tabs that are
 *   opened at once, one calls it. A token goes to tabs of the same user, relay, API and scopes alone, with what is left of
 *   its life; it is sent only to answer a question, and never stored.
 *
 * In proxy mode there is no token to share: in development an app that combines `shareToken: true` with `withProxyMode()` does not start
 * (`config_invalid`).
 *
 * Who the user is tells `subject`, or else the relay, which needs `genesys-auth-relay` of the same version. As long as
 * nobody knows, a tab neither gives nor takes.
 *
 * @example provideGenesysAuth(config, withTabSync({ shareToken: true, subject: () => inject(Session).userId() }))
 */
export function withTabSync({ shareToken = false, subject }: TabSyncOptions = {}): GenesysAuthFeature {
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
          configuration.state.shown.events$.subscribe(({ type }) => {
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
        useFactory: () => (isPlatformServer(inject(PLATFORM_ID)) ? {} : { token: inject(TabSync).step })
      },
      provideEnvironmentInitializer(() => {
        if (!isPlatformServer(inject(PLATFORM_ID))) inject(TabSync).start();
      })
    ]
  };
}
