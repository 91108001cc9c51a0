import type { GenesysAuthError } from '../errors';
import { type Moment, now, since } from './moment';

const FIRST_PAUSE_MS = 1000;
const LONGEST_PAUSE_MS = 5000;
const LONGEST_RETRY_AFTER_MS = 60_000;

/**
 * The time after failed renewals in which the relay is left alone and the last error is told again. One failure is
 * forgiven at once, so that a blip is over with the next request; from the second on the pause is 1, 2, 4 and then 5 s,
 * so that a relay that is down is neither stormed nor found to be back much later than it is. A `Retry-After` counts.
 */
export class Pause {
  #failures = 0;
  #from: Moment | undefined;
  #lengthMs = 0;
  #error: GenesysAuthError | undefined;

  /** The error to tell instead of calling the relay, or `undefined` if it may be called. */
  error(): GenesysAuthError | undefined {
    return this.#from && since(this.#from) < this.#lengthMs ? this.#error : undefined;
  }

  failed(error: GenesysAuthError): void {
    const own = this.#failures === 0 ? 0 : Math.min(FIRST_PAUSE_MS * 2 ** (this.#failures - 1), LONGEST_PAUSE_MS);
    const asked = Math.min((error.retryAfterSeconds ?? 0) * 1000, LONGEST_RETRY_AFTER_MS);
    this.#failures++;
    this.#from = now();
    this.#lengthMs = Math.max(own, asked);
    this.#error = error;
  }

  reset(): void {
    this.#failures = 0;
    this.#from = this.#error = undefined;
  }
}
