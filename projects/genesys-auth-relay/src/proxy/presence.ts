import type { ServerResponse } from 'node:http';
import { whenClosed } from '../runtime/when-closed.ts';

/** Whether a caller is still there. For each request an `AbortController` would cost as much as finding its rights. */
export class Presence {
  #gone: boolean;
  #controller: AbortController | undefined;
  #whenGone: (() => void) | undefined;

  /** @param response where the caller waits for an answer */
  constructor(response: ServerResponse) {
    this.#gone = response.destroyed;
    whenClosed(response, () => {
      if (response.writableFinished) return;
      this.#gone = true;
      this.#controller?.abort();
      this.#whenGone?.();
    });
  }

  get gone(): boolean {
    return this.#gone;
  }

  /** For the few who wait. */
  get signal(): AbortSignal {
    this.#controller ??= new AbortController();
    if (this.#gone) this.#controller.abort();
    return this.#controller.signal;
  }

  /** Says what to do when the caller goes, in place of what was to be done before; at once if it has gone already. */
  whenGone(act: () => void): void {
    this.#whenGone = act;
    if (this.#gone) act();
  }
}
