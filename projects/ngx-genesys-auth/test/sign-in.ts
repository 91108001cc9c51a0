import type { TestRequest } from '@angular/common/http/testing';
import { TestBed } from '@angular/core/testing';
import {
  type GenesysAuthConfig,
  type GenesysAuthFeature,
  GenesysSignIn,
  type SignInOptions,
  provideGenesysAuth,
  withProxyMode,
  withSignIn,
  ɵPAGE as PAGE,
  type ɵPage as Page
} from 'ngx-genesys-auth';
import { API, type AppOptions, CONFIG, createApp, settle } from './app';

export const ORIGIN = 'https://app.example.test';
export const SESSION_URL = '/genesys/session';
export const QUEUES = '/genesys/api/v2/routing/queues';
export const SIGN_IN_URL = `${ORIGIN}/genesys/sign-in`;

export const ANN = { id: 'u1', name: 'Ann', email: 'ann@example.test', organization: { id: 'o1', name: 'Org' } };
export const BOB = { ...ANN, id: 'u2', name: 'Bob', email: 'bob@example.test' };

/** The answer of the relay if this user is signed in, or nobody. */
export const sessionOf = (user: typeof ANN | null) => ({
  subject: user?.id ?? 'visitor',
  identity: 'session',
  roles: ['agent'],
  scopes: ['analytics', 'routing'],
  defaultScopes: [],
  region: 'mypurecloud.de',
  apiOrigin: API,
  mode: 'proxy',
  user,
  session: user ? `tag-of-${user.name}` : 'signed-out',
  ...(user && { expiresAt: '2026-05-01T20:00:00.000Z' }),
  signInUrl: SIGN_IN_URL
});

/** Refuses a call as the relay does. */
export function refuseWith(call: TestRequest, status: number, code: string): void {
  const signInUrl = status === 401 ? SIGN_IN_URL : undefined;
  call.flush(
    { type: `urn:genesys-auth:problem:${code}`, title: 't', status, code, detail: `It is ${code}.`, signInUrl },
    { status, statusText: 'no', headers: { 'Content-Type': 'application/problem+json' } }
  );
}

/** A page that does not navigate. */
export class FakePage implements Page {
  readonly baseUrl = `${ORIGIN}/`;
  readonly done: string[] = [];
  isHidden = false;
  url: string;
  stored: () => void = () => undefined;
  restored: () => void = () => undefined;
  constructor(path = '/deep?x=1#top') {
    this.url = ORIGIN + path;
  }
  go(url: string): void {
    this.done.push(`go ${url}`);
  }
  open(url: string): void {
    this.done.push(`open ${url}`);
  }
  close(): void {
    this.done.push('close');
  }
  reload(): void {
    this.done.push('reload');
  }
  replaceUrl(url: string): void {
    this.url = url;
  }
  setHidden(hidden: boolean): void {
    this.isHidden = hidden;
  }
  onCached(stored: () => void, restored: () => void): () => void {
    this.stored = stored;
    this.restored = restored;
    return () => undefined;
  }
  /** The parameters of the sign-in that the page was left for last. */
  get signIn(): Record<string, string> {
    const [, url = ''] = this.done.at(-1)?.split(' ') ?? [];
    return Object.fromEntries(new URL(url).searchParams);
  }
}

export interface SignInAppOptions extends AppOptions {
  readonly path?: string;
  readonly options?: SignInOptions;
  readonly more?: readonly GenesysAuthFeature[];
  /** `null` for the page of Angular's platform. */
  readonly page?: FakePage | null;
}

export const signInFeatures = (options: SignInOptions = {}): GenesysAuthFeature[] => [
  withProxyMode(),
  withSignIn(options)
];

/** An app whose users sign in. */
export function signInApp({ path, options, more = [], page: given, ...app }: SignInAppOptions = {}) {
  const page = given ?? new FakePage(path);
  const created = createApp({
    ...app,
    auth: app.auth ?? [
      provideGenesysAuth({ ...CONFIG, ...app.config } as GenesysAuthConfig, ...signInFeatures(options), ...more)
    ],
    providers: [...(given === null ? [] : [{ provide: PAGE, useValue: page }]), ...(app.providers ?? [])]
  });
  const signIn = TestBed.inject(GenesysSignIn);
  const answer = async (user: typeof ANN | null, change: object = {}) => {
    await settle();
    created.network.expectOne(SESSION_URL).flush({ ...sessionOf(user), ...change });
    await settle();
  };
  return {
    ...created,
    page,
    signIn,
    answer,
    refuse: async (status = 401, code = 'sign_in_required') => {
      await settle();
      refuseWith(created.network.expectOne(SESSION_URL), status, code);
      await settle();
    }
  };
}
