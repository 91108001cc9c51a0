import type { EnvironmentProviders, Provider } from '@angular/core';

/**
 * The kinds of features that {@link provideGenesysAuth} takes.
 *
 * - `scopeCatalogue`: `withScopeCatalogue()` of `ngx-genesys-auth/scope-catalogue`
 * - `proxyMode`: `withProxyMode()`
 * - `retry`: `withRetry()`
 * - `logger`: `withLogger()`
 * - `devtools`: `withDevtools()` of `ngx-genesys-auth/devtools`
 * - `tabSync`: `withTabSync()` of `ngx-genesys-auth/tab-sync`
 * - `testing`: `provideGenesysAuthTesting()` of `ngx-genesys-auth/testing`
 */
export type GenesysAuthFeatureKind =
  'scopeCatalogue' | 'proxyMode' | 'retry' | 'logger' | 'devtools' | 'tabSync' | 'testing';

/** An addition to `provideGenesysAuth()`, made by a `with...()` function. */
export interface GenesysAuthFeature {
  /** What it is: of each kind a configuration has one. */
  readonly kind: GenesysAuthFeatureKind;
  /** What belongs to the configuration; it lives in an injector of its own, made when the configuration is known. */
  readonly providers: readonly (Provider | EnvironmentProviders)[];
  /** What belongs to the app as a whole. */
  readonly appProviders?: readonly (Provider | EnvironmentProviders)[] | undefined;
}
