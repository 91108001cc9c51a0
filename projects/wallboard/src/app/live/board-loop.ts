import { DestroyRef, Injectable, inject } from '@angular/core';
import { takeUntilDestroyed } from '@angular/core/rxjs-interop';
import {
  EMPTY,
  type Observable,
  Subject,
  catchError,
  combineLatest,
  concat,
  defer,
  filter,
  finalize,
  ignoreElements,
  merge,
  repeat,
  startWith,
  switchMap,
  tap,
  timer
} from 'rxjs';
import { GenesysApi, requestsFor } from '../api/genesys-api';
import { BoardData } from './board-data';
import { Page } from './page';
import { LiveLoads } from './live-loads';
import { LIVE_LOADS_MS, QUEUES_MS, SERVICE_MS, gapAfter, pauseAfter, pauseAfterFailure } from './pacing';

/**
 * Reads Genesys Cloud repeatedly: one reading after the other, never two at once; none while the page is hidden;
 * less often after failures, and not before the time that the server asks for. A look reads what is due: while events tell the
 * figures, those are due rarely, and at once when some may have been missed.
 */
@Injectable({ providedIn: 'root' })
export class BoardLoop {
  readonly #api = inject(GenesysApi);
  readonly #data = inject(BoardData);
  readonly #page = inject(Page);
  readonly #live = inject(LiveLoads);
  readonly #destroyed = inject(DestroyRef);
  readonly #wake = new Subject<void>();
  #failures = 0;
  #pauseMs = 0;
  #looking = false;
  #lastLookAt = 0;
  /** The server asked not to be called before this moment; nobody's impatience changes that. */
  #notBefore = 0;
  #queuesDueAt = 0;
  #loadsDueAt = 0;
  #serviceDueAt = 0;
  #organizationDueAt = 0;

  /**
   * Starts looking; ends with the application.
   *
   * @param mayRead$ whether to read at the moment
   */
  start(mayRead$: Observable<boolean> = this.#page.visible$): void {
    // Where events may have been missed, a look makes good for it: the next one, if one is under way or has just failed.
    const missed$ = this.#live.missed$.pipe(filter(() => !this.#looking && this.#failures === 0));
    const wakes = merge(this.#wake, this.#page.online$, missed$).pipe(startWith(null));
    combineLatest([mayRead$, wakes])
      .pipe(
        switchMap(([mayRead]) => (mayRead ? this.#resume() : EMPTY)),
        takeUntilDestroyed(this.#destroyed)
      )
      .subscribe();
  }

  /** Looks now, unless the server asked to be left alone. */
  retryNow(): void {
    this.#wake.next();
  }

  #resume(): Observable<never> {
    return defer(() => {
      const now = Date.now();
      const waitMs = Math.max(0, this.#notBefore - now, this.#lastLookAt + gapAfter(this.#requests()) - now);
      return concat(timer(waitMs).pipe(ignoreElements()), this.#lookForEver());
    });
  }

  #lookForEver(): Observable<never> {
    return defer(() => this.#look()).pipe(repeat({ delay: () => timer(this.#pauseMs) }));
  }

  #look(): Observable<never> {
    this.#lastLookAt = Date.now();
    this.#looking = true;
    return concat(
      defer(() => this.#readQueues()),
      defer(() => this.#readLoads()),
      defer(() => this.#readService()),
      defer(() => this.#readOrganization())
    ).pipe(
      ignoreElements(),
      tap({
        complete: () => {
          this.#succeeded();
        }
      }),
      catchError((error: unknown) => {
        this.#failed(error);
        return EMPTY;
      }),
      finalize(() => {
        this.#looking = false;
      })
    );
  }

  #readQueues(): Observable<unknown> {
    if (Date.now() < this.#queuesDueAt) return EMPTY;
    return this.#api.queues().pipe(
      tap((queues) => {
        this.#data.setQueues(queues);
        this.#live.follow(queues.map(({ id }) => id));
        this.#queuesDueAt = Date.now() + QUEUES_MS;
      })
    );
  }

  #readLoads(): Observable<unknown> {
    if (this.#live.isLive() && Date.now() < this.#loadsDueAt) {
      this.#data.sample(Date.now());
      return EMPTY;
    }
    return this.#live.withEvents(this.#api.loads(this.#queueIds())).pipe(
      tap((loads) => {
        this.#data.setLoads(loads, Date.now());
        this.#loadsDueAt = Date.now() + LIVE_LOADS_MS;
      })
    );
  }

  #readService(): Observable<unknown> {
    const now = Date.now();
    if (now < this.#serviceDueAt) return EMPTY;
    return this.#api.service(this.#queueIds(), now).pipe(
      tap((service) => {
        this.#data.setService(service);
        this.#serviceDueAt = Date.now() + SERVICE_MS;
      })
    );
  }

  /** Last, and its failure is not the board's: a board without the name in its corner is still a board. */
  #readOrganization(): Observable<unknown> {
    if (Date.now() < this.#organizationDueAt) return EMPTY;
    this.#organizationDueAt = Date.now() + QUEUES_MS;
    return this.#api.organizationName().pipe(
      tap((name) => {
        this.#data.setOrganization(name);
      }),
      catchError(() => EMPTY)
    );
  }

  #queueIds(): readonly string[] {
    return (this.#data.queues() ?? []).map((queue) => queue.id);
  }

  /** Two kinds of query, the second one less often: counted as if it came every time, to be on the safe side. */
  #requests(): number {
    return 2 * requestsFor(this.#queueIds().length);
  }

  #succeeded(): void {
    this.#failures = 0;
    this.#notBefore = 0;
    this.#pauseMs = (this.#live.isBehind() ? gapAfter : pauseAfter)(this.#requests());
    this.#data.succeeded();
  }

  #failed(error: unknown): void {
    const now = Date.now();
    this.#failures += 1;
    const { retryAfterMs } = this.#data.failed(error, now);
    this.#pauseMs = pauseAfterFailure(this.#failures, retryAfterMs, Math.random());
    if (retryAfterMs !== undefined) this.#notBefore = now + retryAfterMs;
    this.#data.willRetry(now + this.#pauseMs);
  }
}
