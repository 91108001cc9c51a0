import { type EnvironmentProviders, PLATFORM_ID, inject, makeEnvironmentProviders } from '@angular/core';
import { GENESYS_SCOPES } from 'genesys-scopes';
import {
  type GenesysApiConfig,
  type GenesysAuthConfig,
  type GenesysAuthFeature,
  type GenesysAuthOptions,
  type GenesysRegion,
  ɵCONFIGURATION_REGISTRY as CONFIGURATION_REGISTRY,
  ɵGENESYS_RESOLVED_CONFIG as GENESYS_RESOLVED_CONFIG,
  ɵPAGE as PAGE,
  ɵRELAY_CLIENT as RELAY_CLIENT,
  ɵconfigurationProviders as configurationProviders,
  ɵresolveConfig as resolveConfig
} from 'ngx-genesys-auth';
import { GenesysAuthTesting, testingOf } from './controller';
import { FakePage } from './fake-page';
import { FakeRelay } from './fake-relay';

/** What {@link provideGenesysAuthTesting} takes: the configuration of the app, or the parts that a test is about. */
export interface GenesysAuthTestingConfig extends Partial<GenesysAuthOptions> {
  /** The Genesys Cloud region, as in the configuration of the app. `mypurecloud.com` without `region` and `apiOrigin`. */
  readonly region?: GenesysRegion | undefined;
  /** The API's origin, as in the configuration of the app. */
  readonly apiOrigin?: string | undefined;
  /** How long the fake tokens live, in seconds. One day by default. Nothing in proxy mode, which has none. */
  readonly tokenLifetimeSeconds?: number | undefined;
}

const ONE_DAY_SECONDS = 86_400;
/** What Angular calls the platform of a server. */
const SERVER: unknown = 'server';

/**
 * Provides the library for tests: all of it, with a relay in memory that grants everything at once until
 * {@link GenesysAuthTesting} says otherwise. Works with any test runner and needs no network and no clock. Calls to the API
 * still go through `HttpClient`: answer them by `provideHttpClientTesting()`.
 *
 * It takes the place of the configuration of the same name (or without a name) that the app itself provides, by
 * `GenesysAuthModule.forRoot()` for example.
 *
 * @param config without `scopes`, every scope of Genesys Cloud is configured as an optional one, so that each can be denied;
 *   without `region` and `apiOrigin` the API is https://api.mypurecloud.com
 * @param features as for `provideGenesysAuth()`. With `withProxyMode()` the relay in memory is one in proxy mode: there is no token,
 *   and calls of the API are to be answered where they then go, below the relay's URL, `/fake-relay` unless `relay` is given. With
 *   `withSignIn()`, no user is signed in until {@link GenesysAuthTesting.signIn}, and no page is left
 * @example
 * TestBed.configureTestingModule({
 *   providers: [
 *     provideHttpClient(withInterceptors([genesysAuthInterceptor])),
 *     provideHttpClientTesting(),
 *     provideGenesysAuthTesting()
 *   ]
 * });
 * TestBed.inject(GenesysAuthTesting).deny('routing');
 */
export function provideGenesysAuthTesting(
  { tokenLifetimeSeconds = ONE_DAY_SECONDS, ...config }: GenesysAuthTestingConfig = {},
  ...features: readonly GenesysAuthFeature[]
): EnvironmentProviders {
  const { scopes, apiOrigin, region = apiOrigin === undefined ? 'mypurecloud.com' : undefined, ...options } = config;
  // If both are given, the check of the configuration reports it.
  const api = { region, apiOrigin } as GenesysApiConfig;
  const full: GenesysAuthConfig = { relay: '/fake-relay', ...options, ...api, scopes: scopes ?? GENESYS_SCOPES };
  const mode = features.some(({ kind }) => kind === 'proxyMode') ? 'proxy' : 'token';
  const signsUsersIn = features.some(({ kind }) => kind === 'signIn');
  const providers = [
    scopes === undefined ? { provide: GENESYS_RESOLVED_CONFIG, useFactory: () => nothingRequired(full) } : [],
    {
      provide: FakeRelay,
      useFactory: () => new FakeRelay(inject(GENESYS_RESOLVED_CONFIG), tokenLifetimeSeconds, mode, signsUsersIn)
    },
    { provide: RELAY_CLIENT, useExisting: FakeRelay },
    GenesysAuthTesting
  ];
  return makeEnvironmentProviders([
    configurationProviders({
      config: full,
      features: [{ kind: 'testing', providers }, ...features],
      replaces: true
    }),
    FakePage,
    { provide: PAGE, useFactory: () => (inject(PLATFORM_ID) === SERVER ? undefined : inject(FakePage)) },
    { provide: GenesysAuthTesting, useFactory: () => testingOf(inject(CONFIGURATION_REGISTRY).get()) }
  ]);
}

function nothingRequired(config: GenesysAuthConfig) {
  const resolved = resolveConfig(config);
  return { ...resolved, scopes: [], optionalScopes: [...new Set([...resolved.scopes, ...resolved.optionalScopes])] };
}
