import { DOCUMENT, DestroyRef, Injectable, inject, signal } from '@angular/core';

/** The time as a signal, once a second, for everything that counts up or down. It rests while the page is hidden. */
@Injectable({ providedIn: 'root' })
export class Clock {
  readonly #document = inject(DOCUMENT);
  readonly #now = signal(Date.now());
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** Epoch milliseconds, new every second. */
  readonly now = this.#now.asReadonly();

  constructor() {
    const onVisibility = () => {
      this.#tick();
    };
    this.#document.addEventListener('visibilitychange', onVisibility);
    inject(DestroyRef).onDestroy(() => {
      clearTimeout(this.#timer);
      this.#document.removeEventListener('visibilitychange', onVisibility);
    });
    this.#tick();
  }

  #tick(): void {
    clearTimeout(this.#timer);
    const now = Date.now();
    this.#now.set(now);
    if (this.#document.visibilityState === 'hidden') return;
    // Aligned to the full second, so that the clock on the wall does not skip one.
    this.#timer = setTimeout(
      () => {
        this.#tick();
      },
      1000 - (now % 1000)
    );
  }
}
