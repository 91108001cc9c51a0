import { untracked } from '@angular/core';
import { AsyncSubject, type Observable, Subscription, throwError } from 'rxjs';
import { GenesysAuthError } from '../errors';
import { type Age, stopwatch } from './moment';
import { isOffline, pauseMs } from './pause';
import type { AuthState } from './state';

/**
 * Calls whose outcome is for all who wait, one at a time. Leaving early does not end the call: it belongs to all. After
 * failures there is a pause.
 */
export interface Flight<Value> {
  /** What the call that is under way brings. */
  readonly current: () => Observable<Value> | undefined;
  /** The last error, as long as the pause after it lasts. */
  readonly paused: () => Observable<never> | undefined;
  /** Makes a call, whatever the pause. It fails with a `GenesysAuthError` only. */
  readonly start: (call: () => Observable<Value>) => Observable<Value>;
  /** Ends the call; who waits for it gets the error `signed_out`. */
  readonly clear: () => void;
  /** Ends the call and says nothing: the app is gone. */
  readonly close: () => void;
}

/**
 * @param state is told of failures, and of `clear()`
 * @param landed gets what a call brings, before all others
 * @param isLive whether there is something to go on with when a call fails
 */
export function createFlight<Value>(
  state: AuthState,
  landed?: (value: Value) => void,
  isLive?: () => boolean
): Flight<Value> {
  let flight: AsyncSubject<Value> | undefined;
  let call: Subscription | undefined;
  let failures = 0;
  let last: GenesysAuthError | undefined;
  let sinceLast: Age;
  let lengthMs: number;
  let wasOffline = false;

  const forgive = (): void => {
    failures = 0;
    last = undefined;
  };

  const close = (): void => {
    call?.unsubscribe();
    flight = undefined;
    forgive();
  };

  return {
    current: () => flight,
    paused() {
      if (wasOffline && !isOffline()) forgive();
      const error = last;
      return error && sinceLast() < lengthMs ? throwError(() => error) : undefined;
    },
    start(made) {
      const started = new AsyncSubject<Value>();
      const subscription = new Subscription();
      flight = started;
      call = subscription;
      // A request may be made inside an effect or a template: neither must come to depend on what is read here.
      untracked(() => {
        const answer = made();
        // made() emits an event, and a subscriber of events$ may call clear(), which ends this flight.
        if (flight !== started) return;
        const received = answer.subscribe({
          next: (value) => {
            flight = undefined;
            forgive();
            landed?.(value);
            started.next(value);
            started.complete();
          },
          error: (error: GenesysAuthError) => {
            flight = undefined;
            wasOffline = isOffline();
            lengthMs = pauseMs(failures++, error, wasOffline);
            sinceLast = stopwatch();
            last = error;
            state.failed(error, isLive?.());
            started.error(error);
          }
        });
        subscription.add(received);
      });
      return started;
    },
    clear() {
      const ended = flight;
      close();
      state.cleared();
      ended?.error(signedOut());
    },
    close
  };
}

/** The error of calls and requests that were pending when clear() was called. */
export const signedOut = () =>
  new GenesysAuthError('signed_out', ngDevMode ? 'clear() was called while this was pending.' : '', {
    ...(ngDevMode && { hint: 'Ask again if the user has signed in again.' })
  });
