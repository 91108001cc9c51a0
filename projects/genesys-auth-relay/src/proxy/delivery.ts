import type { IncomingHttpHeaders } from 'node:http';
import type { Dispatcher } from 'undici';
import type { Presence } from './presence.ts';
import type { AnswerSink, ApiHead } from './sinks.ts';

/** What becomes of an answer. */
export interface DeliveryParts {
  readonly presence: Presence;
  /** Says where the body goes, once the head is there. */
  readonly open: (head: ApiHead) => AnswerSink;
  readonly done: () => void;
  /** @param begun whether the head of the answer was there */
  readonly failed: (error: Error, begun: boolean) => void;
}

/**
 * Hands an answer over as undici reads it. Its own `stream()` puts a Writable, several listeners and an abort signal in
 * between, which cost more than all that the relay itself does for a call.
 */
export class Delivery implements Dispatcher.DispatchHandler {
  readonly #parts: DeliveryParts;
  #sink: AnswerSink | undefined;

  constructor(parts: DeliveryParts) {
    this.#parts = parts;
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#parts.presence.whenGone(() => {
      controller.abort(new Error('the caller has gone'));
    });
  }

  onResponseStart(_controller: Dispatcher.DispatchController, statusCode: number, headers: IncomingHttpHeaders): void {
    // 1xx is for the relay alone, and the answer is still to come.
    if (statusCode >= 200) this.#sink = this.#parts.open({ statusCode, headers });
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.#sink?.write(chunk) !== false) return;
    controller.pause();
    this.#sink.onDrain(() => {
      controller.resume();
    });
  }

  onResponseEnd(): void {
    this.#sink?.end();
    this.#parts.done();
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    this.#parts.failed(error, this.#sink !== undefined);
  }
}
