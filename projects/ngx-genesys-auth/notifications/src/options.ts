import {
  type EnvironmentProviders,
  InjectionToken,
  inject,
  makeEnvironmentProviders,
  provideEnvironmentInitializer
} from '@angular/core';
import {
  GenesysAuthConfigError,
  ɵCONFIGURATION_REGISTRY as CONFIGURATION_REGISTRY,
  ɵnoTokenInProxyMode as noTokenInProxyMode
} from 'ngx-genesys-auth';
import type { NotificationSourceFactory } from './source';

/** Options of {@link provideGenesysNotifications}. */
export interface GenesysNotificationsOptions {
  /** Where events come from: `relayHub()` or `directChannel()`. */
  readonly source: NotificationSourceFactory;
  /** The name of the configuration whose events they are, where there are several. */
  readonly config?: string | undefined;
  /**
   * Close the connection while nobody sees the page. `true`: after a minute out of sight; a number: after so many
   * milliseconds. What was missed is reported as a gap when the page is seen again. `false` by default.
   */
  readonly pauseWhenHidden?: boolean | number | undefined;
}

export const NOTIFICATIONS_OPTIONS = new InjectionToken<GenesysNotificationsOptions>(
  ngDevMode ? 'GENESYS_NOTIFICATIONS_OPTIONS' : ''
);

/**
 * Provides `GenesysNotifications`. Put it beside `provideGenesysAuth()`.
 *
 * @example
 * providers: [
 *   provideHttpClient(withInterceptors([genesysAuthInterceptor])),
 *   provideGenesysAuth({ region: 'mypurecloud.de', relay: '/genesys', scopes: ['analytics', 'notifications'] }),
 *   provideGenesysNotifications({ source: relayHub(), pauseWhenHidden: true })
 * ]
 */
export function provideGenesysNotifications(options: GenesysNotificationsOptions): EnvironmentProviders {
  return makeEnvironmentProviders([
    { provide: NOTIFICATIONS_OPTIONS, useValue: options },
    ngDevMode
      ? provideEnvironmentInitializer(() => {
          checkMode(options);
        })
      : []
  ]);
}

/** Development only: in proxy mode the browser has no token, which a source may need. */
function checkMode({ source: { needsToken }, config }: GenesysNotificationsOptions): void {
  if (!needsToken) return;
  const { name, features } = inject(CONFIGURATION_REGISTRY).get(config);
  if (!features.some(({ kind }) => kind === 'proxyMode')) return;
  throw new GenesysAuthConfigError([noTokenInProxyMode('provideGenesysNotifications.source', needsToken)], name);
}
