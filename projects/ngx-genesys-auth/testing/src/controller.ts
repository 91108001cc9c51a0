import { Injectable, inject } from '@angular/core';
import {
  GenesysAuthError,
  type GenesysAuthErrorCode,
  type GenesysScope,
  type SessionUser,
  type ɵConfiguration as Configuration,
  ɵCONFIGURATION_REGISTRY as CONFIGURATION_REGISTRY,
  ɵGENESYS_AUTH_CORE as GENESYS_AUTH_CORE,
  ɵSignInSession as SignInSession
} from 'ngx-genesys-auth';
import { FakePage } from './fake-page';
import { FakeRelay } from './fake-relay';

/**
 * Decides in a test how the relay answers. Everything else is the real library: its checks, its signals, its interceptor. Each
 * method takes effect synchronously. Provided by {@link provideGenesysAuthTesting}.
 *
 * @example
 * const relay = TestBed.inject(GenesysAuthTesting);
 * relay.deny('routing');
 */
@Injectable()
export class GenesysAuthTesting {
  readonly #core = inject(GENESYS_AUTH_CORE);
  readonly #registry = inject(CONFIGURATION_REGISTRY);
  readonly #relay = inject(FakeRelay);
  readonly #page = inject(FakePage);
  readonly #session = inject(SignInSession, { optional: true });

  /** The last token the app was given, for example `fake-genesys-token-1`; `null` before the first, and in proxy mode. */
  get token(): string | null {
    return this.#relay.lastToken;
  }

  /**
   * Gives the app a new token, and grants the same from now on. Ends {@link fail} and {@link hold}.
   *
   * @param scopes what is granted; without any, all that are configured
   */
  grant(...scopes: readonly GenesysScope[]): void {
    this.#tell(() => {
      this.#relay.grant(scopes);
    });
  }

  /**
   * Takes scopes away, with those that cover them: the app gets a token without them, now and from now on. If the app's
   * configuration requires one of them, it gets none, and the error `scope_not_granted`, as in real life.
   */
  deny(...scopes: readonly GenesysScope[]): void {
    this.expire();
    this.#tell(() => {
      this.#relay.deny(scopes);
    });
  }

  /** Ends the app's token. As in real life nothing shows it: the next request asks for a new one. */
  expire(): void {
    if (!this.#relay.isAsked) this.#core.tokens.close();
  }

  /**
   * Takes the app's token away and lets all calls to the relay fail, now and until {@link grant}.
   *
   * @param error a code, or your own error
   */
  fail(error: GenesysAuthErrorCode | GenesysAuthError = 'relay_unavailable'): void {
    this.expire();
    this.#tell(() => {
      this.#relay.fail(typeof error === 'string' ? made(error) : error);
    });
  }

  /** Lets calls to the relay wait until {@link grant}, {@link deny} or {@link fail}, so that loading states can be seen. */
  hold(): void {
    this.#relay.hold();
  }

  /**
   * Signs a user in, as if they had come back from the sign-in page. Ends {@link fail} and {@link hold}. The app needs `withSignIn()`.
   *
   * If another user is signed in, the app sees a change of user: `onUserChanged` is called, or the reload of the page is in
   * {@link navigations}. `fail('session_ended')` ends the session of the user; sign the same user in again afterwards.
   *
   * @param user what matters to the test; the rest is made up
   * @example relay.signIn({ name: 'Ann' });
   */
  signIn(user: Partial<SessionUser> = {}): void {
    this.#needSignIn();
    this.#tell(() => {
      this.#relay.signIn({ ...TEST_USER, ...user });
    });
  }

  /** Signs the user out, as if they had signed out in another tab. The scopes stay granted: they are those of a visitor then. */
  signOut(): void {
    const session = this.#needSignIn();
    this.#relay.signIn(null);
    session.signOutThisTab();
  }

  /** The URLs that the app has left the page for, in order: those of sign-in, and the URL of the page itself for a reload. */
  get navigations(): readonly string[] {
    return this.#page.navigations;
  }

  /**
   * Decides about another configuration.
   *
   * @param name the `name` it was given in `provideGenesysAuthTesting({ name: ... })`
   */
  for(name: string): GenesysAuthTesting {
    return testingOf(this.#registry.get(name));
  }

  #needSignIn(): SignInSession {
    if (this.#session && this.#relay.signsUsersIn) return this.#session;
    throw new Error(
      'The app has no sign-in. Provide provideGenesysAuthTesting(config, withProxyMode(), withSignIn()).'
    );
  }

  #tell(change: () => void): void {
    const wasAsked = this.#relay.isAsked;
    change();
    // What it fails with is in the state.
    if (!wasAsked) this.#core.tokens.renew().subscribe({ error: () => undefined });
  }
}

const TEST_USER: SessionUser = {
  id: 'test-user',
  name: 'Test User',
  email: 'test.user@example.test',
  organization: { id: 'test-organization', name: 'Test Organization' }
};

const made = (code: GenesysAuthErrorCode): GenesysAuthError =>
  new GenesysAuthError(code, `The test lets this fail with ${code}.`, {
    hint: 'Nothing is wrong: a test asked for it.',
    ...(SIGN_IN_CODES.includes(code) && { problem: { code, status: 401, detail: 'A test asked for it.' } })
  });

/** What the relay itself says, so that the state of sign-in follows. */
const SIGN_IN_CODES: readonly string[] = ['sign_in_required', 'session_ended', 'session_changed'];

/** What decides about a configuration, if that is one for tests. */
export function testingOf({ name, featureInjector }: Configuration): GenesysAuthTesting {
  const testing = featureInjector?.get(GenesysAuthTesting, null, { self: true });
  if (testing) return testing;
  const call = `provideGenesysAuthTesting(${name === undefined ? '' : `{ name: '${name}' }`})`;
  throw new Error(
    `${name === undefined ? 'The configuration' : `The configuration "${name}"`} is not a fake. Provide ${call}.`
  );
}
