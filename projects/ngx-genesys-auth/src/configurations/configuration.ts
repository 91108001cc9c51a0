import {
  DestroyRef,
  type EnvironmentInjector,
  Injector,
  createEnvironmentInjector,
  runInInjectionContext,
  untracked
} from '@angular/core';
import {
  AsyncSubject,
  type Observable,
  Subscription,
  defer,
  map,
  of,
  switchMap,
  take,
  throwError,
  throwIfEmpty,
  timeout
} from 'rxjs';
import { isLeftAlone } from '../attach/context';
import { isGenesysApi } from '../attach/origin';
import type { ApiHandler } from '../attach/steps';
import { type GenesysAuthConfig, resolveConfig } from '../config';
import { GENESYS_AUTH_CORE, GENESYS_RESOLVED_CONFIG, type GenesysAuthCore, genesysAuthCore } from '../core';
import { GenesysAuthConfigError, GenesysAuthError } from '../errors';
import { GenesysAuthService } from '../service';
import { createPause } from '../token/pause';
import { signedOut } from '../token/source';
import { type AuthState, createAuthState } from '../token/state';
import type { Configurations } from './configurations';
import { CONFIGURATION, type Provided, isLoaded, loaded, nameOf } from './provided';

/** How long a configuration may take to load, in milliseconds. */
const LONGEST_LOAD_MS = 10_000;

/**
 * One configuration. Its parts and features live in an injector of their own, which is made as soon as the configuration is
 * known: at the start of the app, or when it is loaded. Its state and its service are there from the beginning.
 */
export interface Configuration {
  readonly name: string | undefined;
  readonly state: AuthState;
  readonly service: GenesysAuthService;
  /** Where the features are, once the configuration is known. */
  readonly injector: EnvironmentInjector | undefined;
  /** The parts, once the configuration is known. */
  readonly core: GenesysAuthCore | undefined;
  /** Handles requests for the API; while the API is not known, those that may be for it. */
  readonly handler: ApiHandler;
  /** @throws GenesysAuthConfigError if the configuration is at hand and wrong */
  start(): void;
  /** The parts, when the configuration is known. A load that failed is tried again, at once if `now`. */
  ready(now?: boolean): Observable<GenesysAuthCore>;
  /** Forgets the token; who waits for one gets the error `signed_out`, and so does who waits for the configuration. */
  clear(): void;
}

/** Makes a {@link Configuration} of what one call of `provideGenesysAuth()` was given. */
export function createConfiguration(
  provided: Provided,
  parent: EnvironmentInjector,
  { find, changed }: Pick<Configurations, 'find' | 'changed'>
): Configuration {
  const { config, features } = provided;
  const name = nameOf(provided);
  const state = createAuthState();
  const pause = createPause();
  const parentInjector = parent.get(Injector);
  let injector: EnvironmentInjector | undefined;
  let loading: AsyncSubject<GenesysAuthCore> | undefined;
  let call = Subscription.EMPTY;

  const coreOf = (): GenesysAuthCore | undefined => injector?.get(GENESYS_AUTH_CORE);

  const ready = (now = false): Observable<GenesysAuthCore> => {
    const core = coreOf();
    if (core) return of(core);
    const error = now ? undefined : pause.error();
    return loading ?? (error ? throwError(() => error) : load());
  };

  const load = (): Observable<GenesysAuthCore> => {
    const started = new AsyncSubject<GenesysAuthCore>();
    loading = started;
    // A request may be made inside an effect or a template: neither must come to depend on what is read here.
    untracked(() => {
      call = defer(() => runInInjectionContext(parentInjector, () => loaded(config)))
        .pipe(
          take(1),
          throwIfEmpty(),
          timeout(LONGEST_LOAD_MS),
          map((given) => build(given).get(GENESYS_AUTH_CORE))
        )
        .subscribe({
          next: (core) => {
            loading = undefined;
            started.next(core);
            started.complete();
          },
          error: (cause: unknown) => {
            const error = cause instanceof GenesysAuthConfigError ? cause : notLoaded(cause);
            loading = undefined;
            pause.failed(error);
            state.failed(error, false);
            started.error(error);
          }
        });
    });
    return started;
  };

  const build = (given: GenesysAuthConfig): EnvironmentInjector => {
    // Before anything of it begins: a wrong configuration leaves no injector behind.
    const resolved = resolveConfig(given, name);
    injector = createEnvironmentInjector(
      [
        ...own,
        { provide: GENESYS_RESOLVED_CONFIG, useValue: resolved },
        { provide: GENESYS_AUTH_CORE, useFactory: () => genesysAuthCore() },
        ...features.flatMap(({ providers }) => providers)
      ],
      parent
    );
    changed();
    return injector;
  };

  const later: ApiHandler = {
    isApi: isGenesysApi,
    handle: (request, next, backend) =>
      isLeftAlone(request)
        ? next(request)
        : ready().pipe(switchMap(() => find(request)?.handle(request, next, backend) ?? next(request)))
  };

  parent.get(DestroyRef).onDestroy(() => {
    call.unsubscribe();
    injector?.destroy();
    state.close();
  });

  const self: Configuration = {
    name,
    state,
    get service() {
      return services.get(GenesysAuthService);
    },
    get injector() {
      return injector;
    },
    get core() {
      return coreOf();
    },
    get handler() {
      return coreOf()?.attacher ?? later;
    },
    start() {
      // What a load fails with is in the state.
      if (isLoaded(config)) ready().subscribe({ error: () => undefined });
      else build(config);
    },
    ready,
    clear() {
      const ended = loading;
      call.unsubscribe();
      loading = undefined;
      const core = coreOf();
      if (core) core.tokens.clear();
      else state.cleared();
      ended?.error(signedOut());
    }
  };
  const services = Injector.create({
    providers: [{ provide: CONFIGURATION, useValue: self }, GenesysAuthService],
    parent: parentInjector
  });
  const own = [
    { provide: CONFIGURATION, useValue: self },
    { provide: GenesysAuthService, useFactory: () => self.service }
  ];
  return self;
}

const notLoaded = (cause: unknown) =>
  new GenesysAuthError('config_unavailable', ngDevMode ? 'The configuration could not be loaded.' : '', {
    hint: ngDevMode ? 'See cause; the next request, or renew(), loads it again.' : '',
    cause
  });
