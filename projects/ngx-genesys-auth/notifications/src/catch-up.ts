import { HttpErrorResponse } from '@angular/common/http';
import { GenesysAuthError, ɵstopwatch as stopwatch } from 'ngx-genesys-auth';
import { Observable, Subscription, defer, retry, switchMap, throwError, timer } from 'rxjs';
import { askedMs, askedSeconds } from './retry-after';

/** What {@link GenesysNotifications.withCatchUp} emits without a function that applies events. */
export type CaughtUp<S, E> =
  { readonly type: 'state'; readonly state: S } | { readonly type: 'event'; readonly event: E };

/** So many events are kept while the state is being read; with more it is read again. */
const MOST_HELD = 10_000;
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 30_000;

/**
 * Reads a state at the start and after each gap, and passes events on between: those that come while it is being read come
 * after it. So a state and its events never overtake each other.
 *
 * @param fresh when the state has to be read
 * @param outside does something outside of Angular's zone
 */
export function catchUp<S, E>(
  events: Observable<E>,
  fresh: Observable<unknown>,
  read: () => Observable<S>,
  outside: <T>(work: () => T) => T
): Observable<CaughtUp<S, E>> {
  return new Observable((listener) => {
    /** Events since the reading began; `undefined` while nothing is being read and the state is known. */
    let held: E[] | undefined = [];
    let reading = Subscription.EMPTY;
    /** How much longer the server asks not to be called, in milliseconds: that holds for a reading after a gap, too. */
    let asked = nothing;
    const pause = (ms: number): Observable<unknown> =>
      new Observable((waiting) => outside(() => timer(ms).subscribe(waiting)));
    const rest = (error: unknown, attempt: number): Observable<unknown> => {
      if (!passes(error)) return throwError(() => error);
      const [askedFor, age] = [askedMs(askedSeconds(error)), stopwatch()];
      asked = () => askedFor - age();
      return pause(Math.max(askedFor, pauseMs(attempt)));
    };
    const begin = (): void => {
      reading.unsubscribe();
      held = [];
      const first = defer(() => (asked() > 0 ? pause(asked()).pipe(switchMap(read)) : read()));
      reading = first.pipe(retry({ delay: rest })).subscribe({
        next: (state) => {
          const late = held ?? [];
          held = undefined;
          asked = nothing;
          listener.next({ type: 'state', state });
          for (const event of late) listener.next({ type: 'event', event });
        },
        error: (error: unknown) => {
          listener.error(error);
        }
      });
    };
    const all = new Subscription();
    all.add(fresh.subscribe(begin));
    all.add(
      events.subscribe({
        next: (event) => {
          if (!held) listener.next({ type: 'event', event });
          else if (held.push(event) > MOST_HELD) begin();
        },
        error: (error: unknown) => {
          listener.error(error);
        },
        complete: () => {
          listener.complete();
        }
      })
    );
    all.add(() => {
      reading.unsubscribe();
    });
    return all;
  });
}

const nothing = (): number => 0;

/** Whether a failed reading may work later. */
function passes(error: unknown): boolean {
  if (error instanceof GenesysAuthError)
    return /^(relay_(unreachable|timeout|rate_limited|unavailable)|api_rate_limited|token_rejected)$/.test(error.code);
  if (!(error instanceof HttpErrorResponse)) return error instanceof Error && error.name === 'TimeoutError';
  return error.status === 0 || error.status === 401 || error.status === 429 || error.status >= 500;
}

const pauseMs = (attempt: number): number => Math.random() * Math.min(FIRST_PAUSE_MS * 2 ** attempt, LONGEST_PAUSE_MS);
