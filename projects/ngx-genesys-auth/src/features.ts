import type { EnvironmentProviders, Provider } from '@angular/core';

/** The kinds of features that {@link provideGenesysAuth} takes. There is none yet. */
export type GenesysAuthFeatureKind = never;

/** An addition to `provideGenesysAuth()`, made by a `with...()` function. */
export interface GenesysAuthFeature {
  readonly kind: GenesysAuthFeatureKind;
  readonly providers: readonly (Provider | EnvironmentProviders)[];
}
