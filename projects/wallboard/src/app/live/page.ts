import { DOCUMENT, Injectable, inject } from '@angular/core';
import {
  type Observable,
  combineLatest,
  concat,
  defer,
  distinctUntilChanged,
  fromEvent,
  map,
  merge,
  of,
  startWith,
  switchMap,
  throttleTime,
  timer
} from 'rxjs';
import { UNATTENDED_AFTER_MS } from './pacing';

// Not `pointermove` and `scroll`: browsers also send them when the layout changes.
const INPUT_EVENTS = ['pointerdown', 'keydown', 'wheel'];

/** What the browser says about the page: whether anyone can see or use it, and whether the network came back. */
@Injectable({ providedIn: 'root' })
export class Page {
  readonly #document = inject(DOCUMENT);

  readonly visible$: Observable<boolean> = fromEvent(this.#document, 'visibilitychange').pipe(
    startWith(null),
    map(() => this.#document.visibilityState !== 'hidden'),
    distinctUntilChanged()
  );

  /** Whether someone uses the page: it is visible, and there was input a short time ago. */
  readonly attended$: Observable<boolean> = combineLatest([this.visible$, defer(() => this.#hasRecentInput())]).pipe(
    map(([isVisible, hasRecentInput]) => isVisible && hasRecentInput),
    distinctUntilChanged()
  );

  readonly online$: Observable<Event> = fromEvent(this.#document.defaultView ?? this.#document, 'online');

  #hasRecentInput(): Observable<boolean> {
    const input = INPUT_EVENTS.map((type) => fromEvent(this.#document, type, { capture: true, passive: true }));
    return merge(...input).pipe(
      throttleTime(1_000),
      startWith(null),
      switchMap(() => concat(of(true), timer(UNATTENDED_AFTER_MS).pipe(map(() => false))))
    );
  }
}
