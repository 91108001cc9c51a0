import type { ServerResponse } from 'node:http';

/** Status and headers of an answer. */
export interface ApiHead {
  readonly statusCode: number;
  /** Names in lower case and values in turn, as they came: what goes on to the caller is such a list again. */
  readonly headers: readonly string[];
}

/** The value of a header; of one that came several times, the first. */
export function headerOf(headers: readonly string[], name: string): string | undefined {
  for (let index = 0; index < headers.length; index += 2) if (headers[index] === name) return headers[index + 1];
  return undefined;
}

/** An answer as a whole. */
export interface WholeAnswer {
  readonly status: number;
  /** See {@link ApiHead}. */
  readonly headers: readonly string[];
  readonly body: Buffer;
}

/** Takes the body of an answer, part by part. */
export interface AnswerSink {
  /** Takes the next part, and tells whether more may come at once. */
  write(chunk: Buffer): boolean;
  /** After `false`: does this once when more may come. */
  onDrain(act: () => void): void;
  /** That was all. */
  end(): void;
}

/** Collects an answer up to a limit; what is longer is cut, as it is an error whose beginning says enough. */
export class Collector implements AnswerSink {
  readonly #chunks: Buffer[] = [];
  readonly #limit: number;
  #size = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  write(chunk: Buffer): boolean {
    if (this.#size < this.#limit) this.#chunks.push(chunk.subarray(0, this.#limit - this.#size));
    this.#size += chunk.length;
    return true;
  }

  onDrain(act: () => void): void {
    act();
  }

  end(): void {
    // What was collected is asked for.
  }

  /** Whether something was cut. */
  get cut(): boolean {
    return this.#size > this.#limit;
  }

  get bytes(): Buffer {
    return Buffer.concat(this.#chunks);
  }
}

/** An answer that may not be the last word: it is held back as a whole. */
export class Held extends Collector {
  #head: ApiHead | undefined;

  /** Takes the head of the answer; the body comes after it. */
  hold(head: ApiHead): this {
    this.#head = head;
    return this;
  }

  /** The answer, if it was held back; without its body where that is too long to be an error. */
  get answer(): WholeAnswer | undefined {
    if (this.#head === undefined) return undefined;
    const { statusCode, headers } = this.#head;
    return { status: statusCode, headers, body: this.cut ? Buffer.alloc(0) : this.bytes };
  }
}

/** Bytes that wait for a slow caller before the API has to wait as well: what two reads of a connection bring. */
const WAITING_BYTES = 131_072;

/** Passes an answer on to its caller, at the caller's pace. */
export class Passer implements AnswerSink {
  readonly #response: ServerResponse;
  /** Bytes that are still to come, where the API has said how many there are. */
  #left: number;

  /** @param length bytes of the body, or `NaN` */
  constructor(response: ServerResponse, length: number) {
    this.#response = response;
    this.#left = length;
  }

  write(chunk: Buffer): boolean {
    const response = this.#response;
    // A caller who has gone: the call is cut off by whoever watches it.
    if (response.destroyed) return true;
    this.#left -= chunk.length;
    if (this.#left === 0) {
      response.end(chunk);
      return true;
    }
    // `write` counts what the system has taken already, so what really waits is asked for.
    return response.write(chunk) || response.writableLength <= WAITING_BYTES;
  }

  onDrain(act: () => void): void {
    this.#response.once('drain', act);
  }

  end(): void {
    if (!this.#response.writableEnded) this.#response.end();
  }
}

/** Passes an answer on and keeps a copy of it up to a limit, for others who wait. */
export class Copier extends Collector {
  readonly #passer: Passer;

  constructor(passer: Passer, limit: number) {
    super(limit);
    this.#passer = passer;
  }

  override write(chunk: Buffer): boolean {
    super.write(chunk);
    const mayMore = this.#passer.write(chunk);
    // As long as there is a copy, others wait for it, who must not wait for this caller.
    return mayMore || !this.cut;
  }

  override onDrain(act: () => void): void {
    this.#passer.onDrain(act);
  }

  override end(): void {
    this.#passer.end();
  }
}
