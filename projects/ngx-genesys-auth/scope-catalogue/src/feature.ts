import { isPlatformServer } from '@angular/common';
import { PLATFORM_ID, inject, provideEnvironmentInitializer } from '@angular/core';
import {
  type GenesysAuthFeature,
  ɵGENESYS_RESOLVED_CONFIG as GENESYS_RESOLVED_CONFIG,
  ɵSTEPS as STEPS,
  ɵnameError as nameError
} from 'ngx-genesys-auth';
import { type OperationFinder, ScopeCatalogue } from './catalogue';

/** Options of {@link withScopeCatalogue}. */
export interface ScopeCatalogueOptions {
  /**
   * Gives another index of operations than the one this library ships: called once, when the app starts. See
   * `createOperationIndex` and `genesys-scopes update` of the package `genesys-scopes`.
   */
  readonly operations?: (() => OperationFinder | Promise<OperationFinder>) | undefined;
}

/**
 * A feature of `provideGenesysAuth()` and `GenesysAuthModule.forRoot()`.
 *
 * Lets the interceptor infer which scopes a request for the Genesys API needs, from its method and URL.
 *
 * - A request of whose scopes none is configured fails before anything is sent, with the `GenesysScopeError`
 *   `scope_not_configured` that names them all; one that the relay did not grant, with `scope_not_granted`.
 *   What a request says itself by `genesysScopes()` comes first: without arguments, it needs nothing particular.
 *   Requests that are no operation of the API known to the index pass.
 * - A 403 of the API for a missing permission becomes a `GenesysPermissionError`, with the response as its `cause`.
 * - Production builds, too, compare scopes with the names of Genesys Cloud: misspelt names, and names unknown in their area.
 * - In development the console shows once which configured scopes no request of the first minute needed.
 *
 * The index (14 kB, gzip) is a separate chunk that is loaded when the app starts. Requests for the API wait for it, at most 3 s. If
 * it cannot be loaded, requests continue without it.
 *
 * @example
 * provideGenesysAuth({ region: 'mypurecloud.de', relay: '/genesys', scopes: ['routing:readonly'] }, withScopeCatalogue())
 */
export function withScopeCatalogue({
  operations = shipped
}: ScopeCatalogueOptions = {}): GenesysAuthFeature<'scopeCatalogue'> {
  return {
    kind: 'scopeCatalogue',
    providers: [
      {
        provide: ScopeCatalogue,
        // On the server a request for the API fails because there is no credential, whatever scopes it needs.
        useFactory: () =>
          new ScopeCatalogue(
            inject(GENESYS_RESOLVED_CONFIG),
            isPlatformServer(inject(PLATFORM_ID)) ? () => ({ find: () => undefined }) : operations
          )
      },
      { provide: STEPS, multi: true, useFactory: () => ({ catalogue: inject(ScopeCatalogue), checkName: nameError }) },
      provideEnvironmentInitializer(() => void inject(ScopeCatalogue))
    ]
  };
}

const shipped = async (): Promise<OperationFinder> => (await import('genesys-scopes/operations')).operationIndex();
