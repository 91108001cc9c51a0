import type { GenesysAuthError } from '../errors';
import { type Moment, now, since } from './moment';

const FIRST_PAUSE_MS = 1000;
const LONGEST_PAUSE_MS = 5000;
const LONGEST_OFFLINE_PAUSE_MS = 60_000;
const LONGEST_RETRY_AFTER_MS = 60_000;

/**
 * The time after failed renewals in which the relay is left alone and the last error is told again. One failure is
 * forgiven at once, so that a blip is over with the next request; from the second on the pause is 1, 2, 4 and then 5 s,
 * so that a relay that is down is neither stormed nor found to be back much later than it is. A `Retry-After` counts.
 *
 * While the browser says that it is offline the pause grows to a minute, and ends as soon as it says otherwise. It is asked
 * only between attempts, never instead of one: some systems say offline where a relay can be reached.
 */
export class Pause {
  #failures = 0;
  #from: Moment | undefined;
  #lengthMs = 0;
  #error: GenesysAuthError | undefined;
  #offline = false;

  /** The error to tell instead of calling the relay, or `undefined` if it may be called. */
  error(): GenesysAuthError | undefined {
    if (this.#offline && !isOffline()) this.reset();
    return this.#from && since(this.#from) < this.#lengthMs ? this.#error : undefined;
  }

  failed(error: GenesysAuthError): void {
    this.#offline = isOffline();
    const longest = this.#offline ? LONGEST_OFFLINE_PAUSE_MS : LONGEST_PAUSE_MS;
    const own = this.#failures === 0 ? 0 : Math.min(FIRST_PAUSE_MS * 2 ** (this.#failures - 1), longest);
    const asked = Math.min((error.retryAfterSeconds ?? 0) * 1000, LONGEST_RETRY_AFTER_MS);
    this.#failures++;
    this.#from = now();
    this.#lengthMs = Math.max(own, asked);
    this.#error = error;
  }

  reset(): void {
    this.#failures = 0;
    this.#offline = false;
    this.#from = this.#error = undefined;
  }
}

/** Some runtimes have no navigator, and know nothing of a network. */
const isOffline = (): boolean => (globalThis.navigator as Navigator | undefined)?.onLine === false;
