import type { ServerResponse } from 'node:http';
import { Writable } from 'node:stream';

/** An answer as a whole. */
export interface WholeAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer;
}

/** Collects an answer up to a limit; what is longer is cut, as it is an error whose beginning says enough. */
export class Collector extends Writable {
  readonly #chunks: Buffer[] = [];
  readonly #limit: number;
  #size = 0;

  constructor(limit: number) {
    super();
    this.#limit = limit;
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    if (this.#size < this.#limit) this.#chunks.push(chunk.subarray(0, this.#limit - this.#size));
    this.#size += chunk.length;
    done();
  }

  /** Whether something was cut. */
  get cut(): boolean {
    return this.#size > this.#limit;
  }

  get bytes(): Buffer {
    return Buffer.concat(this.#chunks);
  }
}

/** Passes an answer on to its caller at the caller's pace, and keeps a copy of it up to a limit for others who wait. */
export class Copier extends Collector {
  readonly #response: ServerResponse;

  constructor(response: ServerResponse, limit: number) {
    super(limit);
    this.#response = response;
  }

  override _write(chunk: Buffer, encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    const response = this.#response;
    super._write(chunk, encoding, () => {
      if (response.destroyed) {
        done(new Error('the caller has gone'));
      } else if (response.write(chunk)) {
        done();
      } else {
        const settle = () => {
          response.off('drain', settle).off('close', settle);
          done();
        };
        response.on('drain', settle).on('close', settle);
      }
    });
  }

  override _final(done: () => void): void {
    this.#response.end(done);
  }
}
