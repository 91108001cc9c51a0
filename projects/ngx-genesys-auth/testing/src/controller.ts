import { Injectable, inject } from '@angular/core';
import {
  GenesysAuthError,
  type GenesysAuthErrorCode,
  type GenesysScope,
  type ɵConfiguration as Configuration,
  ɵGENESYS_CONFIGURATIONS as GENESYS_CONFIGURATIONS,
  ɵGENESYS_AUTH_CORE as GENESYS_AUTH_CORE
} from 'ngx-genesys-auth';
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
  readonly #all = inject(GENESYS_CONFIGURATIONS);
  readonly #relay = inject(FakeRelay);

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
   * Decides about another configuration.
   *
   * @param name the `name` it was given in `provideGenesysAuthTesting({ name: ... })`
   */
  for(name: string): GenesysAuthTesting {
    return testingOf(this.#all.get(name));
  }

  #tell(change: () => void): void {
    const wasAsked = this.#relay.isAsked;
    change();
    // What it fails with is in the state.
    if (!wasAsked) this.#core.tokens.renew().subscribe({ error: () => undefined });
  }
}

const made = (code: GenesysAuthErrorCode): GenesysAuthError =>
  new GenesysAuthError(code, `The test lets this fail with ${code}.`, {
    hint: 'Nothing is wrong: a test asked for it.'
  });

/** What decides about a configuration, if that is one for tests. */
export function testingOf({ name, featureInjector }: Configuration): GenesysAuthTesting {
  const testing = featureInjector?.get(GenesysAuthTesting, null, { self: true });
  if (testing) return testing;
  const call = `provideGenesysAuthTesting(${name === undefined ? '' : `{ name: '${name}' }`})`;
  throw new Error(
    `${name === undefined ? 'The configuration' : `The configuration "${name}"`} is not a fake. Provide ${call}.`
  );
}
