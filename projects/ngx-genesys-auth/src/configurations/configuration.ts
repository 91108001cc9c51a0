import { DestroyRef, type EnvironmentInjector, createEnvironmentInjector, runInInjectionContext } from '@angular/core';
import { type Observable, catchError, defer, first, map, of, switchMap, timeout } from 'rxjs';
import { isLeftAlone } from '../attach/context';
import type { ApiHandler } from '../attach/steps';
import { type GenesysAuthConfig, resolveConfig } from '../config';
import { GENESYS_AUTH_CORE, GENESYS_RESOLVED_CONFIG, type GenesysAuthCore, genesysAuthCore } from '../core';
import { GenesysAuthConfigError, GenesysAuthError } from '../errors';
import type { GenesysAuthFeature } from '../features';
import { GenesysAuthService, createService } from '../service';
import { createFlight, signedOut } from '../token/flight';
import { type AuthState, createAuthState } from '../token/state';
import type { Configurations } from './configurations';
import { CONFIGURATION, type Provided, isLoaded, loaded, nameOf } from './provided';

/**
 * One configuration. Its parts and features live in an injector of their own, which is made as soon as the configuration is
 * known: at the start of the app, or when it is loaded. Its state and its service are there from the beginning.
 */
export interface Configuration {
  readonly name: string | undefined;
  readonly state: AuthState;
  readonly service: GenesysAuthService;
  /** What the app added to it by `with...()` functions. */
  readonly features: readonly GenesysAuthFeature[];
  /** Where the features are, once the configuration is known. */
  readonly injector: EnvironmentInjector | undefined;
  /** The parts, once the configuration is known. `undefined`, too, if they cannot be made: `ready()` fails with the reason. */
  readonly core: GenesysAuthCore | undefined;
  /** Handles requests for the API; while the API is not known, those that may be for it. */
  readonly handler: ApiHandler;
  /** @throws GenesysAuthConfigError if the configuration is at hand and wrong */
  start(): void;
  /** The parts, when the configuration is known. A load that failed is tried again, at once if `now`. */
  readonly ready: (now?: boolean) => Observable<GenesysAuthCore>;
  /** Forgets the token. Callers that wait for a token or for the configuration fail with `signed_out`. */
  readonly clear: () => void;
}

/** Makes a {@link Configuration} of what one call of `provideGenesysAuth()` was given. */
export function createConfiguration(
  provided: Provided,
  parent: EnvironmentInjector,
  { find, get, changed }: Configurations
): Configuration {
  /** How long a configuration may take to load, in milliseconds. */
  const LONGEST_LOAD_MS = 10_000;
  const { config, features } = provided;
  const name = nameOf(provided);
  const state = createAuthState();
  let injector: EnvironmentInjector | undefined;

  /** Why the parts cannot be made. Angular reports it once, and a circular dependency from then on. */
  let mistake: GenesysAuthConfigError | undefined;

  const coreOf = (): GenesysAuthCore | undefined => {
    if (mistake) throw mistake;
    try {
      return injector?.get(GENESYS_AUTH_CORE);
    } catch (error) {
      if (error instanceof GenesysAuthConfigError) mistake = error;
      throw error;
    }
  };

  const flight = createFlight<GenesysAuthCore>(state);

  /** The number of calls to clear(). */
  let clears = 0;

  // An exception, for instance because the app is destroyed, becomes an error of the Observable.
  const ready = (now?: boolean): Observable<GenesysAuthCore> =>
    defer(() => {
      const core = coreOf();
      if (core) return of(core);
      const before = clears;
      return (flight.current() ?? (now ? undefined : flight.paused()) ?? flight.start(load)).pipe(
        map((loadedCore) => {
          // The first waiting request may start a renewal, and a subscriber of events$ may then call clear().
          if (clears !== before) throw signedOut();
          return loadedCore;
        })
      );
    });

  const load = (): Observable<GenesysAuthCore> =>
    // eslint-disable-next-line @typescript-eslint/no-unsafe-class-instance-assignment -- every injector of an environment is an Injector
    defer(() => runInInjectionContext(parent, () => loaded(config))).pipe(
      first(),
      timeout(LONGEST_LOAD_MS),
      map((given) => build(given).get(GENESYS_AUTH_CORE)),
      catchError((cause: unknown) => {
        throw cause instanceof GenesysAuthConfigError ? cause : notLoaded(cause);
      })
    );

  const build = (given: GenesysAuthConfig): EnvironmentInjector => {
    // Before anything of it begins: a wrong configuration leaves no injector behind.
    const resolved = resolveConfig(given, name);
    injector = createEnvironmentInjector(
      [
        { provide: CONFIGURATION, useValue: self },
        { provide: GenesysAuthService, useValue: self.service },
        { provide: GENESYS_RESOLVED_CONFIG, useValue: resolved },
        { provide: GENESYS_AUTH_CORE, useFactory: genesysAuthCore },
        features.map(({ providers }) => providers)
      ],
      parent
    );
    changed();
    return injector;
  };

  const later: ApiHandler = (request, next) =>
    isLeftAlone(request)
      ? next(request)
      : ready().pipe(switchMap(() => find(request)?.(request, next) ?? next(request)));

  parent.get(DestroyRef).onDestroy(() => {
    flight.close();
    injector?.destroy();
    state.close();
  });

  const clear = (): void => {
    clears++;
    // Not coreOf(), which throws for a mistake in the configuration: a sign-out must not fail.
    if (self.core) self.core.tokens.clear();
    else flight.clear();
  };

  const self: Configuration = {
    name,
    state,
    features,
    get injector() {
      return injector;
    },
    get core() {
      try {
        return coreOf();
      } catch {
        return undefined;
      }
    },
    get handler() {
      return self.core?.attacher ?? later;
    },
    start() {
      // What a load fails with is in the state.
      if (isLoaded(config)) ready().subscribe({ error: () => undefined });
      else if (!injector) build(config);
    },
    ready,
    clear,
    service: createService(state.shown, ready, coreOf, clear, get)
  };
  return self;
}

const notLoaded = (cause: unknown) =>
  new GenesysAuthError('config_unavailable', ngDevMode ? 'The configuration could not be loaded.' : '', {
    ...(ngDevMode && { hint: 'See cause; the next request, or renew(), loads it again.' }),
    cause
  });
