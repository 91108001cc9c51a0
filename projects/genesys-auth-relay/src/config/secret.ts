import { inspect } from 'node:util';

const HIDDEN = '[secret]';

/**
 * A secret that does not show itself: no log line, no `JSON.stringify` and no `inspect` of the configuration holds the value.
 * Only {@link Secret.reveal} gives it. Call it where the value is used: in a request, a connection or a key.
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

  /** Takes over a new value, where the one it was read from has changed. */
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
