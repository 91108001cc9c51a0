import { isPlatformServer } from '@angular/common';
import { InjectionToken, PLATFORM_ID, inject } from '@angular/core';
import { throwError } from 'rxjs';
import type { ResolvedConfig } from '../config';
import { GenesysAuthError } from '../errors';
import type { Turn } from '../tabs/turn';

/**
 * Says how the server reaches the relay for a configuration, or `undefined` for one that it has no credential for. The server
 * entry point provides it; without it there are no tokens while rendering, as one of them would be every visitor's.
 */
export type ServerRelay = (config: ResolvedConfig) => ResolvedConfig | undefined;

/** {@link ServerRelay}, of each call of `provideServerGenesysAuth()`. */
export const SERVER_RELAY = new InjectionToken<readonly ServerRelay[]>(ngDevMode ? 'GENESYS_SERVER_RELAY' : '');

/** How a server gets tokens: from which relay, if it may, and when. In a browser `undefined`. */
export function serverWay(config: ResolvedConfig): { via: ResolvedConfig | undefined; turn: Turn } | undefined {
  if (!isPlatformServer(inject(PLATFORM_ID))) return undefined;
  const relays = inject(SERVER_RELAY, { optional: true });
  const via = relays?.map((relayOf) => relayOf(config)).find(Boolean);
  // A lock would make one visitor wait for another.
  return { via, turn: via ? (call) => call : () => throwError(noCredential) };
}

// A token in the server's memory would be every visitor's token.
const noCredential = () =>
  new GenesysAuthError('server_no_credential', ngDevMode ? 'A token was needed while rendering on the server.' : '', {
    ...(ngDevMode && {
      hint:
        'Load Genesys data in the browser, for example in afterNextRender(), or give the server a credential by ' +
        'provideServerGenesysAuth() of ngx-genesys-auth/server.'
    })
  });
