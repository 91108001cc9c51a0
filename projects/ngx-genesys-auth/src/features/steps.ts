import type { HttpInterceptorFn } from '@angular/common/http';
import { InjectionToken } from '@angular/core';
import type { Forward } from '../attach/attacher';
import type { ResolvedConfig } from '../config';
import type { RelayClient } from '../relay/client';
import type { NameCheck } from '../scopes/check';
import type { OperationCatalogue } from '../scopes/requirement';
import type { AcquireToken } from '../token/acquire';
import type { TokenSource } from '../token/source';

/** What features add to the core. Without features a request goes directly from the interceptor to the API. */
export interface Steps {
  /** Knows which scopes a request needs. */
  readonly catalogue?: OperationCatalogue;
  /** Compares a scope with the names of Genesys Cloud. */
  readonly checkName?: NameCheck;
  /** Obtains tokens from other sources before it asks the relay. */
  readonly acquire?: ((relay: RelayClient) => AcquireToken) | undefined;
  /** Sends requests through the relay. */
  readonly proxy?: ProxyStep;
  /** Adds retries to a handler. */
  readonly retry?: (inner: HttpInterceptorFn, tokens: TokenSource) => HttpInterceptorFn;
  /** Logs each attempt that `withRetry()` makes. The replay after a 401 is part of an attempt. */
  readonly log?: (inner: HttpInterceptorFn) => HttpInterceptorFn;
}

/** Sends requests through the relay. Without it requests go to the API, with a token. */
export interface ProxyStep {
  /** Replaces the token by the session: a client whose `token()` returns the session in the form of a token. */
  client(relay: RelayClient, config: ResolvedConfig): RelayClient;
  /** @param relayConfig the configuration with the URL of the relay and its headers as this platform, browser or server, uses them */
  forward(relayConfig: ResolvedConfig): Forward;
  /** Adds to a handler what only the relay needs: it refuses a path that leaves the API, before the request is sent. */
  surround(handler: HttpInterceptorFn, relayConfig: ResolvedConfig): HttpInterceptorFn;
  /** The error of a call that asks for a token. */
  tokenRefusal(): Error;
}

/** The {@link Steps} of each feature. */
export const STEPS = new InjectionToken<readonly Steps[]>(ngDevMode ? 'GENESYS_STEPS' : '');
