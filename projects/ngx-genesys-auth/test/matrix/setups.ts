import { HttpClient, provideHttpClient, withInterceptors, withRequestsMadeViaParent } from '@angular/common/http';
import { type EnvironmentProviders, inject } from '@angular/core';
import {
  type GenesysAuthConfig,
  type GenesysAuthFeature,
  genesysAuthInterceptor,
  provideGenesysAuth
} from 'ngx-genesys-auth';
import { provideGenesysAuthTesting } from 'ngx-genesys-auth/testing';

/** The app needs `analytics`; its page needs `routing`, which the relay may leave out. */
export const CONFIG: GenesysAuthConfig = {
  region: 'mypurecloud.de',
  relay: '/genesys',
  scopes: ['analytics'],
  optionalScopes: ['routing']
};

/** Where an app loads its configuration from. */
export const CONFIG_URL = '/genesys.json';

/** Where an app provides its configuration. */
export interface Setup {
  readonly root: (features: readonly GenesysAuthFeature[]) => readonly EnvironmentProviders[];
  /** The providers of the lazy route that has the page. */
  readonly route?: (features: readonly GenesysAuthFeature[]) => EnvironmentProviders[];
  /** The name of the configuration that the page uses. */
  readonly config?: string;
}

const http = () => provideHttpClient(withInterceptors([genesysAuthInterceptor]));

export const SETUPS = {
  root: {
    root: (features) => [http(), provideGenesysAuth(CONFIG, ...features)]
  },
  // Both have the same API origin, so the name alone decides which token a request gets.
  'second named': {
    root: (features) => [
      http(),
      provideGenesysAuth({ ...CONFIG, name: 'us', relay: '/us' }, ...features),
      provideGenesysAuth({ ...CONFIG, name: 'emea', relay: '/emea' }, ...features)
    ],
    config: 'emea'
  },
  'loaded at run time': {
    root: (features) => [
      http(),
      provideGenesysAuth(() => inject(HttpClient).get<GenesysAuthConfig>(CONFIG_URL), ...features)
    ]
  },
  'lazy route': {
    root: () => [provideHttpClient()],
    route: (features) => [
      provideHttpClient(withInterceptors([genesysAuthInterceptor]), withRequestsMadeViaParent()),
      provideGenesysAuth(CONFIG, ...features)
    ]
  },
  testing: {
    root: (features) => [http(), provideGenesysAuthTesting(CONFIG, ...features)]
  }
} satisfies Record<string, Setup>;
