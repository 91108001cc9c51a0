import { httpResource } from '@angular/common/http';
import { type Signal, computed, linkedSignal } from '@angular/core';
import { type Failure, describeFailure } from '../live/failure';

/** Something that is read from the API again and again. */
export interface Reading<T> {
  /** The last answer. It stays while a later reading fails. */
  readonly value: Signal<T | undefined>;
  /** Why the last reading failed. */
  readonly failure: Signal<Failure | undefined>;
  reload(): void;
}

/**
 * Reads a URL of the API, at once and on each `reload()`. Call it in an injection context.
 *
 * @param url `undefined` while it must not be read
 * @param parse reads the answer
 */
export function reading<T>(url: () => string | undefined, parse: (answer: unknown) => T): Reading<T> {
  const resource = httpResource(url, { parse });
  return {
    value: linkedSignal<T | undefined, T | undefined>({
      source: () => (resource.hasValue() ? resource.value() : undefined),
      computation: (value, previous) => value ?? previous?.value
    }),
    failure: computed(() => {
      const error = resource.error();
      return error === undefined ? undefined : describeFailure(error, Date.now());
    }),
    reload: () => {
      resource.reload();
    }
  };
}
