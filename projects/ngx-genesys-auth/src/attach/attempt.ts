/* eslint-disable @typescript-eslint/no-deprecated -- RxJS calls it an implementation detail how its own operators are made */
import type { HttpEvent } from '@angular/common/http';
import { type Observable, Subscriber, defer } from 'rxjs';

type Event = HttpEvent<unknown>;
type Events = Observable<Event>;

/** One attempt of a request: hands on what comes, and after an error what `instead` gives. */
class Attempt extends Subscriber<Event> {
  readonly #instead: (response: unknown) => Events;

  constructor(subscriber: Subscriber<Event>, instead: (response: unknown) => Events) {
    super();
    this.destination = subscriber;
    this.#instead = instead;
  }

  protected override _error(response: unknown): void {
    try {
      defer(() => this.#instead(response)).subscribe(this.destination);
    } finally {
      this.unsubscribe();
    }
  }
}

/**
 * What `catchError` does, for less: it stands in the way of each request, nearly all of which have no error, and `catchError`
 * makes three functions for each. Who unsubscribes ends the attempt: what `call` returns belongs to the subscriber.
 */
export const orElse = (events: Events, instead: (response: unknown) => Events): Events =>
  // As in RxJS, the operator is a function, of which `call` is part.
  events.lift(function (this: Subscriber<Event>, source: Events) {
    return source.subscribe(new Attempt(this, instead));
  });
