import { HttpClient } from '@angular/common/http';
import { Injectable, inject } from '@angular/core';
import { EMPTY, type Observable, expand, forkJoin, map, of, reduce, timeout } from 'rxjs';
import { BOARD_CONFIG } from '../boot/board-config';
import { REQUEST_TIMEOUT_MS } from '../live/pacing';
import { record, text } from './json';
import { type QueueLoad, loadQuery, readLoads } from './load';
import { type Queue, type QueuePage, readQueuePage } from './queue';
import { type ServiceHistory, readService, serviceQuery } from './service';

/** Genesys Cloud gives at most this many entities a page. */
const PAGE_SIZE = 100;
/** A server whose page count never ends does not keep the board reading for ever. */
const MAX_PAGES = 100;
/** A query names at most this many queues; more go in several. */
const QUEUES_PER_QUERY = 100;

/**
 * The four calls of the board, with absolute URLs on the API's origin. There is nothing about tokens here: the library's
 * interceptor sees the origin and attaches one.
 */
@Injectable({ providedIn: 'root' })
export class GenesysApi {
  readonly #http = inject(HttpClient);
  readonly #base = `${inject(BOARD_CONFIG).apiOrigin}/api/v2`;

  /** Name of the organization the token belongs to. */
  organizationName(): Observable<string | undefined> {
    return this.#get('/organizations/me').pipe(map((answer) => text(record(answer)['name'])));
  }

  /** All queues, over all pages. */
  queues(): Observable<readonly Queue[]> {
    return this.#queuePage(1).pipe(
      expand((page) => (hasMore(page) ? this.#queuePage(page.pageNumber + 1) : EMPTY)),
      reduce<QueuePage, readonly Queue[]>((all, page) => [...all, ...page.queues], [])
    );
  }

  /** What happens on these queues right now. */
  loads(queueIds: readonly string[]): Observable<ReadonlyMap<string, QueueLoad>> {
    return this.#query('/analytics/queues/observations/query', queueIds, loadQuery, readLoads);
  }

  /** How these queues were served in the last hours. */
  service(queueIds: readonly string[], now: number): Observable<ServiceHistory> {
    const body = (ids: readonly string[]) => serviceQuery(ids, now);
    return this.#query('/analytics/conversations/aggregates/query', queueIds, body, readService);
  }

  #queuePage(pageNumber: number): Observable<QueuePage> {
    return this.#get(`/routing/queues?pageSize=${PAGE_SIZE}&pageNumber=${pageNumber}`).pipe(
      // The number that was asked for, not the one that was answered, decides what comes next.
      map((answer) => ({ ...readQueuePage(answer), pageNumber }))
    );
  }

  #get(path: string): Observable<unknown> {
    return this.#http.get<unknown>(this.#base + path).pipe(timeout(REQUEST_TIMEOUT_MS));
  }

  #query<T>(
    path: string,
    queueIds: readonly string[],
    body: (ids: readonly string[]) => object,
    read: (answer: unknown) => ReadonlyMap<string, T>
  ): Observable<ReadonlyMap<string, T>> {
    const calls = chunks(queueIds).map((ids) =>
      this.#http.post<unknown>(this.#base + path, body(ids)).pipe(timeout(REQUEST_TIMEOUT_MS), map(read))
    );
    if (calls.length === 0) return of(new Map());
    return forkJoin(calls).pipe(map((parts) => new Map(parts.flatMap((part) => [...part]))));
  }
}

/** How many requests a query about so many queues takes. */
export function requestsFor(queues: number): number {
  return Math.ceil(queues / QUEUES_PER_QUERY);
}

function hasMore(page: QueuePage): boolean {
  return page.queues.length > 0 && page.pageNumber < Math.min(page.pageCount, MAX_PAGES);
}

function chunks(ids: readonly string[]): readonly (readonly string[])[] {
  return Array.from({ length: requestsFor(ids.length) }, (_, part) =>
    ids.slice(part * QUEUES_PER_QUERY, (part + 1) * QUEUES_PER_QUERY)
  );
}
