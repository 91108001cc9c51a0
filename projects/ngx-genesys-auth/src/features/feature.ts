import type { EnvironmentProviders, Provider } from '@angular/core';
import { type ConfigIssue, GenesysAuthConfigError } from '../errors';

/**
 * The kinds of features that {@link provideGenesysAuth} takes.
 *
 * - `scopeCatalogue`: `withScopeCatalogue()` of `ngx-genesys-auth/scope-catalogue`
 * - `proxyMode`: `withProxyMode()`
 * - `retry`: `withRetry()`
 * - `logger`: `withLogger()`
 * - `devtools`: `withDevtools()` of `ngx-genesys-auth/devtools`
 * - `tabSync`: `withTabSync()`
 * - `signIn`: `withSignIn()`
 * - `testing`: `provideGenesysAuthTesting()` of `ngx-genesys-auth/testing`
 */
export type GenesysAuthFeatureKind =
  'scopeCatalogue' | 'proxyMode' | 'retry' | 'logger' | 'devtools' | 'tabSync' | 'signIn' | 'testing';

/**
 * An addition to `provideGenesysAuth()`, created by a `with...()` function.
 *
 * @typeParam Kind the kind of the feature, of which a configuration takes one
 */
export interface GenesysAuthFeature<Kind extends GenesysAuthFeatureKind = GenesysAuthFeatureKind> {
  /** The kind. A configuration has at most one feature of each kind; development builds check that. */
  readonly kind: Kind;
  /** The providers for one configuration. Its injector is created when the configuration is known. */
  readonly providers: readonly (Provider | EnvironmentProviders)[];
  /** The providers for one configuration that exist from the start of the app, also if the configuration is loaded later. */
  readonly stateProviders?: readonly (Provider | EnvironmentProviders)[] | undefined;
  /** The providers for the whole app. */
  readonly appProviders?: readonly (Provider | EnvironmentProviders)[] | undefined;
  /**
   * The call as the app writes it, for a feature that works with the token itself. In proxy mode the browser has no token, so
   * such a feature excludes `withProxyMode()`.
   */
  readonly needsToken?: string | undefined;
  /** The call as the app writes it, for a feature that works only with `withProxyMode()`. */
  readonly needsProxyMode?: string | undefined;
}

/**
 * Development only: finds features that are given twice or exclude each other.
 *
 * @param name the name of the configuration, if it has one
 * @throws {@link GenesysAuthConfigError} `config_invalid`
 */
export function checkFeatures(features: readonly GenesysAuthFeature[], name: string | undefined): void {
  const kinds = features.map(({ kind }) => kind);
  const repeated = new Set(kinds.filter((kind, index) => kinds.indexOf(kind) !== index));
  const issues: ConfigIssue[] = [...repeated].map((kind) => ({
    key: 'features',
    message: `${CALLS[kind]} is given more than once.`,
    fix: 'Keep one of them: a configuration takes one feature of each kind.'
  }));
  if (kinds.includes('proxyMode')) {
    issues.push(
      ...features.flatMap(({ needsToken }) => (needsToken ? noTokenInProxyMode('features', needsToken) : []))
    );
  } else {
    issues.push(
      ...features.flatMap(({ needsProxyMode }) =>
        needsProxyMode
          ? {
              key: 'features',
              message: `${needsProxyMode} works only with withProxyMode(): a token of the user never reaches the browser.`,
              fix: 'Add withProxyMode(), and set mode: proxy in the configuration of the relay.'
            }
          : []
      )
    );
  }
  if (issues.length > 0) throw new GenesysAuthConfigError(issues, name);
}

/** The mistake of an app that combines `withProxyMode()` with something that needs the token. */
export const noTokenInProxyMode = (key: string, call: string): ConfigIssue => ({
  key,
  message: `withProxyMode() and ${call} exclude each other: in proxy mode the browser has no token.`,
  fix: `Remove ${call}, or remove withProxyMode() if the relay is in token mode.`
});

/** The call that makes a feature of each kind, as the app writes it. */
const CALLS: Readonly<Record<GenesysAuthFeatureKind, string>> = {
  scopeCatalogue: 'withScopeCatalogue()',
  proxyMode: 'withProxyMode()',
  retry: 'withRetry()',
  logger: 'withLogger()',
  devtools: 'withDevtools()',
  tabSync: 'withTabSync()',
  signIn: 'withSignIn()',
  testing: 'provideGenesysAuthTesting()'
};
