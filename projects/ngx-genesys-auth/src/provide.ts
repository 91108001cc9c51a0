import {
  type EnvironmentProviders,
  type ModuleWithProviders,
  NgModule,
  inject,
  makeEnvironmentProviders,
  provideEnvironmentInitializer
} from '@angular/core';
import type { GenesysAuthConfig } from './config';
import {
  GENESYS_AUTH_CONFIG,
  GENESYS_AUTH_CORE,
  GENESYS_RESOLVED_CONFIG,
  genesysAuthCore,
  resolvedConfig
} from './core';
import { provideInterceptorCheck } from './dev/interceptor-check';
import { GenesysScopesDirective } from './directive';
import type { GenesysAuthFeature } from './features';
import { GenesysAuthService } from './service';

/**
 * Provides {@link GenesysAuthService} and what {@link genesysAuthInterceptor} needs. Put it where `provideHttpClient()` is,
 * before or after it.
 *
 * @param config region, relay and scopes
 * @param features additions made by `with...()` functions
 * @throws {@link GenesysAuthConfigError} `config_invalid` when the app starts: every mistake at once, with its fix
 * @example
 * bootstrapApplication(App, {
 *   providers: [
 *     provideHttpClient(withInterceptors([genesysAuthInterceptor])),
 *     provideGenesysAuth({ region: 'mypurecloud.de', relay: '/genesys', scopes: ['analytics', 'routing'] })
 *   ]
 * });
 */
export function provideGenesysAuth(
  config: GenesysAuthConfig,
  ...features: readonly GenesysAuthFeature[]
): EnvironmentProviders {
  return makeEnvironmentProviders([
    { provide: GENESYS_AUTH_CONFIG, useValue: config },
    { provide: GENESYS_RESOLVED_CONFIG, useFactory: resolvedConfig },
    { provide: GENESYS_AUTH_CORE, useFactory: () => genesysAuthCore() },
    GenesysAuthService,
    provideEnvironmentInitializer(() => void inject(GENESYS_RESOLVED_CONFIG)),
    ngDevMode ? provideInterceptorCheck() : [],
    features.flatMap(({ providers }) => providers)
  ]);
}

/**
 * The same as {@link provideGenesysAuth} for apps that are built of NgModules. Modules whose templates use `*genesysScopes`
 * import it as it is, without `forRoot()`.
 */
@NgModule({ imports: [GenesysScopesDirective], exports: [GenesysScopesDirective] })
export class GenesysAuthModule {
  /**
   * Import it once, in the root module. The parameters and errors are those of {@link provideGenesysAuth}.
   *
   * @example
   * imports: [GenesysAuthModule.forRoot({ region: 'mypurecloud.de', relay: '/genesys', scopes: ['analytics'] })],
   * providers: [provideHttpClient(withInterceptors([genesysAuthInterceptor]))]
   */
  static forRoot(
    config: GenesysAuthConfig,
    ...features: readonly GenesysAuthFeature[]
  ): ModuleWithProviders<GenesysAuthModule> {
    return { ngModule: GenesysAuthModule, providers: [provideGenesysAuth(config, ...features)] };
  }
}
