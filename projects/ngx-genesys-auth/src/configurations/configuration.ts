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
import type { GenesysAuthConfig } from '../config';
import {
  GENESYS_AUTH_CONFIG,
  GENESYS_AUTH_CORE,
  GENESYS_RESOLVED_CONFIG,
  type GenesysAuthCore,
  genesysAuthCore,
  resolvedConfig
} from '../core';
import { GenesysAuthConfigError, GenesysAuthError } from '../errors';
import { GenesysAuthService } from '../service';
import { Pause } from '../token/pause';
import { signedOut } from '../token/source';
import { AuthState } from '../token/state';
import type { Configurations } from './configurations';
import { CONFIGURATION, type Provided, isLoaded, loaded, nameOf } from './provided';

/** How long a configuration may take to load, in milliseconds. */
const LONGEST_LOAD_MS = 10_000;

/**
 * One configuration. Its parts and features live in an injector of their own, which is made as soon as the configuration is
 * known: at the start of the app, or when it is loaded. Its state and its service are there from the beginning.
 */
export class Configuration {
  readonly name: string | undefined;
  readonly state = new AuthState();
  readonly service: GenesysAuthService;
  /** Where the features are, once the configuration is known. */
  injector: EnvironmentInjector | undefined;
  readonly #provided: Provided;
  readonly #parent: EnvironmentInjector;
  readonly #all: Configurations;
  readonly #pause = new Pause();
  #loading: AsyncSubject<GenesysAuthCore> | undefined;
  #call = Subscription.EMPTY;

  constructor(provided: Provided, parent: EnvironmentInjector, all: Configurations) {
    this.name = nameOf(provided);
    this.#provided = provided;
    this.#parent = parent;
    this.#all = all;
    const providers = [{ provide: CONFIGURATION, useValue: this }, GenesysAuthService];
    this.service = Injector.create({ providers, parent: parent.get(Injector) }).get(GenesysAuthService);
    parent.get(DestroyRef).onDestroy(() => {
      this.#call.unsubscribe();
      this.injector?.destroy();
      this.state.close();
    });
  }

  /** The parts, once the configuration is known. */
  get core(): GenesysAuthCore | undefined {
    return this.injector?.get(GENESYS_AUTH_CORE);
  }

  /** Handles requests for the API; while the API is not known, those that may be for it. */
  get handler(): ApiHandler {
    return this.core?.attacher ?? this.#later;
  }

  /** @throws GenesysAuthConfigError if the configuration is at hand and wrong */
  start(): void {
    const { config } = this.#provided;
    // What a load fails with is in the state.
    if (isLoaded(config)) this.ready().subscribe({ error: () => undefined });
    else this.#build(config);
  }

  /** The parts, when the configuration is known. A load that failed is tried again, at once if `now`. */
  ready(now = false): Observable<GenesysAuthCore> {
    const { core } = this;
    if (core) return of(core);
    const error = now ? undefined : this.#pause.error();
    return this.#loading ?? (error ? throwError(() => error) : this.#load());
  }

  /** Forgets the token; who waits for one gets the error `signed_out`, and so does who waits for the configuration. */
  clear(): void {
    const loading = this.#loading;
    this.#call.unsubscribe();
    this.#loading = undefined;
    if (this.core) this.core.tokens.clear();
    else this.state.cleared();
    loading?.error(signedOut());
  }

  readonly #later: ApiHandler = {
    isApi: isGenesysApi,
    handle: (request, next, backend) =>
      isLeftAlone(request)
        ? next(request)
        : this.ready().pipe(switchMap(() => this.#all.find(request)?.handle(request, next, backend) ?? next(request)))
  };

  #load(): Observable<GenesysAuthCore> {
    const { config } = this.#provided;
    const loading = new AsyncSubject<GenesysAuthCore>();
    this.#loading = loading;
    // A request may be made inside an effect or a template: neither must come to depend on what is read here.
    untracked(() => {
      this.#call = defer(() => runInInjectionContext(this.#parent.get(Injector), () => loaded(config)))
        .pipe(
          take(1),
          throwIfEmpty(),
          timeout(LONGEST_LOAD_MS),
          map((given) => this.#build(given).get(GENESYS_AUTH_CORE))
        )
        .subscribe({
          next: (core) => {
            this.#loading = undefined;
            loading.next(core);
            loading.complete();
          },
          error: (cause: unknown) => {
            const error = cause instanceof GenesysAuthConfigError ? cause : notLoaded(cause);
            this.#loading = undefined;
            this.#pause.failed(error);
            this.state.failed(error, false);
            loading.error(error);
          }
        });
    });
    return loading;
  }

  #build(config: GenesysAuthConfig): EnvironmentInjector {
    const injector = createEnvironmentInjector(
      [
        { provide: CONFIGURATION, useValue: this },
        { provide: GenesysAuthService, useValue: this.service },
        { provide: GENESYS_AUTH_CONFIG, useValue: config },
        { provide: GENESYS_RESOLVED_CONFIG, useFactory: resolvedConfig },
        { provide: GENESYS_AUTH_CORE, useFactory: () => genesysAuthCore() },
        ...this.#provided.features.flatMap(({ providers }) => providers)
      ],
      this.#parent
    );
    injector.get(GENESYS_RESOLVED_CONFIG);
    this.injector = injector;
    this.#all.changed();
    return injector;
  }
}

const notLoaded = (cause: unknown) =>
  new GenesysAuthError('config_unavailable', ngDevMode ? 'The configuration could not be loaded.' : '', {
    hint: ngDevMode ? 'See cause; the next request, or renew(), loads it again.' : '',
    cause
  });
