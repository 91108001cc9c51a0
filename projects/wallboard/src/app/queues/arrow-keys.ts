import { Directive, ElementRef, inject } from '@angular/core';

/** Moves the focus between the `[data-stop]` elements inside of its host with the arrow keys, Home and End. */
@Directive({
  selector: '[wbArrowKeys]',
  host: { '(keydown)': 'onKey($event)' }
})
export class ArrowKeys {
  readonly #host = inject<ElementRef<HTMLElement>>(ElementRef);

  protected onKey(event: KeyboardEvent): void {
    if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const stops = [...this.#host.nativeElement.querySelectorAll<HTMLElement>('[data-stop]')];
    const here = stops.findIndex((stop) => stop === event.target);
    if (here === -1) return;
    const next = stops[nextIndex(event.key, here, stops.length)];
    if (next === undefined) return;
    event.preventDefault();
    next.focus();
  }
}

function nextIndex(key: string, here: number, length: number): number {
  switch (key) {
    case 'ArrowDown':
      return Math.min(here + 1, length - 1);
    case 'ArrowUp':
      return Math.max(here - 1, 0);
    case 'Home':
      return 0;
    case 'End':
      return length - 1;
    default:
      return -1;
  }
}
