import { DestroyRef, Injectable, computed, effect, inject } from '@angular/core';
import { toObservable } from '@angular/core/rxjs-interop';
import { GenesysNotifications } from 'ngx-genesys-auth/notifications';
import { EMPTY, type Observable, type Subscription, catchError, filter, map, merge, skip } from 'rxjs';
import { applyEvent } from '../api/load-event';
import { BoardData } from './board-data';

/** The figures of the queues by events, between one look and the next. */
@Injectable({ providedIn: 'root' })
export class LiveLoads {
  readonly #notifications = inject(GenesysNotifications);
  readonly #data = inject(BoardData);
  readonly #topics = new Map<string, Subscription>();

  /** Events come. */
  readonly isLive = computed(() => this.#notifications.state() === 'live');
  /** Something may have been missed: events begin, end, or had a hole. */
  readonly missed$: Observable<unknown> = merge(
    this.#notifications.gaps$,
    toObservable(this.isLive).pipe(
      skip(1),
      filter((live) => !live)
    )
  ).pipe(map(() => null));

  constructor() {
    inject(DestroyRef).onDestroy(() => {
      this.follow([]);
    });
    effect(() => {
      this.#data.setLive(this.isLive());
    });
  }

  /** Listens to these queues, and to no others. */
  follow(queueIds: readonly string[]): void {
    for (const [id, listening] of this.#topics) {
      if (queueIds.includes(id)) continue;
      listening.unsubscribe();
      this.#topics.delete(id);
    }
    for (const id of queueIds) if (!this.#topics.has(id)) this.#topics.set(id, this.#listen(id));
  }

  #listen(id: string): Subscription {
    return this.#notifications
      .topic(`v2.analytics.queues.${id}.observations`)
      .pipe(
        // A queue whose events this client may not have is looked at, as all are.
        catchError(() => EMPTY)
      )
      .subscribe(({ eventBody }) => {
        this.#data.changeLoad(id, (load) => applyEvent(load, eventBody), Date.now());
      });
  }
}
