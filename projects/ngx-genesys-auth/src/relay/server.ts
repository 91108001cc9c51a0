import { InjectionToken } from '@angular/core';
import type { ResolvedConfig } from '../config';

/**
 * Says how the server reaches the relay for a configuration, or `undefined` for one that it has no credential for. The server
 * entry point provides it; without it there are no tokens while rendering, as one of them would be every visitor's.
 */
export type ServerRelay = (config: ResolvedConfig) => ResolvedConfig | undefined;

/** {@link ServerRelay}, of each call of `provideServerGenesysAuth()`. */
export const SERVER_RELAY = new InjectionToken<readonly ServerRelay[]>(ngDevMode ? 'GENESYS_SERVER_RELAY' : '');
