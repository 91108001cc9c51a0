import type { SessionResponse, SessionUser, TokenResponse } from 'genesys-auth-protocol';
import { covers } from 'genesys-scopes';
import type {
  GenesysAuthError,
  ɵRelayClient as RelayClient,
  ɵResolvedConfig as ResolvedConfig
} from 'ngx-genesys-auth';
import { NEVER, type Observable, Subject, defer, filter, of, startWith, switchMap, take, throwError } from 'rxjs';

/** A relay in memory. It answers synchronously, and always the same until a test changes that. */
export class FakeRelay implements RelayClient {
  readonly #config: ResolvedConfig;
  readonly #changed = new Subject<void>();
  #granted: readonly string[];
  #error: GenesysAuthError | undefined;
  #held = false;
  readonly #lifetimeSeconds: number;
  readonly #mode: SessionResponse['mode'];
  /** Who is signed in; `undefined` for a relay that signs nobody in. */
  #user: SessionUser | null | undefined;
  #tokens = 0;

  /** @param mode what the app is set up for: a relay in proxy mode is asked for its session where another is for a token */
  constructor(config: ResolvedConfig, lifetimeSeconds: number, mode: SessionResponse['mode'], signsUsersIn: boolean) {
    this.#user = signsUsersIn ? null : undefined;
    this.#config = config;
    this.#granted = all(config);
    this.#lifetimeSeconds = lifetimeSeconds;
    this.#mode = mode;
  }

  /** Whether a call waits for its answer. */
  get isAsked(): boolean {
    return this.#changed.observed;
  }

  /** The last token it gave. Nobody shall take it for a real one, in a log or a snapshot. */
  get lastToken(): string | null {
    return this.#tokens > 0 ? `fake-genesys-token-${this.#tokens}` : null;
  }

  grant(scopes: readonly string[]): void {
    this.#granted = scopes.length > 0 ? scopes : all(this.#config);
    this.#error = undefined;
    this.#answer();
  }

  /** Grants what it did before, without the scopes and all that cover them. */
  deny(scopes: readonly string[]): void {
    this.#granted = this.#granted.filter((granted) => !scopes.some((scope) => covers(granted, scope)));
    this.#answer();
  }

  fail(error: GenesysAuthError): void {
    this.#error = error;
    this.#answer();
  }

  /** @param user `null` signs out */
  signIn(user: SessionUser | null): void {
    this.#user = user;
    this.#error = undefined;
    this.#answer();
  }

  /** Whether the relay signs users in. */
  get signsUsersIn(): boolean {
    return this.#user !== undefined;
  }

  hold(): void {
    this.#held = true;
  }

  /**
   * Answers the session, the only `GET`, and sign-out. It has no hub: a test of live events provides a source. It is an own property because
   * withProxyMode() copies the properties of a relay client.
   */
  readonly call = <T>(
    method: string,
    path: string,
    _body: unknown,
    isExpected: (answer: unknown) => answer is T
  ): Observable<T> => {
    if (path === '/sign-out') return defer(() => this.#unlessFailing(() => this.#signOut())).pipe(filter(isExpected));
    if (method !== 'GET') return NEVER;
    const session = () => this.#unlessFailing(() => this.#session());
    return (this.#mode === 'proxy' ? this.#whenReleased(session) : defer(session)).pipe(filter(isExpected));
  };

  token(): Observable<TokenResponse> {
    return this.#whenReleased(() => this.#unlessFailing(() => this.#nextToken()));
  }

  /** At once, or when the test lets the answer go. */
  #whenReleased<T>(answer: () => Observable<T>): Observable<T> {
    return this.#changed.pipe(
      startWith(undefined),
      switchMap(() => (this.#held ? NEVER : answer())),
      take(1)
    );
  }

  #unlessFailing<T>(answer: () => T): Observable<T> {
    const error = this.#error;
    return error ? throwError(() => error) : of(answer());
  }

  #answer(): void {
    this.#held = false;
    this.#changed.next();
  }

  #session(): SessionResponse {
    const { region, apiOrigin } = this.#config;
    return {
      subject: 'test-user',
      identity: 'loopback',
      roles: ['test'],
      scopes: this.#granted,
      defaultScopes: [],
      region: region ?? null,
      apiOrigin,
      mode: this.#mode,
      ...(this.#user !== undefined && {
        identity: 'session',
        user: this.#user,
        session: this.#user ? `fake-session-of-${this.#user.id}` : 'signed-out'
      })
    };
  }

  #signOut(): { readonly logoutUrl: string } {
    this.#user = null;
    return { logoutUrl: 'https://login.mypurecloud.com/logout' };
  }

  #nextToken(): TokenResponse {
    this.#tokens++;
    return {
      access_token: this.lastToken ?? '',
      token_type: 'Bearer',
      expires_in: this.#lifetimeSeconds,
      scope: this.#granted.join(' ')
    };
  }
}

const all = ({ scopes, optionalScopes }: ResolvedConfig): readonly string[] => [...scopes, ...optionalScopes];
