import { HttpBackend, HttpContext } from '@angular/common/http';
import { DestroyRef, InjectionToken, Injector, PLATFORM_ID, inject } from '@angular/core';
import { isPlatformServer } from '@angular/common';
import { defer, map, throwError } from 'rxjs';
import { createAttacher } from './attach/attacher';
import { SKIP } from './attach/context';
import { type OffOriginGuard, offOriginGuard } from './attach/guard';
import { type RequestNeeds, REQUEST_NEEDS } from './attach/needs';
import { originTest } from './attach/origin';
import { type ApiHandler, LOG_STEP, RETRY_STEP } from './attach/steps';
import type { ResolvedConfig } from './config';
import { REQUEST_WATCH } from './dev/watch';
import { GenesysAuthError } from './errors';
import { PROXY_STEP, type ProxyStep } from './proxy/step';
import { type RelayClient, relayClient } from './relay/client';
import { SERVER_RELAY } from './relay/server';
import { SCOPE_NAMES, type ScopeCheck, createScopeCheck } from './scopes/check';
import { type Turn, tabTurn } from './tabs/turn';
import { now } from './token/moment';
import { CONFIGURATION } from './configurations/provided';
import { type TokenRequest, type TokenSource, createTokenSource } from './token/source';
import { type AskRelay, TOKEN_STEP } from './token/step';
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
  readonly guard: OffOriginGuard;
  readonly attacher: ApiHandler;
  readonly needs: RequestNeeds | null;
  readonly proxy: ProxyStep | null;
}

/** {@link GenesysAuthCore}, made when it is first needed. */
export const GENESYS_AUTH_CORE = new InjectionToken<GenesysAuthCore>(ngDevMode ? 'GENESYS_AUTH_CORE' : '');

/**
 * Puts the parts together.
 *
 * @param otherRelay takes the place of the relay, in tests
 */
export function genesysAuthCore(otherRelay?: RelayClient): GenesysAuthCore {
  const config = inject(GENESYS_RESOLVED_CONFIG);
  const injector = inject(Injector);
  const { state } = inject(CONFIGURATION);
  const onServer = isPlatformServer(inject(PLATFORM_ID));
  const servers = onServer ? inject(SERVER_RELAY, { optional: true }) : undefined;
  const server = servers?.map((relayOf) => relayOf(config)).find(Boolean);
  const via = server ?? config;
  const client = otherRelay ?? relayClient(via, () => new HttpContext().set(SKIP, true));
  const proxy = inject(PROXY_STEP, { optional: true });
  const relay = proxy?.client(client, config) ?? client;
  // In tests the answer is to come in the same turn; on the server a lock would make one visitor wait for another.
  const inTurn: Turn = otherRelay || onServer ? (call) => call : tabTurn(config);
  const ask: AskRelay = (rejected, nameCaller) =>
    defer(() => {
      const asked = now();
      return relay.token(rejected, nameCaller).pipe(map((answer) => ({ answer, asked })));
    });
  const request: TokenRequest = inject(TOKEN_STEP, { optional: true })?.(ask) ?? ((rejected) => ask(rejected));
  const tokens = createTokenSource(
    config,
    (...about) => (onServer && !server ? noCredential() : inTurn(request(...about))),
    state
  );
  const scopes = createScopeCheck(config, inject(SCOPE_NAMES, { optional: true }));
  const isApi = originTest(config.apiOrigin);
  const watch = ngDevMode ? inject(REQUEST_WATCH, { optional: true }) : null;
  const guard = offOriginGuard(isApi, tokens.headers, () => injector.get(HttpBackend), watch);
  const needs = inject(REQUEST_NEEDS, { optional: true });
  const attacher = createAttacher(isApi, tokens, scopes, guard, needs, proxy?.forward(via));
  inject(DestroyRef).onDestroy(() => {
    tokens.close();
  });
  const logging = inject(LOG_STEP, { optional: true })?.(attacher) ?? attacher;
  const retrying = inject(RETRY_STEP, { optional: true })?.(logging) ?? logging;
  return { config, relay, state, tokens, scopes, guard, attacher: retrying, needs, proxy };
}

// A token in the server's memory would be every visitor's token.
const noCredential = () =>
  throwError(
    () =>
      new GenesysAuthError(
        'server_no_credential',
        ngDevMode ? 'A token was needed while rendering on the server.' : '',
        {
          hint: ngDevMode
            ? 'Load Genesys data in the browser, for example in afterNextRender(), or give the server a credential by ' +
              'provideServerGenesysAuth() of ngx-genesys-auth/server.'
            : ''
        }
      )
  );
