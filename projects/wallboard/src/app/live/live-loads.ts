import { DestroyRef, Injectable, computed, effect, inject, signal } from '@angular/core';
import { toObservable } from '@angular/core/rxjs-interop';
import { GenesysNotifications, type QueueObservationsBody } from 'ngx-genesys-auth/notifications';
import {
  EMPTY,
  type Observable,
  Subject,
  type Subscription,
  catchError,
  defer,
  filter,
  finalize,
  map,
  merge,
  skip
} from 'rxjs';
import { type QueueLoad, QUIET } from '../api/load';
import { applyEvent } from '../api/load-event';
import { BoardData } from './board-data';

type Loads = ReadonlyMap<string, QueueLoad>;

/** What an event makes of the figures. */
type Change = (loads: Loads) => Loads;

/** The figures of the queues by events, between one look and the next. */
@Injectable({ providedIn: 'root' })
export class LiveLoads {
  readonly #notifications = inject(GenesysNotifications);
  readonly #data = inject(BoardData);
  readonly #topics = new Map<string, Subscription>();
  readonly #refused = signal<ReadonlySet<string>>(new Set());
  /** Events of every queue come. */
  readonly #come = computed(() => this.#notifications.state() === 'live' && this.#refused().size === 0);
  /** Some may have been missed, and no look that began later has ended. */
  readonly #behind = signal(true);
  readonly #missed = new Subject<void>();
  /** What events told since a look began. */
  #meanwhile: Change[] | undefined;

  /** Events tell what happens, from figures on that miss nothing. */
  readonly isLive = computed(() => this.#come() && !this.#behind());
  /** Events tell what happens, and a look is due for what they told before. */
  readonly isBehind = computed(() => this.#come() && this.#behind());
  /** A look makes good for it: events begin, end, or had a hole. */
  readonly missed$: Observable<unknown> = merge(
    this.#missed,
    toObservable(this.#come).pipe(
      skip(1),
      filter((come) => !come)
    )
  );

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
      this.#refused.update((refused) => new Set([...refused].filter((one) => one !== id)));
    }
    for (const id of queueIds) if (!this.#topics.has(id)) this.#topics.set(id, this.#listen(id));
  }

  /**
   * What a look brings, with the events on top that came while it was under way: an answer is older than they are.
   *
   * @param look asks once for the figures of all queues
   */
  withEvents(look: Observable<Loads>): Observable<Loads> {
    return defer(() => {
      const meanwhile: Change[] = [];
      this.#meanwhile = meanwhile;
      let missed = false;
      const watch = this.#missed.subscribe(() => (missed = true));
      return look.pipe(
        map((loads) => {
          if (!missed) this.#behind.set(false);
          return meanwhile.reduce((before, change) => change(before), loads);
        }),
        finalize(() => {
          watch.unsubscribe();
          if (this.#meanwhile === meanwhile) this.#meanwhile = undefined;
        })
      );
    });
  }

  #listen(id: string): Subscription {
    const topic = `v2.analytics.queues.${id}.observations` as const;
    const events = this.#notifications.topic(topic).pipe(
      // A queue whose events this client may not receive is read like all queues.
      catchError(() => {
        this.#refused.update((refused) => new Set([...refused, id]));
        return EMPTY;
      })
    );
    // The board reads the figures itself, of all queues at once: it only needs to know when.
    const subscription = this.#notifications.readNow$(topic).subscribe(() => {
      this.#miss();
    });
    subscription.add(
      events.subscribe(({ eventBody }) => {
        this.#tell(id, eventBody);
      })
    );
    return subscription;
  }

  #miss(): void {
    this.#behind.set(true);
    this.#missed.next();
  }

  #tell(id: string, body: QueueObservationsBody): void {
    const change: Change = (loads) => new Map([...loads, [id, applyEvent(loads.get(id) ?? QUIET, body)]]);
    this.#meanwhile?.push(change);
    this.#data.changeLoads(change, Date.now());
  }
}
