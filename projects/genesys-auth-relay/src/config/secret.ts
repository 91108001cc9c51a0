import { inspect } from 'node:util';

const HIDDEN = '[secret]';

/**
 * A secret that logs, `JSON.stringify` and `inspect` do not show. Only {@link Secret.reveal} returns the value. Call it where the
 * value is used: for a request, a connection or a key.
 */
export class Secret {
  #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  /** The value itself. */
  reveal(): string {
    return this.#value;
  }

  /** Replaces the value, after its file has changed. */
  replace(value: string): void {
    this.#value = value;
  }

  toString(): string {
    return HIDDEN;
  }

  toJSON(): string {
    return HIDDEN;
  }

  [inspect.custom](): string {
    return HIDDEN;
  }
}
