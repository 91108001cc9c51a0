import { type Observable, catchError, map, of, switchMap, throwError } from 'rxjs';
import type { TokenResponse } from 'genesys-auth-protocol';
import type { ResolvedConfig } from '../config';
import { GenesysAuthError } from '../errors';
import { notGranted, refuse } from '../scopes/check';
import { createFlight, signedOut } from './flight';
import { type LiveToken, isLive, liveToken } from './live-token';
import type { Age } from './moment';
import type { AuthState, RenewalReason } from './state';

/** An answer of the relay, and the time since it was asked. */
export interface Grant {
  readonly answer: TokenResponse;
  readonly age: Age;
  /** Whether another tab had asked for it, and handed it on. */
  readonly handedOn?: boolean;
}

/** Gets a token. `rejected` is the token that the API refused, if one did. */
export type TokenRequest = (rejected: string | undefined, reason: RenewalReason) => Observable<Grant>;

/**
 * The one token of a configuration: in memory, asked for once for all who wait, renewed ahead of its end.
 *
 * There is no timer. A token is looked at when it is needed: before its last minute it is handed out; in its last minute
 * it is handed out and renewed behind; after its end nobody gets it. So nothing keeps the app from becoming stable, and a
 * computer that wakes from sleep needs no special care.
 */
export interface TokenSource {
  /** Whether a value of `Authorization` is one that this source has handed out. */
  readonly hasSent: (header: string) => boolean;
  /** The live token, at once, or `undefined`. Near its end it starts the renewal behind. */
  peek(): LiveToken | undefined;
  /** The token as it is, live or not; it starts nothing. */
  held(): LiveToken | undefined;
  /** The live token, or the one that the flight brings. Leaving early does not end the flight: it belongs to all. */
  get(): Observable<LiveToken>;
  /** Asks the relay now, whatever the state. */
  renew(): Observable<LiveToken>;
  /**
   * A token in place of one that the API refused. All who report the same token share one renewal; who reports one that
   * was replaced meanwhile gets the new one.
   */
  replace(refused: LiveToken): Observable<LiveToken>;
  /**
   * The number of calls to `clear()`. A request that was first sent in one generation must not be repeated in a later one:
   * another user may have signed in.
   */
  readonly generation: () => number;
  /** Forgets the token; who waits for one gets the error `signed_out`. */
  readonly clear: () => void;
  /** Forgets the token and says nothing: the app is gone. */
  readonly close: () => void;
}

/** Makes a {@link TokenSource} without a token. */
export function createTokenSource(config: ResolvedConfig, request: TokenRequest, state: AuthState): TokenSource {
  // Tokens whose header the off-origin guard knows: the live one, and older ones a delayed request may still carry.
  const REMEMBERED_HEADERS = 4;
  let headers: readonly string[] = [];
  let generation = 0;
  let live: LiveToken | undefined;
  /** The token the flight reports as rejected: nobody gets it meanwhile. */
  let suspect: string | undefined;
  /** Whether the last token came from another tab. */
  let wasHandedOn: boolean | undefined;

  const accept = (token: LiveToken): void => {
    live = token;
    headers = [...new Set([token.header, ...headers])].slice(0, REMEMBERED_HEADERS);
    state.ready(token);
  };

  const { current, paused, start: fly, clear, close } = createFlight(state, accept, () => isLive(live));

  /** Between the answer of the relay and its delivery, a subscriber of events$ or another caller may have called clear(). */
  const unlessCleared = (tokens: Observable<LiveToken>): Observable<LiveToken> =>
    tokens.pipe(
      map((token) => {
        if (token.generation !== generation) throw signedOut();
        return token;
      })
    );

  const held = (): LiveToken | undefined => (live?.token === suspect && current() ? undefined : live);

  const peek = (): LiveToken | undefined => {
    const token = held();
    if (!token) return undefined;
    const age = token.age();
    if (age >= token.lifetimeMs) return undefined;
    if (age < token.renewAtMs || current() || paused()) return token;
    start('ahead');
    // A subscriber of events$ may have called clear().
    return held();
  };

  const replaceNow = (refused: LiveToken): Observable<LiveToken> => {
    if (refused.generation !== generation) return throwError(signedOut);
    const flight = current();
    if (flight) return unlessCleared(flight);
    if (isLive(live) && live.token !== refused.token) return of(live);
    return unlessCleared(paused() ?? start('rejected', refused.token));
  };

  const start = (reason: RenewalReason, rejected?: string): Observable<LiveToken> => {
    suspect = rejected;
    return fly(() => {
      state.renewing(reason);
      return request(rejected, reason).pipe(map(read));
    });
  };

  const renew = (): Observable<LiveToken> => {
    const flight = current();
    return flight
      ? unlessCleared(flight).pipe(switchMap((token) => (wasHandedOn ? renew() : of(token))))
      : unlessCleared(start('asked'));
  };

  const read = ({ answer, age, handedOn }: Grant): LiveToken => {
    wasHandedOn = handedOn;
    const token = liveToken(answer, age, generation, config.renewAheadMs);
    if (!isLive(token)) throw answeredTooLate();
    refuse(notGranted(config.scopes, token.scopes));
    return token;
  };

  return {
    hasSent: (header) => headers.includes(header),
    peek,
    held,
    get() {
      const before = generation;
      const token = peek();
      // peek() may start a renewal, and a subscriber of events$ may then call clear().
      if (generation !== before) return throwError(signedOut);
      return token ? of(token) : unlessCleared(current() ?? paused() ?? start('needed'));
    },
    renew,
    replace: (refused) => {
      const flight = current();
      // A flight that does not report this token may bring it again.
      return !flight || suspect === refused.token || refused.generation !== generation
        ? replaceNow(refused)
        : flight.pipe(
            catchError(() => [undefined]),
            switchMap(() => replaceNow(refused))
          );
    },
    generation: () => generation,
    clear() {
      generation++;
      live = undefined;
      clear();
    },
    close() {
      live = undefined;
      close();
    }
  };
}

const answeredTooLate = () =>
  new GenesysAuthError(
    'relay_timeout',
    ngDevMode ? 'The token had already expired when the answer of the relay arrived.' : '',
    {
      ...(ngDevMode && { hint: 'Find out why the relay answers so slowly, or give tokens a longer lifetime.' })
    }
  );
