import { type Observable, catchError, map, of, switchMap, throwError } from 'rxjs';
import type { ResolvedConfig } from '../config';
import { authError, isScopeDenied } from '../errors';
import { notGranted, throwIf } from '../scopes/check';
import type { AcquireToken, Grant } from './acquire';
import { SingleFlight, signedOut } from './single-flight';
import { type LiveToken, isLive, liveToken } from './live-token';
import type { AuthState, RenewalReason } from './state';

/** How many tokens the guard recognises: the live one, and earlier ones that a delayed request may still carry. */
const REMEMBERED_HEADERS = 4;

/**
 * Holds the one token of a configuration in memory. All callers share one call to the relay.
 *
 * It has no timer: it checks the token each time one is needed. A token that expires within `renewAheadMs` is used, and renewed in the
 * background. After it has expired, callers wait for a new one. So nothing keeps the app from becoming stable, and a computer that
 * wakes from sleep needs no special code.
 */
export class TokenSource {
  readonly #config: ResolvedConfig;
  readonly #acquire: AcquireToken;
  readonly #state: AuthState;
  readonly #flight: SingleFlight<LiveToken>;
  #live: LiveToken | undefined;
  /** The `Authorization` values of the last tokens, newest first. */
  #headers: readonly string[] = [];
  /** The token that the pending call reports as rejected. It is not used while that call is pending. */
  #rejected: string | undefined;
  /** Whether another tab gave the last token. */
  #isFromOtherTab = false;

  constructor(config: ResolvedConfig, acquire: AcquireToken, state: AuthState) {
    this.#config = config;
    this.#acquire = acquire;
    this.#state = state;
    this.#flight = new SingleFlight(state, {
      succeeded: (token) => {
        this.#live = token;
        this.#headers = [...new Set([token.header, ...this.#headers])].slice(0, REMEMBERED_HEADERS);
        state.ready(token);
      },
      failed: (error) => {
        // The relay has answered: the token in use has more scopes than the user may have now.
        if (isScopeDenied(error)) this.#live = undefined;
        return isLive(this.#live);
      }
    });
  }

  /** See {@link AuthState.generation}. */
  generation(): number {
    return this.#state.generation;
  }

  /** Whether `clear()` was called after this token was obtained. Then another user may have signed in. */
  isCleared({ generation }: LiveToken): boolean {
    return generation !== this.generation();
  }

  /** Whether this value of `Authorization` holds one of the last tokens of this source. */
  ownsHeader(header: string): boolean {
    return this.#headers.includes(header);
  }

  /** The last token, live or expired, unless the pending call reports it as rejected. Starts nothing. */
  held(): LiveToken | undefined {
    const isRejected = this.#live?.token === this.#rejected && this.#flight.pending() !== undefined;
    return isRejected ? undefined : this.#live;
  }

  /** The live token. Starts nothing. */
  live(): LiveToken | undefined {
    const token = this.held();
    return isLive(token) ? token : undefined;
  }

  /**
   * Renews a token in the background if it expires soon. Emits an event, and a subscriber of events$ may call `clear()`.
   *
   * @returns `false` if the relay has denied the scopes at once, as a relay in a test does: then the token is dropped
   */
  renewIfDue(live: LiveToken): boolean {
    const isDue = live.age() >= live.renewAtMs;
    if (isDue && !this.#flight.pending() && !this.#flight.paused()) this.#start('ahead');
    return this.isCleared(live) || isLive(this.#live);
  }

  /** The live token, or the one that the pending call brings. */
  get(): Observable<LiveToken> {
    const live = this.live();
    if (live && this.renewIfDue(live)) return this.isCleared(live) ? throwError(signedOut) : of(live);
    return this.#flight.pending() ?? this.#flight.paused() ?? this.#start('needed');
  }

  /** Asks the relay, even if the token is live or the last calls failed. */
  renew(): Observable<LiveToken> {
    const pending = this.#flight.pending();
    if (!pending) return this.#start('asked');
    // A token from another tab may be older than this call of renew().
    return pending.pipe(switchMap((token) => (this.#isFromOtherTab ? this.renew() : of(token))));
  }

  /**
   * A token in place of one that the API rejected. All callers that report the same token share one renewal. A caller that
   * reports a token that was replaced meanwhile gets the new one.
   */
  afterRejection(rejected: LiveToken): Observable<LiveToken> {
    if (this.isCleared(rejected)) return throwError(signedOut);
    const pending = this.#flight.pending();
    if (pending) {
      if (this.#rejected === rejected.token) return pending;
      // The pending call does not report this token, so the relay may answer with it.
      return pending.pipe(
        catchError(() => of(undefined)),
        switchMap(() => this.afterRejection(rejected))
      );
    }
    const live = this.live();
    if (live && live.token !== rejected.token) return of(live);
    return this.#flight.paused() ?? this.#start('rejected', rejected.token);
  }

  /** Forgets the token. Pending callers fail with `signed_out`. */
  clear(): void {
    this.#live = undefined;
    this.#flight.clear();
  }

  /** Forgets the token without an event, because the app is destroyed. */
  close(): void {
    this.#live = undefined;
    this.#flight.cancel();
  }

  #start(reason: RenewalReason, rejected?: string): Observable<LiveToken> {
    this.#rejected = rejected;
    return this.#flight.start(() => {
      this.#state.renewing(reason);
      return this.#acquire(rejected, reason).pipe(map((grant) => this.#read(grant)));
    });
  }

  #read({ answer, age, isFromOtherTab = false }: Grant): LiveToken {
    this.#isFromOtherTab = isFromOtherTab;
    const token = liveToken(answer, age, this.generation(), this.#config.renewAheadMs);
    if (!isLive(token)) throw authError('relay_timeout');
    throwIf(notGranted(this.#config.scopes, token.scopes));
    return token;
  }
}
