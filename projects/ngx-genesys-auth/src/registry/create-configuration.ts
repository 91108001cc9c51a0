import type { HttpInterceptorFn } from '@angular/common/http';
import {
  DestroyRef,
  type EnvironmentInjector,
  Injector,
  createEnvironmentInjector,
  inject,
  runInInjectionContext
} from '@angular/core';
import { type Observable, catchError, defer, first, map, of, switchMap, timeout } from 'rxjs';
import { isLeftAlone } from '../context/request-context';
import { type GenesysAuthConfig, resolveConfig } from '../config';
import { GENESYS_AUTH_CORE, GENESYS_RESOLVED_CONFIG, type GenesysAuthCore, createCore } from '../core/core';
import { GenesysAuthConfigError, authError } from '../errors';
import { GenesysAuthService } from '../service/service';
import { SingleFlight } from '../token/single-flight';
import { AuthState } from '../token/state';
import { CONFIGURATION, type Configuration, type ConfigurationRegistry } from '../core/configuration';
import { type Provided, loadConfig, loadsLater, nameOf } from '../core/provided';

/** The longest time that loading a configuration may take. */
const LOAD_TIMEOUT_MS = 10_000;

/**
 * Creates the configuration of one call of `provideGenesysAuth()`.
 *
 * @param parent the injector of `provideGenesysAuth()`
 * @param onCoreAvailable called when the core can be created
 */
export function createConfiguration(
  { config, features }: Provided,
  parent: EnvironmentInjector,
  { handlerFor, guard }: Pick<ConfigurationRegistry, 'handlerFor' | 'guard'>,
  onCoreAvailable: () => void
): Configuration {
  const name = nameOf(config);
  const state = new AuthState();
  let featureInjector: EnvironmentInjector | undefined;
  let core: GenesysAuthCore | undefined;
  let isStarted = false;

  const createFeatures = (given: GenesysAuthConfig): EnvironmentInjector => {
    // First, so that no injector is created for a wrong configuration.
    const resolved = resolveConfig(given, name);
    featureInjector = createEnvironmentInjector(
      [
        { provide: GENESYS_RESOLVED_CONFIG, useValue: resolved },
        // Injected, because the testing entry point provides another one.
        { provide: GENESYS_AUTH_CORE, useFactory: () => createCore(inject(GENESYS_RESOLVED_CONFIG), state, guard) },
        features.map(({ providers }) => providers)
      ],
      configuration.injector
    );
    onCoreAvailable();
    return featureInjector;
  };

  const loading = new SingleFlight<GenesysAuthCore>(state);

  const loadCore = (): Observable<GenesysAuthCore> =>
    defer(() => runInInjectionContext(parent.get(Injector), () => loadConfig(config))).pipe(
      first(),
      timeout(LOAD_TIMEOUT_MS),
      map((given) => (core = createFeatures(given).get(GENESYS_AUTH_CORE))),
      catchError((cause: unknown) => {
        throw cause instanceof GenesysAuthConfigError ? cause : authError('config_unavailable', { cause });
      })
    );

  /** Created at the first use, because it needs the app's `HttpClient`. */
  const getCore = (): GenesysAuthCore | undefined => (core = featureInjector?.get(GENESYS_AUTH_CORE));

  // An exception, for instance because the app is destroyed, becomes an error of the Observable.
  const ready = (retryNow?: boolean): Observable<GenesysAuthCore> =>
    defer(() => {
      const known = getCore();
      if (known) return of(known);
      return loading.pending() ?? (retryNow ? undefined : loading.paused()) ?? loading.start(loadCore);
    });

  /** Lets a request wait until the configuration is known, and then decides whether the request is for its API. */
  const waitForCore: HttpInterceptorFn = (request, next) =>
    isLeftAlone(request)
      ? next(request)
      : ready().pipe(switchMap(() => handlerFor(request)?.(request, next) ?? next(request)));

  const configuration: Configuration = {
    name,
    features,
    loadsLater: loadsLater(config),
    state,
    injector: createEnvironmentInjector(
      [
        { provide: CONFIGURATION, useFactory: () => configuration },
        GenesysAuthService,
        features.map(({ stateProviders }) => stateProviders ?? [])
      ],
      parent
    ),
    get featureInjector() {
      return featureInjector;
    },
    get core() {
      return getCore();
    },
    get handler() {
      return getCore()?.handler ?? waitForCore;
    },
    start() {
      if (loadsLater(config)) {
        // The state reports an error of the load.
        if (!isStarted) ready().subscribe({ error: () => undefined });
        isStarted = true;
      } else if (!featureInjector) createFeatures(config);
    },
    ready,
    clear() {
      (core?.tokens ?? loading).clear();
    }
  };

  parent.get(DestroyRef).onDestroy(() => {
    loading.cancel();
    featureInjector?.destroy();
    configuration.injector.destroy();
    state.close();
  });
  return configuration;
}
