import type { EnvironmentProviders, Provider } from '@angular/core';

/**
 * The kinds of features that {@link provideGenesysAuth} takes.
 *
 * - `scopeCatalogue`: `withScopeCatalogue()` of `ngx-genesys-auth/scope-catalogue`
 * - `retry`: `withRetry()`
 * - `logger`: `withLogger()`
 */
export type GenesysAuthFeatureKind = 'scopeCatalogue' | 'retry' | 'logger';

/** An addition to `provideGenesysAuth()`, made by a `with...()` function. */
export interface GenesysAuthFeature {
  readonly kind: GenesysAuthFeatureKind;
  readonly providers: readonly (Provider | EnvironmentProviders)[];
}
