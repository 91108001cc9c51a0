import { untracked } from '@angular/core';
import { AsyncSubject, type Observable, Subscription, throwError } from 'rxjs';
import { type GenesysAuthError, authError } from '../errors';
import { BackOff } from './back-off';

/** Receives the outcome of each call before its callers do. */
export interface Outcome<Value> {
  succeeded?(value: Value): void;
  failed(error: GenesysAuthError): void;
}

/**
 * Makes one call at a time and shares its outcome between all callers. A caller that unsubscribes does not end the call. After
 * failures there is a pause, see {@link BackOff}.
 */
export class SingleFlight<Value> {
  readonly #outcome: Outcome<Value>;
  readonly #backOff = new BackOff();
  #pending: AsyncSubject<Value> | undefined;
  #subscription = Subscription.EMPTY;

  constructor(outcome: Outcome<Value>) {
    this.#outcome = outcome;
  }

  /** The outcome of the call that is under way. */
  pending(): Observable<Value> | undefined {
    return this.#pending;
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
            this.#outcome.succeeded?.(value);
            pending.next(value);
            pending.complete();
          },
          error: (error: GenesysAuthError) => {
            this.#pending = undefined;
            this.#backOff.failed(error);
            this.#outcome.failed(error);
            pending.error(error);
          }
        })
      );
    });
    return pending;
  }

  /**
   * Ends the call that is under way, and the pause.
   *
   * @returns the callers, which still wait for an outcome
   */
  cancel(): Pick<AsyncSubject<Value>, 'error'> | undefined {
    const callers = this.#pending;
    this.#pending = undefined;
    this.#subscription.unsubscribe();
    this.#backOff.reset();
    return callers;
  }
}

/** The error of calls and requests that were pending when `clear()` was called. */
export const signedOut = () => authError('signed_out');
