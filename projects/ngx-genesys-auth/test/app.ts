import { createHash } from 'node:crypto';
import { HttpClient, type HttpInterceptorFn, provideHttpClient, withInterceptors } from '@angular/common/http';
import { HttpTestingController, type TestRequest, provideHttpClientTesting } from '@angular/common/http/testing';
import type { EnvironmentProviders, Provider } from '@angular/core';
import { TestBed } from '@angular/core/testing';
import type { Observable } from 'rxjs';
import {
  type GenesysAuthConfig,
  GenesysAuthError,
  type GenesysAuthFeature,
  GenesysAuthService,
  genesysAuthInterceptor,
  provideGenesysAuth
} from 'ngx-genesys-auth';

export const API = 'https://api.mypurecloud.de';
export const TOKEN_URL = '/genesys/token';
export const CONFIG = {
  region: 'mypurecloud.de',
  relay: '/genesys',
  scopes: ['analytics', 'routing']
} satisfies GenesysAuthConfig;

export interface AppOptions {
  readonly config?: Partial<Record<keyof GenesysAuthConfig, unknown>>;
  /** What provides the library, in place of `config` and `features`. */
  readonly auth?: readonly EnvironmentProviders[];
  readonly before?: readonly HttpInterceptorFn[];
  readonly after?: readonly HttpInterceptorFn[];
  readonly features?: readonly GenesysAuthFeature[];
  readonly providers?: readonly (Provider | EnvironmentProviders)[];
}

/** What a call ended with. */
export interface Outcome {
  readonly values: unknown[];
  error: unknown;
  done: boolean;
}

/** An app with the library, whose network is Angular's own testing backend. */
export function createApp({
  config,
  auth: doors,
  before = [],
  after = [],
  features = [],
  providers = []
}: AppOptions = {}) {
  TestBed.configureTestingModule({
    providers: [
      provideHttpClient(withInterceptors([...before, genesysAuthInterceptor, ...after])),
      provideHttpClientTesting(),
      ...(doors ?? [provideGenesysAuth({ ...CONFIG, ...config } as GenesysAuthConfig, ...features)]),
      ...providers
    ]
  });
  const http = TestBed.inject(HttpClient);
  const network = TestBed.inject(HttpTestingController);
  const auth = TestBed.inject(GenesysAuthService);
  return {
    http,
    network,
    auth,
    get: (path = '/api/v2/routing/queues') => observe(http.get(API + path)),
    /** The one call to the relay that waits for an answer. */
    relayCall: () => network.expectOne(TOKEN_URL),
    apiCalls: () => network.match(({ url }) => url.startsWith(API)),
    /** Lets the app have a live token. */
    signIn(token = 'token-1', expiresIn = 300): void {
      const call = http.get(`${API}/sign-in`).subscribe();
      grant(network.expectOne(TOKEN_URL), token, expiresIn);
      network.match(`${API}/sign-in`);
      call.unsubscribe();
    }
  };
}

export function observe(call: Observable<unknown>): Outcome {
  const outcome: Outcome = { values: [], error: undefined, done: false };
  call.subscribe({
    next: (value) => outcome.values.push(value),
    error: (error: unknown) => (outcome.error = error),
    complete: () => (outcome.done = true)
  });
  return outcome;
}

/** Answers a call to the relay with a token. */
export function grant(call: TestRequest, token = 'token-1', expiresIn = 300, scope = 'analytics routing'): void {
  call.flush({ access_token: token, token_type: 'Bearer', expires_in: expiresIn, scope });
}

/** Answers as the Genesys API does to a token that it does not take. */
export function refuse(call: TestRequest): void {
  call.flush(
    { message: 'Invalid login credentials.', code: 'bad.credentials', status: 401 },
    { status: 401, statusText: 'Unauthorized', headers: { 'ININ-Correlation-Id': 'genesys-1' } }
  );
}

export const bearer = ({ request }: TestRequest): string | null => request.headers.get('Authorization');

export function asAuthError(error: unknown): GenesysAuthError {
  if (!(error instanceof GenesysAuthError)) throw new Error(`no GenesysAuthError but ${String(error)}`);
  return error;
}

export const codeOf = (error: unknown): string => asAuthError(error).code;

export const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/** jsdom has no `crypto.subtle`; this one is real and answers within the turn's microtasks. */
export function provideSubtle(available = true): void {
  const digest = (_name: string, data: Uint8Array) =>
    Promise.resolve(new Uint8Array(createHash('sha256').update(data).digest()).buffer);
  Object.defineProperty(globalThis.crypto, 'subtle', { configurable: true, value: available ? { digest } : undefined });
}

/** Lets everything that waits for promises only go on. Needs no clock, real or fake. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await Promise.resolve();
}
