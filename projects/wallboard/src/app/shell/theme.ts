import { DOCUMENT, Injectable, computed, effect, inject, signal } from '@angular/core';
import { toSignal } from '@angular/core/rxjs-interop';
import { EMPTY, fromEvent, map, startWith } from 'rxjs';

/** What the viewer chose; `auto` follows the system. */
export type Theme = 'auto' | 'light' | 'dark';

export const THEMES: readonly Theme[] = ['auto', 'light', 'dark'];

const KEY = 'wallboard.theme';

/** The theme of the page, remembered in this browser. */
@Injectable({ providedIn: 'root' })
export class ThemeChoice {
  readonly #root = inject(DOCUMENT).documentElement;
  readonly #window = inject(DOCUMENT).defaultView;
  readonly #chosen = signal<Theme>(this.#remembered());
  readonly #systemIsDark = this.#followSystem();

  readonly chosen = this.#chosen.asReadonly();
  /** What is on screen. */
  readonly shown = computed(() => {
    const chosen = this.#chosen();
    return chosen === 'auto' ? (this.#systemIsDark() ? 'dark' : 'light') : chosen;
  });

  constructor() {
    effect(() => {
      this.#root.dataset['theme'] = this.#chosen();
    });
  }

  choose(theme: Theme): void {
    this.#chosen.set(theme);
    try {
      this.#window?.localStorage.setItem(KEY, theme);
    } catch {
      // Storage may be switched off; then the choice lasts as long as the page.
    }
  }

  #remembered(): Theme {
    try {
      const stored = this.#window?.localStorage.getItem(KEY);
      return THEMES.find((theme) => theme === stored) ?? 'auto';
    } catch {
      return 'auto';
    }
  }

  #followSystem() {
    // jsdom and very old browsers have no matchMedia.
    const query =
      typeof this.#window?.matchMedia === 'function' ? this.#window.matchMedia('(prefers-color-scheme: dark)') : null;
    const changes = query === null ? EMPTY : fromEvent(query, 'change').pipe(startWith(null));
    return toSignal(changes.pipe(map(() => query?.matches ?? false)), { initialValue: query?.matches ?? false });
  }
}
