import { type EnvironmentInjector, InjectionToken } from '@angular/core';
import type { HttpInterceptorFn, HttpRequest } from '@angular/common/http';
import type { Observable } from 'rxjs';
import type { SendGuard } from '../attach/guard';
import type { GenesysAuthCore } from './core';
import type { GenesysAuthFeature } from '../features/feature';
import type { AuthState } from '../token/state';

/**
 * One configuration at run time. Its state and its service exist from the beginning. Its features can be created as soon as the
 * configuration is known: when the app starts, or when the configuration is loaded. Its core is created at its first use.
 */
export interface Configuration {
  readonly name: string | undefined;
  readonly features: readonly GenesysAuthFeature[];
  /** Whether it is known only at run time. */
  readonly loadsLater: boolean;
  readonly state: AuthState;
  /** Provides this configuration and its `GenesysAuthService`. */
  readonly injector: EnvironmentInjector;
  /** Provides the core and the features; `undefined` until the configuration is known. */
  readonly featureInjector: EnvironmentInjector | undefined;
  /** `undefined` until the configuration is known. */
  readonly core: GenesysAuthCore | undefined;
  /** Handles requests for the API. While the API is not known, it handles requests that may be for it. */
  readonly handler: HttpInterceptorFn;
  /** @throws GenesysAuthConfigError each time, if the configuration needs no loading and is wrong */
  start(): void;
  /**
   * Emits the core as soon as the configuration is known. Loads the configuration again if that failed before.
   *
   * @param retryNow whether it is loaded again even during the pause after failures
   */
  readonly ready: (retryNow?: boolean) => Observable<GenesysAuthCore>;
  /** Forgets the token. Callers that wait for a token or for the configuration fail with `signed_out`. */
  clear(): void;
}

/** All configurations of an app. */
export interface ConfigurationRegistry {
  readonly all: readonly Configuration[];
  /** Checks requests just before they are sent. */
  readonly guard: SendGuard;
  /** @throws GenesysAuthConfigError each time, if a configuration that needs no loading is wrong */
  start(): void;
  /**
   * Finds a configuration by its name. Without a name, it is the configuration without a name, or else the first.
   *
   * @throws GenesysAuthConfigError if there is none of this name
   */
  get(name?: string): Configuration;
  /** Finds the handler of a request. It is `undefined` if the request is not for one of the APIs. */
  readonly handlerFor: (request: HttpRequest<unknown>) => HttpInterceptorFn | undefined;
}

/** All configurations of an app. */
export const CONFIGURATION_REGISTRY = new InjectionToken<ConfigurationRegistry>(
  ngDevMode ? 'GENESYS_CONFIGURATION_REGISTRY' : ''
);

/** The configuration that a service or feature belongs to. */
export const CONFIGURATION = new InjectionToken<Configuration>(ngDevMode ? 'GENESYS_CONFIGURATION' : '');
