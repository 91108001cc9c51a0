import type { HttpEvent } from '@angular/common/http';
import { type Observable, Subscriber, defer } from 'rxjs';

type Events = Observable<HttpEvent<unknown>>;

/** One attempt of a request: hands on what comes, and after an error what `instead` gives. */
class Attempt extends Subscriber<HttpEvent<unknown>> {
  readonly #instead: (response: unknown) => Events;

  constructor(subscriber: Subscriber<HttpEvent<unknown>>, instead: (response: unknown) => Events) {
    // eslint-disable-next-line @typescript-eslint/no-deprecated -- how RxJS itself chains subscribers; see orElse()
    super(subscriber);
    this.#instead = instead;
  }

  protected override _error(response: unknown): void {
    try {
      // eslint-disable-next-line @typescript-eslint/no-deprecated -- as above
      defer(() => this.#instead(response)).subscribe(this.destination);
    } finally {
      this.unsubscribe();
    }
  }
}

/**
 * What `catchError` does, for less: it stands in the way of each request, nearly all of which have no error, and `catchError`
 * makes three functions for each.
 */
export const orElse = (events: Events, instead: (response: unknown) => Events): Events =>
  // eslint-disable-next-line @typescript-eslint/no-deprecated -- how RxJS itself makes operators
  events.lift({
    call: (subscriber, source: Events) => source.subscribe(new Attempt(subscriber, instead))
  });
