import type { HttpEvent } from '@angular/common/http';
import { Observable, Subscriber, defer } from 'rxjs';

type Events = Observable<HttpEvent<unknown>>;

/** One attempt of a request: hands on what comes, and after an error what `instead` gives. */
class Attempt extends Subscriber<HttpEvent<unknown>> {
  readonly #subscriber: Subscriber<HttpEvent<unknown>>;
  readonly #instead: (response: unknown) => Events;

  constructor(subscriber: Subscriber<HttpEvent<unknown>>, instead: (response: unknown) => Events) {
    // eslint-disable-next-line @typescript-eslint/no-deprecated -- how RxJS itself chains subscribers; see orElse()
    super(subscriber);
    this.#subscriber = subscriber;
    this.#instead = instead;
  }

  protected override _error(response: unknown): void {
    try {
      defer(() => this.#instead(response)).subscribe(this.#subscriber);
    } finally {
      this.unsubscribe();
    }
  }
}

/**
 * What `catchError` does, for less: it stands in the way of each request, nearly all of which have no error, and `catchError`
 * makes three functions and a lifted observable for each.
 */
export const orElse = (events: Events, instead: (response: unknown) => Events): Events =>
  new Observable((subscriber) => events.subscribe(new Attempt(subscriber, instead)));
