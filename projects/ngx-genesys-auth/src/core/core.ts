import type { HttpInterceptorFn } from '@angular/common/http';
import { DestroyRef, InjectionToken, inject } from '@angular/core';
import { createAttacher, sendToApi } from '../attach/attacher';
import type { SendGuard } from '../attach/guard';
import type { OperationCatalogue } from '../scopes/requirement';
import { type ProxyStep, STEPS, type Steps } from '../features/steps';
import type { ResolvedConfig } from '../config';
import { RELAY_CLIENT, type RelayClient, relayClient } from '../relay/client';
import { type ScopeCheck, createScopeCheck } from '../scopes/check';
import { type AcquireToken, acquireFromRelay } from '../token/acquire';
import { serverAccess } from '../token/server-access';
import { TokenSource } from '../token/source';
import { withTabLock } from '../token/tab-lock';
import type { AuthState } from '../token/state';

/** The configuration after its check, which stops the app at start if something is wrong. */
export const GENESYS_RESOLVED_CONFIG = new InjectionToken<ResolvedConfig>(ngDevMode ? 'GENESYS_RESOLVED_CONFIG' : '');

/** The objects that work together for one configuration. */
export interface GenesysAuthCore {
  readonly config: ResolvedConfig;
  readonly relay: RelayClient;
  readonly state: AuthState;
  readonly tokens: TokenSource;
  readonly scopes: ScopeCheck;
  /** Handles the requests for the API. It does nothing before the subscription, and each subscription is another attempt. */
  readonly handler: HttpInterceptorFn;
  readonly catalogue: OperationCatalogue | undefined;
  readonly proxy: ProxyStep | undefined;
}

/** The {@link GenesysAuthCore} of a configuration, created when it is first needed. */
export const GENESYS_AUTH_CORE = new InjectionToken<GenesysAuthCore>(ngDevMode ? 'GENESYS_AUTH_CORE' : '');

/** Creates the core of a configuration. Must be called in the injection context of its features. */
export function createCore(config: ResolvedConfig, state: AuthState, guard: SendGuard): GenesysAuthCore {
  // Builds for the browser replace ngServerMode and drop what only a server needs.
  const server = typeof ngServerMode === 'undefined' || ngServerMode ? serverAccess(config) : undefined;
  // A server reaches the relay by another URL, and with other headers.
  const relayConfig = server?.config ?? config;

  const provided = inject(STEPS, { optional: true }) ?? [];
  const steps = provided.reduce<Steps>((merged, each) => ({ ...merged, ...each }), {});
  const { catalogue, checkName, proxy, retry, log } = steps;

  const testRelay = inject(RELAY_CLIENT, { optional: true });
  const client = testRelay ?? relayClient(relayConfig);
  const relay = proxy?.client(client, config) ?? client;
  let acquire: AcquireToken = steps.acquire?.(relay) ?? ((rejected) => acquireFromRelay(relay, rejected));
  if (server) acquire = server.withCredentialCheck(acquire);
  // A relay in a test answers synchronously, so its calls do not wait for a lock.
  else if (!testRelay) acquire = withTabLock(acquire, config);
  const tokens = new TokenSource(config, acquire, state);
  inject(DestroyRef).onDestroy(() => {
    tokens.close();
  });
  guard.register(config.apiOrigin, (header) => tokens.ownsHeader(header));

  const scopes = createScopeCheck(config, checkName);
  const forward = proxy?.forward(relayConfig) ?? sendToApi;
  // From the outside in, a request passes: retry, log, proxy check, attacher. Each retry is logged and gets the token that is then
  // live. The path is checked before the attacher, so that a path that must not be sent costs no token.
  let handler = createAttacher(tokens, scopes, catalogue, forward, guard);
  if (proxy) handler = proxy.surround(handler, relayConfig);
  if (log) handler = log(handler);
  if (retry) handler = retry(handler, tokens);
  return { config, relay, state, tokens, scopes, handler, catalogue, proxy };
}
