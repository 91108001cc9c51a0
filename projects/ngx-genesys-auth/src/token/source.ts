import { untracked } from '@angular/core';
import { AsyncSubject, type Observable, Subscription, catchError, map, of, switchMap, throwError } from 'rxjs';
import type { TokenResponse } from 'genesys-auth-protocol';
import type { ResolvedConfig } from '../config';
import { GenesysAuthError } from '../errors';
import { notGranted } from '../scopes/check';
import { type LiveToken, isLive, liveToken } from './live-token';
import { type Moment, now, since } from './moment';
import { Pause } from './pause';
import type { AuthState, RenewalReason } from './state';

/** An answer of the relay, and when it was asked. */
export interface Grant {
  readonly answer: TokenResponse;
  readonly asked: Moment;
}

/** Gets a token. `rejected` is the token that the API refused, if one did. */
export type TokenRequest = (rejected: string | undefined, reason: RenewalReason) => Observable<Grant>;

// Tokens whose header the off-origin guard knows: the live one, and older ones a delayed request may still carry.
const REMEMBERED_HEADERS = 4;
const STILL_REJECTED_PAUSE_MS = 1000;

/**
 * The one token of a configuration: in memory, asked for once for all who wait, renewed ahead of its end.
 *
 * There is no timer. A token is looked at when it is needed: before its last minute it is handed out; in its last minute
 * it is handed out and renewed behind; after its end nobody gets it. So nothing keeps the app from becoming stable, and a
 * computer that wakes from sleep needs no special care.
 */
export class TokenSource {
  /** Values of `Authorization` that this source has handed out, the newest last. */
  readonly headers = new Set<string>();
  readonly #config: ResolvedConfig;
  readonly #request: TokenRequest;
  readonly #state: AuthState;
  readonly #pause = new Pause();
  #era = 0;
  #live: LiveToken | undefined;
  #flight: AsyncSubject<LiveToken> | undefined;
  #call = Subscription.EMPTY;
  /** The token the flight reports as rejected: nobody gets it meanwhile. */
  #suspect: string | undefined;
  /** The token that was still refused after a renewal, and when. */
  #stillRejected: { readonly token: string; readonly at: Moment } | undefined;

  constructor(config: ResolvedConfig, request: TokenRequest, state: AuthState) {
    this.#config = config;
    this.#request = request;
    this.#state = state;
  }

  /** The live token, at once, or `undefined`. Near its end it starts the renewal behind. */
  peek(): LiveToken | undefined {
    const live = this.#live;
    if (!live || live.token === this.#suspect) return undefined;
    const age = since(live.asked);
    if (age >= live.lifetimeMs) return undefined;
    if (age >= live.renewAtMs && !this.#flight && !this.#pause.error()) this.#start('ahead');
    return live;
  }

  /** The live token, if its end is not near; it starts nothing. */
  fresh(): LiveToken | undefined {
    const live = this.#live;
    return live && live.token !== this.#suspect && since(live.asked) < live.renewAtMs ? live : undefined;
  }

  /** The live token, or the one that the flight brings. Leaving early does not end the flight: it belongs to all. */
  get(): Observable<LiveToken> {
    const live = this.peek();
    return live ? of(live) : (this.#flight ?? this.#startUnlessPaused('needed'));
  }

  /** Asks the relay now, whatever the state. */
  renew(): Observable<LiveToken> {
    return this.#flight ?? this.#start('asked');
  }

  /**
   * A token in place of one that the API refused. All who report the same token share one renewal; who reports one that
   * was replaced meanwhile gets the new one.
   */
  replace(refused: LiveToken): Observable<LiveToken> {
    const flight = this.#flight;
    // A flight that does not report this token may bring it again.
    if (!flight || this.#suspect === refused.token || refused.era !== this.#era) return this.#replaceNow(refused);
    return flight.pipe(
      map(() => undefined),
      catchError(() => of(undefined)),
      switchMap(() => this.#replaceNow(refused))
    );
  }

  /** Notes that the API refused a token that had just been renewed: for a second, a refusal of it is final. */
  stillRejected({ token }: LiveToken): void {
    this.#stillRejected = { token, at: now() };
  }

  /** Whether a refusal of this token is final for now. */
  isStillRejected({ token }: LiveToken): boolean {
    const last = this.#stillRejected;
    return last?.token === token && since(last.at) < STILL_REJECTED_PAUSE_MS;
  }

  /** Forgets the token; who waits for one gets the error `signed_out`. */
  clear(): void {
    const flight = this.#flight;
    this.close();
    this.#state.cleared();
    flight?.error(signedOut());
  }

  /** Forgets the token and says nothing: the app is gone. */
  close(): void {
    this.#era++;
    this.#call.unsubscribe();
    this.#live = this.#flight = this.#suspect = undefined;
    this.#pause.reset();
  }

  #replaceNow(refused: LiveToken): Observable<LiveToken> {
    if (refused.era !== this.#era) return throwError(signedOut);
    if (this.#flight) return this.#flight;
    const live = this.#live;
    if (live && live.token !== refused.token && isLive(live)) return of(live);
    return this.#startUnlessPaused('rejected', refused.token);
  }

  #startUnlessPaused(reason: RenewalReason, rejected?: string): Observable<LiveToken> {
    const error = this.#pause.error();
    return error ? throwError(() => error) : this.#start(reason, rejected);
  }

  #start(reason: RenewalReason, rejected?: string): Observable<LiveToken> {
    const flight = new AsyncSubject<LiveToken>();
    this.#flight = flight;
    this.#suspect = rejected;
    // A request may be made inside an effect or a template: neither must come to depend on what is read here.
    untracked(() => {
      this.#state.renewing(reason);
      this.#fly(flight, reason, rejected);
    });
    return flight;
  }

  #fly(flight: AsyncSubject<LiveToken>, reason: RenewalReason, rejected: string | undefined): void {
    this.#call = this.#request(rejected, reason)
      .pipe(map((grant) => this.#read(grant)))
      .subscribe({
        next: (live) => {
          this.#landed();
          this.#accept(live);
          flight.next(live);
          flight.complete();
        },
        error: (error: GenesysAuthError) => {
          this.#landed();
          this.#pause.failed(error);
          this.#state.failed(error, this.#live !== undefined && isLive(this.#live));
          flight.error(error);
        }
      });
  }

  #landed(): void {
    this.#flight = this.#suspect = undefined;
  }

  #read({ answer, asked }: Grant): LiveToken {
    const live = liveToken(answer, asked, this.#era, this.#config.renewAheadMs);
    const error = notGranted(this.#config.scopes, live.scopes);
    if (error) throw error;
    return live;
  }

  #accept(live: LiveToken): void {
    this.#pause.reset();
    this.#live = live;
    this.headers.delete(live.header);
    this.headers.add(live.header);
    for (const oldest of this.headers) {
      if (this.headers.size <= REMEMBERED_HEADERS) break;
      this.headers.delete(oldest);
    }
    this.#state.ready(live);
  }
}

/** The error of who waited when the token was cleared. */
export const signedOut = () =>
  new GenesysAuthError('signed_out', ngDevMode ? 'The token was cleared while this waited for one.' : '', {
    hint: ngDevMode ? 'Ask again if the user has signed in again.' : ''
  });
