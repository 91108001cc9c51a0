import {
  type EnvironmentProviders,
  type ModuleWithProviders,
  NgModule,
  type Provider,
  inject,
  makeEnvironmentProviders,
  provideEnvironmentInitializer
} from '@angular/core';
import type { GenesysAuthConfig, GenesysAuthConfigLoader, LoadedGenesysAuthConfig } from '../config';
import { createRegistry } from '../registry/registry';
import { CONFIGURATION_REGISTRY } from '../core/configuration';
import { PROVIDED, type Provided } from '../core/provided';
import { provideInterceptorProbe } from '../interceptor/probe-interceptor';
import { GenesysScopesDirective } from '../template/scopes-directive';
import type { GenesysAuthFeature } from '../features/feature';
import { GenesysAuthService } from '../service/service';

/**
 * Provides {@link GenesysAuthService} and what {@link genesysAuthInterceptor} needs. Put it where `provideHttpClient()` is,
 * before or after it.
 *
 * @param config region, relay and scopes; or a function that gives them later, for apps that know them only at run time. Then
 *   requests for the API of any Genesys Cloud region, and those marked by {@link genesysScopes} or {@link genesysConfig}, wait
 *   for it, at most 10 s; all others pass. If loading fails, these requests fail with `config_unavailable` (or `config_invalid`), and
 *   the next request, or `renew()`, loads it again
 * @param features additions made by `with...()` functions, for this configuration alone
 * @throws {@link GenesysAuthConfigError} `config_invalid` when the app starts: every mistake at once, with its fix
 * @example
 * bootstrapApplication(App, {
 *   providers: [
 *     provideHttpClient(withInterceptors([genesysAuthInterceptor])),
 *     provideGenesysAuth({ region: 'mypurecloud.de', relay: '/genesys', scopes: ['analytics', 'routing'] }, withProxyMode())
 *   ]
 * });
 * @example
 * provideGenesysAuth(() => inject(HttpClient).get<GenesysAuthConfig>('/genesys.json'), withProxyMode())
 * @example
 * // Two organizations: inject(GenesysAuthService).for('emea')
 * [provideGenesysAuth({ name: 'us', ... }, withProxyMode()), provideGenesysAuth({ name: 'emea', ... }, withProxyMode())]
 */
export function provideGenesysAuth(
  config: GenesysAuthConfig | GenesysAuthConfigLoader | LoadedGenesysAuthConfig,
  ...features: readonly GenesysAuthFeature[]
): EnvironmentProviders {
  return makeEnvironmentProviders(configurationProviders({ config, features }));
}

/** The providers of one configuration. */
export const configurationProviders = (provided: Provided): (Provider | EnvironmentProviders)[] => [
  { provide: PROVIDED, multi: true, useValue: provided },
  { provide: CONFIGURATION_REGISTRY, useFactory: createRegistry },
  {
    provide: GenesysAuthService,
    useFactory: () => inject(CONFIGURATION_REGISTRY).get().injector.get(GenesysAuthService)
  },
  provideEnvironmentInitializer(() => {
    inject(CONFIGURATION_REGISTRY).start();
  }),
  ...(ngDevMode ? [provideInterceptorProbe()] : []),
  provided.features.map(({ appProviders }) => appProviders ?? [])
];

/**
 * The same as {@link provideGenesysAuth} for apps that are built of NgModules. Modules whose templates use `*genesysScopes`
 * import it as it is, without `forRoot()`.
 */
@NgModule({ imports: [GenesysScopesDirective], exports: [GenesysScopesDirective] })
export class GenesysAuthModule {
  /**
   * Import it in the root module, once for each configuration. The parameters and errors are those of {@link provideGenesysAuth}.
   *
   * @example
   * imports: [GenesysAuthModule.forRoot({ region: 'mypurecloud.de', relay: '/genesys', scopes: ['analytics'] })],
   * providers: [provideHttpClient(withInterceptors([genesysAuthInterceptor]))]
   */
  static forRoot(
    config: GenesysAuthConfig | GenesysAuthConfigLoader | LoadedGenesysAuthConfig,
    ...features: readonly GenesysAuthFeature[]
  ): ModuleWithProviders<GenesysAuthModule> {
    return { ngModule: GenesysAuthModule, providers: [provideGenesysAuth(config, ...features)] };
  }
}
