import type { ɵGenesysAuthCore as GenesysAuthCore, ɵLiveToken as LiveToken } from 'ngx-genesys-auth';
import type { Subscription } from 'rxjs';

/** So long before the end of its token a channel is replaced, milliseconds. */
const AHEAD_MS = 45_000;
/** A token that lives at least so much longer is worth another channel. */
const WORTH_MS = 30_000;
const SOONEST_MS = 5_000;
/** Timers take no longer delay. */
const LONGEST_MS = 2 ** 31 - 1;

/** Sees to it that there is a newer token before the one of a channel ends, and then says so, once. */
export class TokenWatch {
  readonly #tokens: GenesysAuthCore['tokens'];
  readonly #renewed: () => void;
  /** The token of the channel. */
  #token: LiveToken | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #call: Subscription | undefined;

  constructor(tokens: GenesysAuthCore['tokens'], renewed: () => void) {
    this.#tokens = tokens;
    this.#renewed = renewed;
  }

  /** @param token the token of the channel */
  begin(token: LiveToken | undefined): void {
    this.end();
    this.#token = token;
    if (token) this.#again(leftMs(token) - AHEAD_MS);
  }

  end(): void {
    clearTimeout(this.#timer);
    this.#call?.unsubscribe();
  }

  #again(ms: number): void {
    // clear() was called, perhaps by a subscriber of events$ during the renewal below.
    if (this.#token?.generation !== this.#tokens.generation()) return;
    this.#timer = setTimeout(
      () => {
        // A timer may be cut short, or fire after a sleep: the age of the token counts.
        const early = leftMs(this.#token) - AHEAD_MS;
        if (early > 0) this.#again(early);
        else this.#look();
      },
      Math.min(Math.max(ms, SOONEST_MS), LONGEST_MS)
    );
  }

  #look(): void {
    if (this.#hasNewer()) {
      this.#renewed();
      return;
    }
    const later = (): void => {
      // The relay may issue the same token until it has renewed it itself.
      const left = leftMs(this.#token);
      if (left > 0) this.#again(left / 2);
    };
    this.#call = this.#tokens.renew().subscribe({
      next: () => {
        if (this.#hasNewer()) this.#renewed();
        else later();
      },
      error: later
    });
  }

  #hasNewer(): boolean {
    return leftMs(this.#tokens.held()) > leftMs(this.#token) + WORTH_MS;
  }
}

/** How long a token is still valid, in milliseconds. Not by the wall clock alone, which somebody may set back. */
const leftMs = (token: LiveToken | undefined): number => (token ? Math.max(0, token.lifetimeMs - token.age()) : 0);
