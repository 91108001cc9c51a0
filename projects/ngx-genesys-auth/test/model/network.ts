import {
  type HttpBackend,
  HttpErrorResponse,
  type HttpEvent,
  HttpEventType,
  HttpHeaders,
  type HttpRequest,
  HttpResponse
} from '@angular/common/http';
import { Observable, type Subscriber } from 'rxjs';

/** When something happens: in true time, and after how many calls of clear(). */
export interface Now {
  readonly realMs: number;
  readonly generation: number;
}

/** A request that has left the app and waits for its answer. */
export class Call {
  readonly request: HttpRequest<unknown>;
  /** What the oracle notes about it. */
  readonly sentAtMs: number;
  readonly generation: number;
  readonly #subscriber: Subscriber<HttpEvent<unknown>>;
  readonly #network: Network;

  constructor(
    request: HttpRequest<unknown>,
    subscriber: Subscriber<HttpEvent<unknown>>,
    network: Network,
    { realMs, generation }: Now
  ) {
    this.request = request;
    this.#subscriber = subscriber;
    this.#network = network;
    this.sentAtMs = realMs;
    this.generation = generation;
  }

  succeed(body: unknown): void {
    // It is answered: whatever the app does on receiving the answer comes later.
    this.#network.open.delete(this);
    this.#subscriber.next(new HttpResponse({ status: 200, body }));
    this.#subscriber.complete();
  }

  /** @param status 0 where the network fails */
  fail(status: number, body: unknown = null, headers: Record<string, string> = {}): void {
    this.#network.open.delete(this);
    this.#subscriber.error(
      new HttpErrorResponse({ status, error: body, headers: new HttpHeaders(headers), url: this.request.url })
    );
  }
}

/** The network of the app: it keeps what was sent until somebody answers or the app leaves. */
export class Network implements HttpBackend {
  readonly open = new Set<Call>();
  readonly #now: () => Now;
  readonly #sent: (call: Call) => void;

  constructor(now: () => Now, sent: (call: Call) => void) {
    this.#now = now;
    this.#sent = sent;
  }

  handle(request: HttpRequest<unknown>): Observable<HttpEvent<unknown>> {
    return new Observable((subscriber) => {
      const call = new Call(request, subscriber, this, this.#now());
      this.open.add(call);
      subscriber.add(() => this.open.delete(call));
      subscriber.next({ type: HttpEventType.Sent });
      if (!subscriber.closed) this.#sent(call);
    });
  }
}
