import { InjectionToken } from '@angular/core';
import { isRecord } from 'genesys-auth-protocol';
import { type ObservableInput, of } from 'rxjs';
import type { GenesysAuthConfig, GenesysAuthConfigLoader, LoadedGenesysAuthConfig } from '../config';
import type { GenesysAuthFeature } from '../features/feature';
import { isText } from '../values';

/** The arguments of one call of `provideGenesysAuth()`. */
export interface Provided {
  readonly config: GenesysAuthConfig | GenesysAuthConfigLoader | LoadedGenesysAuthConfig;
  readonly features: readonly GenesysAuthFeature[];
  /** Whether it replaces the configuration of the same name, in tests. */
  readonly replaces?: boolean;
}

/** All calls of `provideGenesysAuth()`. */
export const PROVIDED = new InjectionToken<readonly Provided[]>(ngDevMode ? 'GENESYS_PROVIDED' : '');

type Given = Provided['config'];
type Loaded = GenesysAuthConfigLoader | LoadedGenesysAuthConfig;

/** Whether a configuration is known only at run time. */
export const loadsLater = (config: Given): config is Loaded =>
  typeof config === 'function' || (isRecord(config) && 'load' in config);

/** Loads a configuration. One that needs no loading is emitted synchronously. */
export function loadConfig(config: Given): ObservableInput<GenesysAuthConfig> {
  if (typeof config === 'function') return config();
  return loadsLater(config) ? config.load() : of(config);
}

/** The name of a configuration, which is known before the configuration is loaded. */
export const nameOf = (config: Given): string | undefined =>
  isRecord(config) && isText(config.name) ? config.name : undefined;
