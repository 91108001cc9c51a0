import { isPlatformServer } from '@angular/common';
import { InjectionToken, PLATFORM_ID, inject } from '@angular/core';
import { throwError } from 'rxjs';
import type { ResolvedConfig } from '../config';
import { authError } from '../errors';
import type { AcquireToken } from './acquire';

/**
 * Returns how the server reaches the relay for a configuration, or `undefined` if it has no credential for that configuration.
 * `provideServerGenesysAuth()` provides it. Without it no tokens are requested while rendering, because all visitors would
 * share such a token.
 */
export type ServerRelay = (config: ResolvedConfig) => ResolvedConfig | undefined;

/** The {@link ServerRelay} of each call of `provideServerGenesysAuth()`. */
export const SERVER_RELAY = new InjectionToken<readonly ServerRelay[]>(ngDevMode ? 'GENESYS_SERVER_RELAY' : '');

/** How a server obtains tokens. */
export interface ServerAccess {
  /** The configuration with the relay as the server reaches it; `undefined` if the server has no credential. */
  readonly config: ResolvedConfig | undefined;
  /** Adds a check: without a credential of the server it fails with `server_no_credential`, and the relay is not called. */
  readonly withCredentialCheck: (acquire: AcquireToken) => AcquireToken;
}

/** How this server obtains tokens; `undefined` in a browser. Must be called in an injection context. */
export function serverAccess(config: ResolvedConfig): ServerAccess | undefined {
  if (!isPlatformServer(inject(PLATFORM_ID))) return undefined;
  const relays = inject(SERVER_RELAY, { optional: true }) ?? [];
  try {
    const found = relays.map((relayOf) => relayOf(config)).find((relay) => relay !== undefined);
    return { config: found, withCredentialCheck: (acquire) => (found ? acquire : () => throwError(noCredential)) };
  } catch (error) {
    // A mistake in provideServerGenesysAuth() must not affect requests that need no token.
    return { config: undefined, withCredentialCheck: () => () => throwError(() => error) };
  }
}

const noCredential = () => authError('server_no_credential');
