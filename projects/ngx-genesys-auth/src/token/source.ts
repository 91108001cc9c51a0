import { untracked } from '@angular/core';
import { AsyncSubject, type Observable, Subscription, catchError, map, of, switchMap, throwError } from 'rxjs';
import type { TokenResponse } from 'genesys-auth-protocol';
import type { ResolvedConfig } from '../config';
import { GenesysAuthError } from '../errors';
import { notGranted } from '../scopes/check';
import { type LiveToken, isLive, liveToken } from './live-token';
import { type Moment, since } from './moment';
import { createPause } from './pause';
import type { AuthState, RenewalReason } from './state';

/** An answer of the relay, and when it was asked. */
export interface Grant {
  readonly answer: TokenResponse;
  readonly asked: Moment;
  /** Whether another tab had asked for it, and handed it on. */
  readonly handedOn?: boolean;
}

/** Gets a token. `rejected` is the token that the API refused, if one did. */
export type TokenRequest = (rejected: string | undefined, reason: RenewalReason) => Observable<Grant>;

// Tokens whose header the off-origin guard knows: the live one, and older ones a delayed request may still carry.
const REMEMBERED_HEADERS = 4;

/**
 * The one token of a configuration: in memory, asked for once for all who wait, renewed ahead of its end.
 *
 * There is no timer. A token is looked at when it is needed: before its last minute it is handed out; in its last minute
 * it is handed out and renewed behind; after its end nobody gets it. So nothing keeps the app from becoming stable, and a
 * computer that wakes from sleep needs no special care.
 */
export interface TokenSource {
  /** Values of `Authorization` that this source has handed out, the newest last. */
  readonly headers: ReadonlySet<string>;
  /** The live token, at once, or `undefined`. Near its end it starts the renewal behind. */
  peek(): LiveToken | undefined;
  /** The live token, if its end is not near; it starts nothing. */
  fresh(): LiveToken | undefined;
  /** The live token, or the one that the flight brings. Leaving early does not end the flight: it belongs to all. */
  get(): Observable<LiveToken>;
  /** Asks the relay now, whatever the state. */
  renew(): Observable<LiveToken>;
  /**
   * A token in place of one that the API refused. All who report the same token share one renewal; who reports one that
   * was replaced meanwhile gets the new one.
   */
  replace(refused: LiveToken): Observable<LiveToken>;
  /** Forgets the token; who waits for one gets the error `signed_out`. */
  clear(): void;
  /** Forgets the token and says nothing: the app is gone. */
  close(): void;
}

/** Makes a {@link TokenSource} without a token. */
export function createTokenSource(config: ResolvedConfig, request: TokenRequest, state: AuthState): TokenSource {
  const headers = new Set<string>();
  const pause = createPause();
  let era = 0;
  let live: LiveToken | undefined;
  let flight: AsyncSubject<LiveToken> | undefined;
  let call = Subscription.EMPTY;
  /** The token the flight reports as rejected: nobody gets it meanwhile. */
  let suspect: string | undefined;
  /** Whether the last token came from another tab. */
  let wasHandedOn: boolean | undefined;

  const peek = (): LiveToken | undefined => {
    const token = live;
    if (!token || token.token === suspect) return undefined;
    const age = since(token.asked);
    if (age >= token.lifetimeMs) return undefined;
    if (age >= token.renewAtMs && !flight && !pause.error()) start('ahead');
    return token;
  };

  const replaceNow = (refused: LiveToken): Observable<LiveToken> => {
    if (refused.era !== era) return throwError(signedOut);
    if (flight) return flight;
    return live && live.token !== refused.token && isLive(live)
      ? of(live)
      : startUnlessPaused('rejected', refused.token);
  };

  const startUnlessPaused = (reason: RenewalReason, rejected?: string): Observable<LiveToken> => {
    const error = pause.error();
    return error ? throwError(() => error) : start(reason, rejected);
  };

  const start = (reason: RenewalReason, rejected?: string): Observable<LiveToken> => {
    const started = new AsyncSubject<LiveToken>();
    flight = started;
    suspect = rejected;
    // A request may be made inside an effect or a template: neither must come to depend on what is read here.
    untracked(() => {
      state.renewing(reason);
      call = request(rejected, reason)
        .pipe(map(read))
        .subscribe({
          next: (token) => {
            flight = suspect = undefined;
            accept(token);
            started.next(token);
            started.complete();
          },
          error: (error: GenesysAuthError) => {
            flight = suspect = undefined;
            pause.failed(error);
            state.failed(error, live !== undefined && isLive(live));
            started.error(error);
          }
        });
    });
    return started;
  };

  const renew = (): Observable<LiveToken> =>
    flight?.pipe(switchMap((token) => (wasHandedOn ? renew() : of(token)))) ?? start('asked');

  const read = ({ answer, asked, handedOn }: Grant): LiveToken => {
    wasHandedOn = handedOn;
    const token = liveToken(answer, asked, era, config.renewAheadMs);
    const error = notGranted(config.scopes, token.scopes);
    if (error) throw error;
    return token;
  };

  const accept = (token: LiveToken): void => {
    pause.reset();
    live = token;
    headers.delete(token.header);
    headers.add(token.header);
    for (const oldest of headers) {
      if (headers.size <= REMEMBERED_HEADERS) break;
      headers.delete(oldest);
    }
    state.ready(token);
  };

  const close = (): void => {
    era++;
    call.unsubscribe();
    live = flight = suspect = undefined;
    pause.reset();
  };

  return {
    headers,
    peek,
    fresh: () => (live && live.token !== suspect && since(live.asked) < live.renewAtMs ? live : undefined),
    get() {
      const token = peek();
      return token ? of(token) : (flight ?? startUnlessPaused('needed'));
    },
    renew,
    replace: (refused) =>
      // A flight that does not report this token may bring it again.
      !flight || suspect === refused.token || refused.era !== era
        ? replaceNow(refused)
        : flight.pipe(
            catchError(() => of(undefined)),
            switchMap(() => replaceNow(refused))
          ),
    clear() {
      const ended = flight;
      close();
      state.cleared();
      ended?.error(signedOut());
    },
    close
  };
}

/** The error of who waited when the token was cleared. */
export const signedOut = () =>
  new GenesysAuthError('signed_out', ngDevMode ? 'The token was cleared while this waited for one.' : '', {
    hint: ngDevMode ? 'Ask again if the user has signed in again.' : ''
  });
