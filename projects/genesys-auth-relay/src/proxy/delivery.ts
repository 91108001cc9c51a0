import { type Dispatcher, util } from 'undici';
import type { Presence } from './presence.ts';
import type { AnswerSink, ApiHead } from './sinks.ts';

const nothing = (): void => undefined;

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
 * between, which cost more than all that the relay itself does for a call; its newer kind of handler a record of the headers,
 * which would be made a list again.
 */
export class Delivery implements Dispatcher.DispatchHandler {
  readonly #parts: DeliveryParts;
  #sink: AnswerSink | undefined;
  #resume: () => void = nothing;

  constructor(parts: DeliveryParts) {
    this.#parts = parts;
  }

  onConnect(abort: (error?: Error) => void): void {
    this.#parts.presence.whenGone(() => {
      abort(new Error('the caller has gone'));
    });
  }

  onHeaders(statusCode: number, raw: readonly Buffer[], resume: () => void): boolean {
    // 1xx is for the relay alone, and the answer is still to come.
    if (statusCode < 200) return true;
    const headers: string[] = [];
    for (let index = 0; index + 1 < raw.length; index += 2) {
      headers.push(util.headerNameToString(raw[index] ?? ''), raw[index + 1]?.toString('latin1') ?? '');
    }
    this.#resume = resume;
    this.#sink = this.#parts.open({ statusCode, headers });
    return true;
  }

  onData(chunk: Buffer): boolean {
    if (this.#sink?.write(chunk) !== false) return true;
    this.#sink.onDrain(this.#resume);
    return false;
  }

  onComplete(): void {
    this.#sink?.end();
    this.#parts.done();
  }

  onError(error: Error): void {
    this.#parts.failed(error, this.#sink !== undefined);
  }
}
