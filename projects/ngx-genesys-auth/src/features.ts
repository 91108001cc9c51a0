import type { EnvironmentProviders, Provider } from '@angular/core';

/**
 * The kinds of features that {@link provideGenesysAuth} takes.
 *
 * - `scopeCatalogue`: `withScopeCatalogue()` of `ngx-genesys-auth/scope-catalogue`
 * - `retry`: `withRetry()`
 * - `logger`: `withLogger()`
 * - `devtools`: `withDevtools()` of `ngx-genesys-auth/devtools`
 */
export type GenesysAuthFeatureKind = 'scopeCatalogue' | 'retry' | 'logger' | 'devtools';

/** An addition to `provideGenesysAuth()`, made by a `with...()` function. */
export interface GenesysAuthFeature {
  readonly kind: GenesysAuthFeatureKind;
  readonly providers: readonly (Provider | EnvironmentProviders)[];
}
