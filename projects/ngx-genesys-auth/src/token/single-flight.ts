import { untracked } from '@angular/core';
import { AsyncSubject, type Observable, Subscription, tap, throwError } from 'rxjs';
import { type GenesysAuthError, authError } from '../errors';
import { BackOff } from './back-off';
import type { AuthState } from './state';

/** Keeps the value of the last call. Is notified of the outcome of each call before its callers are. */
export interface ValueStore<Value> {
  succeeded(value: Value): void;
  /** Returns whether an older value remains in use. */
  failed(error: GenesysAuthError): boolean;
}

/**
 * Makes one call at a time and shares its outcome between all callers. A caller that unsubscribes does not end the call. A caller
 * fails with `signed_out` if `clear()` is called before it receives the value. After failures there is a pause, see
 * {@link BackOff}.
 */
export class SingleFlight<Value> {
  readonly #state: AuthState;
  readonly #store: ValueStore<Value> | undefined;
  readonly #backOff = new BackOff();
  #pending: AsyncSubject<Value> | undefined;
  #subscription = Subscription.EMPTY;

  /** @param state shows failures and `clear()` to the app */
  constructor(state: AuthState, store?: ValueStore<Value>) {
    this.#state = state;
    this.#store = store;
  }

  /** The outcome of the call that is under way. */
  pending(): Observable<Value> | undefined {
    return this.#pending && this.#unlessCleared(this.#pending);
  }

  /** The last error, while the pause after it lasts. */
  paused(): Observable<never> | undefined {
    const error = this.#backOff.error();
    return error && throwError(() => error);
  }

  /**
   * Starts a call, even during a pause. There must be none under way.
   *
   * @param call fails with a `GenesysAuthError` only
   */
  start(call: () => Observable<Value>): Observable<Value> {
    const pending = new AsyncSubject<Value>();
    const subscription = new Subscription();
    const outcome = this.#unlessCleared(pending);
    this.#pending = pending;
    this.#subscription = subscription;
    // A request may be made inside an effect or a template. Neither must depend on the signals that are read here.
    untracked(() => {
      const answer = call();
      // call() emits an event. A subscriber of events$ may have cancelled this call by clear().
      if (this.#pending !== pending) return;
      subscription.add(
        answer.subscribe({
          next: (value) => {
            this.#pending = undefined;
            this.#backOff.reset();
            this.#store?.succeeded(value);
            pending.next(value);
            pending.complete();
          },
          error: (error: GenesysAuthError) => {
            this.#pending = undefined;
            this.#backOff.failed(error);
            this.#state.failed(error, this.#store?.failed(error));
            pending.error(error);
          }
        })
      );
    });
    return outcome;
  }

  /** Ends the call that is under way, and the pause. Its callers fail with `signed_out`. */
  clear(): void {
    const callers = this.#pending;
    this.cancel();
    this.#state.cleared();
    callers?.error(signedOut());
  }

  /** Ends the call that is under way, and the pause, because the app is destroyed. Its callers get no outcome. */
  cancel(): void {
    this.#pending = undefined;
    this.#subscription.unsubscribe();
    this.#backOff.reset();
  }

  /** Before a caller receives the value, a subscriber of events$ or another caller may call clear(). */
  #unlessCleared(outcome: Observable<Value>): Observable<Value> {
    const { generation } = this.#state;
    return outcome.pipe(
      tap(() => {
        if (this.#state.generation !== generation) throw signedOut();
      })
    );
  }
}

/** The error of calls and requests that were pending when `clear()` was called. */
export const signedOut = () => authError('signed_out');
