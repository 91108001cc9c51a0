import { DOCUMENT, Injectable, inject } from '@angular/core';
import { type Observable, distinctUntilChanged, fromEvent, map, startWith } from 'rxjs';

/** What the browser says about the page: whether anyone can see it, and whether the network came back. */
@Injectable({ providedIn: 'root' })
export class Page {
  readonly #document = inject(DOCUMENT);

  readonly visible$: Observable<boolean> = fromEvent(this.#document, 'visibilitychange').pipe(
    startWith(null),
    map(() => this.#document.visibilityState !== 'hidden'),
    distinctUntilChanged()
  );

  readonly online$: Observable<Event> = fromEvent(this.#document.defaultView ?? this.#document, 'online');
}
