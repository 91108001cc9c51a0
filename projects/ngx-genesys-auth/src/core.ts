import { DestroyRef, InjectionToken, inject } from '@angular/core';
import { defer, map } from 'rxjs';
import { createAttacher, withToken } from './attach/attacher';
import type { RequestNeeds } from './attach/needs';
import { type ApiHandler, STEPS, type Steps } from './attach/steps';
import type { ResolvedConfig } from './config';
import type { ProxyStep } from './proxy/step';
import { type RelayClient, relayClient } from './relay/client';
import { serverWay } from './relay/server';
import { type ScopeCheck, createScopeCheck } from './scopes/check';
import { type Turn, tabTurn } from './tabs/turn';
import { stopwatch } from './token/moment';
import { CONFIGURATION, GENESYS_AUTH } from './configurations/provided';
import { type TokenRequest, type TokenSource, createTokenSource } from './token/source';
import type { AskRelay } from './token/step';
import type { AuthState } from './token/state';

/** The configuration after its check, which stops the app at start if something is wrong. */
export const GENESYS_RESOLVED_CONFIG = new InjectionToken<ResolvedConfig>(ngDevMode ? 'GENESYS_RESOLVED_CONFIG' : '');

/** The parts that work together for one configuration. Nothing of it lives outside the injector that made it. */
export interface GenesysAuthCore {
  readonly config: ResolvedConfig;
  readonly relay: RelayClient;
  readonly state: AuthState;
  readonly tokens: TokenSource;
  readonly scopes: ScopeCheck;
  readonly attacher: ApiHandler;
  readonly needs: RequestNeeds | undefined;
  readonly proxy: ProxyStep | undefined;
}

/** {@link GenesysAuthCore}, made when it is first needed. */
export const GENESYS_AUTH_CORE = new InjectionToken<GenesysAuthCore>(ngDevMode ? 'GENESYS_AUTH_CORE' : '');

/**
 * Puts the parts together.
 *
 * @param otherRelay takes the place of the relay, in tests
 */
export function genesysAuthCore(otherRelay?: RelayClient): GenesysAuthCore {
  // Builds for the browser replace ngServerMode and drop what only a server needs.
  const server =
    typeof ngServerMode === 'undefined' || ngServerMode ? serverWay(inject(GENESYS_RESOLVED_CONFIG)) : undefined;
  const config = inject(GENESYS_RESOLVED_CONFIG);
  const { state } = inject(CONFIGURATION);
  const via = server?.via ?? config;
  // In tests the answer is to come in the same turn.
  const inTurn: Turn = server?.turn ?? (otherRelay ? same : tabTurn(config));
  const steps: Steps = {};
  Object.assign(steps, ...(inject(STEPS, { optional: true }) ?? []));
  const { needs, names, token, proxy, retry = same, log = same } = steps;
  const client = otherRelay ?? relayClient(via);
  const relay = proxy?.client(client, config) ?? client;
  const ask: AskRelay = (rejected, _reason, nameCaller) =>
    defer(() => {
      const age = stopwatch();
      return relay.token(rejected, nameCaller).pipe(map((answer) => ({ answer, age })));
    });
  const request: TokenRequest = token?.(ask) ?? ask;
  const tokens = createTokenSource(config, (...about) => inTurn(request(...about)), state);
  const scopes = createScopeCheck(config, names);
  inject(DestroyRef).onDestroy(tokens.close);
  const { guard } = inject(GENESYS_AUTH);
  guard.register(config.apiOrigin, tokens.hasSent);
  const attach = createAttacher(tokens, scopes, needs, proxy?.forward(via) ?? withToken, guard);
  const attacher = retry(log(proxy?.restrict(attach, via) ?? attach), tokens);
  return { config, relay, state, tokens, scopes, attacher, needs, proxy };
}

const same = <Value>(value: Value): Value => value;
