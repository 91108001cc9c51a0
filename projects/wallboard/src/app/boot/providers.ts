import { provideHttpClient, withInterceptors } from '@angular/common/http';
import { type EnvironmentProviders, type Provider, provideBrowserGlobalErrorListeners } from '@angular/core';
import { genesysAuthInterceptor, provideGenesysAuth, withProxyMode, withSignIn } from 'ngx-genesys-auth';
import { withDevtools } from 'ngx-genesys-auth/devtools';
import { provideGenesysNotifications, relayHub } from 'ngx-genesys-auth/notifications';
import { BOARD_CONFIG, type BoardConfig } from './board-config';
import type { RelayHeaders } from './sign-in';

/**
 * All that the board needs to call Genesys Cloud: where the API and the relay are, and which scopes.
 *
 * @param headers who is calling, for the relay; left out where the relay knows it by other means
 */
export function boardProviders(config: BoardConfig, headers?: RelayHeaders): (Provider | EnvironmentProviders)[] {
  return [
    provideBrowserGlobalErrorListeners(),
    provideHttpClient(withInterceptors([genesysAuthInterceptor])),
    provideGenesysAuth(
      {
        apiOrigin: config.apiOrigin,
        relay: { url: config.relay, headers },
        scopes: [...config.scopes],
        optionalScopes: [...config.optionalScopes]
      },
      // Production builds hold nothing of it.
      withDevtools(),
      ...(config.mode === 'proxy' ? [withProxyMode()] : []),
      ...(config.genesysSignIn ? [withSignIn()] : [])
    ),
    // Boards share the relay's channels: Genesys Cloud keeps no more than 20 for an OAuth client.
    provideGenesysNotifications({ source: relayHub(), pauseWhenHidden: true }),
    { provide: BOARD_CONFIG, useValue: config }
  ];
}
