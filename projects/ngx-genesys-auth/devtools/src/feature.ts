import { isPlatformServer } from '@angular/common';
import type { HttpRequest } from '@angular/common/http';
import {
  APP_BOOTSTRAP_LISTENER,
  CSP_NONCE,
  DOCUMENT,
  DestroyRef,
  Injector,
  NgZone,
  PLATFORM_ID,
  type Provider,
  inject,
  untracked
} from '@angular/core';
import {
  GenesysAuthConfigError,
  type GenesysAuthFeature,
  GenesysAuthService,
  ɵCONFIGURATION_REGISTRY as CONFIGURATION_REGISTRY,
  type ɵConfiguration as Configuration,
  type ɵConfigurationRegistry as ConfigurationRegistry,
  type ɵGenesysAuthCore as GenesysAuthCore,
  ɵREQUEST_WATCH as REQUEST_WATCH
} from 'ngx-genesys-auth';
import type { Api } from './explain/verdict';
import { isShortcut } from './show/keys';
import type { ConfigurationView, Model } from './show/model';
import { showOverlay } from './show/overlay';
import { RequestLog } from './watch/log';
import { NotingWatch } from './watch/watch';

declare const ngDevMode: unknown;

/** Options of {@link withDevtools}. */
export interface DevtoolsOptions {
  /** Where the button is. `bottom-right` by default. */
  readonly corner?: (typeof CORNERS)[number] | undefined;
  /**
   * The keys that open and close the panel: one letter or digit after `Alt`, `Control`, `Meta` or `Shift`. `Alt+Shift+G` by
   * default; `false` for none.
   */
  readonly shortcut?: string | false | undefined;
}

const CORNERS = ['bottom-right', 'bottom-left', 'top-right', 'top-left'] as const;

/**
 * A feature of `provideGenesysAuth()` and `GenesysAuthModule.forRoot()`, for **development builds**: production builds of the
 * Angular CLI hold nothing of it, so it may stay in the providers.
 *
 * Shows an overlay: the state of the token and how long it lives, the scopes that were granted and those that were not, what
 * happened, and the last 50 requests by method and path with the rule that matched and why a token was or was not attached.
 * A button opens it, or `Alt+Shift+G`.
 *
 * It never shows tokens, headers, queries or bodies. Paths are shown with what may be an e-mail address, a telephone number, a
 * name or a secret replaced. It is not shown on the server or in `TestBed`, and keeps no app from becoming stable.
 *
 * @throws {@link GenesysAuthConfigError} `config_invalid` at once, if an option is wrong
 * @example provideGenesysAuth({ region: 'mypurecloud.de', relay: '/genesys', scopes: ['routing'] }, withDevtools())
 */
export function withDevtools(options: DevtoolsOptions = {}): GenesysAuthFeature<'devtools'> {
  return {
    kind: 'devtools',
    providers: [],
    appProviders: typeof ngDevMode === 'undefined' || ngDevMode ? developmentProviders(options) : []
  };
}

function developmentProviders({ corner = 'bottom-right', shortcut = 'Alt+Shift+G' }: DevtoolsOptions): Provider[] {
  if (!CORNERS.includes(corner)) throw wrong('corner', `Give one of ${CORNERS.join(', ')}.`);
  if (shortcut !== false && !isShortcut(shortcut)) throw wrong('shortcut', 'Write it like "Alt+Shift+G".');
  return [
    { provide: RequestLog, useClass: RequestLog },
    { provide: REQUEST_WATCH, useFactory: watchRequests },
    {
      provide: APP_BOOTSTRAP_LISTENER,
      multi: true,
      useFactory: () => {
        const [document, injector, zone] = [inject(DOCUMENT), inject(Injector), inject(NgZone)];
        const [nonce, destroyed, log] = [inject(CSP_NONCE, { optional: true }), inject(DestroyRef), inject(RequestLog)];
        const onServer = isPlatformServer(inject(PLATFORM_ID));
        return () => {
          const registry = injector.get(CONFIGURATION_REGISTRY);
          // One overlay for all configurations, whichever of them has the feature.
          if (log.isShown || onServer) return;
          log.isShown = true;
          const configurations = registry.all.map(viewOf);
          const outside: Model['outside'] = (run) => zone.runOutsideAngular(run);
          // Its timer must not keep an app with zone.js from becoming stable.
          outside(() => {
            destroyed.onDestroy(showOverlay({ document, log, configurations, outside }, { corner, shortcut, nonce }));
          });
        };
      }
    }
  ];
}

const wrong = (key: string, fix: string) =>
  new GenesysAuthConfigError([{ key: `withDevtools.${key}`, message: 'there is no such value.', fix }]);

const known = ({ all }: ConfigurationRegistry): GenesysAuthCore[] => all.flatMap(({ core }) => core ?? []);

function watchRequests(): NotingWatch {
  const [document, injector] = [inject(DOCUMENT), inject(Injector)];
  const configurationOf = (request: HttpRequest<unknown>): Configuration | undefined => {
    const registry = injector.get(CONFIGURATION_REGISTRY);
    try {
      const handler = registry.handlerFor(request);
      return handler && registry.all.find((one) => one.handler === handler);
    } catch {
      // A name that does not exist: the interceptor fails with it.
      return undefined;
    }
  };
  return new NotingWatch(
    {
      apis: () => known(injector.get(CONFIGURATION_REGISTRY)).map(apiOf),
      takerOf: (request) => {
        const taker = configurationOf(request);
        return taker && (taker.core ? apiOf(taker.core) : 'being loaded');
      },
      needsOf: (request) => configurationOf(request)?.core?.catalogue?.explain?.(request),
      base: () => document.baseURI
    },
    inject(RequestLog)
  );
}

const apiOf = ({ config: { name, apiOrigin, relayUrl } }: GenesysAuthCore): Api => ({ name, apiOrigin, relayUrl });

function viewOf(configuration: Configuration): ConfigurationView {
  const { name } = configuration;
  const service = configuration.injector.get(GenesysAuthService);
  return {
    name,
    config: () => configuration.core?.config,
    status: () => untracked(service.status),
    granted: () => untracked(service.scopes),
    expiresAt: () => untracked(service.expiresAt),
    error: () => untracked(service.error),
    events$: service.events$,
    renew: () => {
      // What it fails with is in the state.
      service.renew().catch(() => undefined);
    },
    clear: () => {
      service.clear();
    }
  };
}
