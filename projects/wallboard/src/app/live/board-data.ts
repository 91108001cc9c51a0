import { Injectable, computed, inject, signal } from '@angular/core';
import type { QueueLoad } from '../api/load';
import type { Queue } from '../api/queue';
import type { ServiceHistory } from '../api/service';
import { ALL_QUEUES, type BoardRow, toRows, totalOf } from '../board/row';
import { Clock } from './clock';
import { connectionOf, isFresh } from './connection';
import { type Failure, describeFailure } from './failure';
import { type Sample, remember } from './sample';

/** Everything the board shows, as signals. The loop writes, the components read. */
@Injectable({ providedIn: 'root' })
export class BoardData {
  readonly #clock = inject(Clock);
  readonly #organization = signal<string | null>(null);
  readonly #queues = signal<readonly Queue[] | null>(null);
  readonly #loads = signal<ReadonlyMap<string, QueueLoad>>(new Map());
  readonly #service = signal<ServiceHistory>(new Map());
  readonly #samples = signal<readonly Sample[]>([]);
  readonly #updatedAt = signal<number | null>(null);
  readonly #failure = signal<Failure | null>(null);
  readonly #retryAt = signal<number | null>(null);
  readonly #live = signal(false);
  readonly #selectedId = signal<string>(ALL_QUEUES);

  readonly organization = this.#organization.asReadonly();
  readonly live = this.#live.asReadonly();
  readonly samples = this.#samples.asReadonly();
  readonly updatedAt = this.#updatedAt.asReadonly();
  readonly failure = this.#failure.asReadonly();
  readonly retryAt = this.#retryAt.asReadonly();
  /** `null` until the list of queues has been read once. */
  readonly queues = this.#queues.asReadonly();
  /** There are figures to show. */
  readonly ready = computed(() => this.#updatedAt() !== null);
  readonly rows = computed(() => toRows(this.#queues() ?? [], this.#loads(), this.#service()));
  readonly total = computed(() => totalOf(this.rows()));
  /** The row whose trend is shown: a queue, or the total. */
  readonly selected = computed<BoardRow>(
    () => this.rows().find((row) => row.id === this.#selectedId()) ?? this.total()
  );
  readonly connection = computed(() =>
    connectionOf(this.#updatedAt(), this.#failure(), this.#retryAt(), this.#clock.now(), this.#live())
  );
  readonly fresh = computed(() => isFresh(this.connection()));
  /** There are figures, but they are old. */
  readonly stale = computed(() => this.ready() && !this.fresh());
  /** The moment the figures speak of: now, or when they were read, for old ones. No wait is made up. */
  readonly asOf = computed(() => (this.fresh() ? this.#clock.now() : (this.#updatedAt() ?? this.#clock.now())));

  select(rowId: string): void {
    this.#selectedId.set(rowId);
  }

  setOrganization(name: string | undefined): void {
    this.#organization.set(name ?? null);
  }

  setQueues(queues: readonly Queue[]): void {
    this.#queues.set(queues);
  }

  setService(service: ServiceHistory): void {
    this.#service.set(service);
  }

  /** Takes new figures over. @param at when they were read, in epoch milliseconds */
  setLoads(loads: ReadonlyMap<string, QueueLoad>, at: number): void {
    this.#loads.set(loads);
    this.#updatedAt.set(at);
    this.sample(at);
  }

  /** Remembers the figures as they are, for the trend. */
  sample(at: number): void {
    this.#samples.update((samples) => remember(samples, [this.total(), ...this.rows()], at));
  }

  /** Takes new figures over, as an event tells them. Ignored before the first look. */
  changeLoads(change: (loads: ReadonlyMap<string, QueueLoad>) => ReadonlyMap<string, QueueLoad>, at: number): void {
    if (this.#updatedAt() === null) return;
    this.#loads.update(change);
    // As long as some may have been missed, the figures are as old as the last look.
    if (this.#live()) this.#updatedAt.set(at);
  }

  /** Whether events tell what happens between looks. */
  setLive(live: boolean): void {
    this.#live.set(live);
  }

  succeeded(): void {
    this.#failure.set(null);
    this.#retryAt.set(null);
  }

  /** Notes that a look failed; what was read before stays. */
  failed(error: unknown, at: number): Failure {
    const failure = describeFailure(error, at);
    this.#failure.set(failure);
    return failure;
  }

  /** @param at when the board looks again, in epoch milliseconds */
  willRetry(at: number): void {
    this.#retryAt.set(at);
  }
}
