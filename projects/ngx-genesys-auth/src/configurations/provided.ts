import { InjectionToken } from '@angular/core';
import { isRecord } from 'genesys-auth-protocol';
import { type ObservableInput, of } from 'rxjs';
import type { GenesysAuthConfig, GenesysAuthConfigLoader, LoadedGenesysAuthConfig } from '../config';
import type { GenesysAuthFeature } from '../features';
import { isText } from '../values';
import type { Configuration } from './configuration';
import type { Configurations } from './configurations';

/** What one call of `provideGenesysAuth()` was given. */
export interface Provided {
  readonly config: GenesysAuthConfig | GenesysAuthConfigLoader | LoadedGenesysAuthConfig;
  readonly features: readonly GenesysAuthFeature[];
  /** Whether it takes the place of the one of the same name, in tests. */
  readonly replaces?: boolean;
}

/** All that was provided. */
export const PROVIDED = new InjectionToken<readonly Provided[]>(ngDevMode ? 'GENESYS_PROVIDED' : '');

/** All configurations of an app. */
export const GENESYS_AUTH = new InjectionToken<Configurations>(ngDevMode ? 'GENESYS_AUTH' : '');

/** The configuration that a service or feature belongs to. */
export const CONFIGURATION = new InjectionToken<Configuration>(ngDevMode ? 'GENESYS_CONFIGURATION' : '');

type Given = Provided['config'];
type Loaded = GenesysAuthConfigLoader | LoadedGenesysAuthConfig;

/** Whether a configuration is known only at run time. */
export const isLoaded = (config: Given): config is Loaded =>
  typeof config === 'function' || (isRecord(config) && 'load' in config);

/** Loads a configuration, or takes the one that is at hand. */
export const loaded = (config: Given): ObservableInput<GenesysAuthConfig> =>
  typeof config === 'function' ? config() : isLoaded(config) ? config.load() : of(config);

/** The name, which is known from the beginning, whatever else has to be loaded. */
export const nameOf = ({ config }: Provided): string | undefined =>
  isRecord(config) && isText(config.name) ? config.name : undefined;
