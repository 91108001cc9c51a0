import type { ɵGenesysAuthCore as GenesysAuthCore } from 'ngx-genesys-auth';
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
  readonly #core: Pick<GenesysAuthCore, 'tokens' | 'state'>;
  readonly #renewed: () => void;
  #endsAt = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #call: Subscription | undefined;

  constructor(core: Pick<GenesysAuthCore, 'tokens' | 'state'>, renewed: () => void) {
    this.#core = core;
    this.#renewed = renewed;
  }

  /** @param endsAt when the token ends, milliseconds since the epoch */
  begin(endsAt: number | undefined): void {
    this.end();
    if (endsAt === undefined) return;
    this.#endsAt = endsAt;
    this.#again(endsAt - AHEAD_MS - Date.now());
  }

  end(): void {
    clearTimeout(this.#timer);
    this.#call?.unsubscribe();
  }

  #again(ms: number): void {
    this.#timer = setTimeout(
      () => {
        // A timer that was cut short, or came after a sleep, looks at the clock.
        const early = this.#endsAt - AHEAD_MS - Date.now();
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
      // The relay may hand out the same token until it has renewed it itself.
      const left = this.#endsAt - Date.now();
      if (left > 0) this.#again(left / 2);
    };
    this.#call = this.#core.tokens.renew().subscribe({
      next: () => {
        if (this.#hasNewer()) this.#renewed();
        else later();
      },
      error: later
    });
  }

  #hasNewer(): boolean {
    return (this.#core.state.shown.expiresAt()?.getTime() ?? 0) > this.#endsAt + WORTH_MS;
  }
}
