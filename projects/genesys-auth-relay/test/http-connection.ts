import { type RawConnection, openRaw } from '../src/testing/raw.ts';

/** An answer as it came. */
export interface RawAnswer {
  readonly status: number;
  readonly head: string;
  readonly body: string;
}

/**
 * One connection that is kept for request after request, and opened again whenever the server hangs up. It sends bytes as
 * they are, which no HTTP client does.
 */
export class HttpConnection {
  readonly #url: string;
  #connection: RawConnection | undefined;
  #buffer = '';
  #wake = (): void => undefined;
  #closed = true;

  constructor(url: string) {
    this.#url = url;
  }

  #open(): RawConnection {
    if (this.#connection !== undefined && !this.#closed) return this.#connection;
    const connection = openRaw(this.#url);
    this.#connection = connection;
    this.#closed = false;
    this.#buffer = '';
    connection.socket.on('data', (chunk: Buffer) => {
      if (this.#connection !== connection) return;
      this.#buffer += chunk.toString('latin1');
      this.#wake();
    });
    void connection.answer.then(() => {
      if (this.#connection !== connection) return;
      this.#closed = true;
      this.#wake();
    });
    return connection;
  }

  /**
   * Sends one request and reads its answer.
   *
   * @param bytes the whole request, in Latin-1
   * @param isHead whether the answer has no body whatever its length says
   */
  async send(bytes: string, isHead: boolean): Promise<RawAnswer> {
    const { socket } = this.#open();
    socket.write(bytes, 'latin1');
    for (;;) {
      const answer = this.#take(isHead);
      if (answer !== undefined) return answer;
      if (this.#closed) throw new Error(`hung up after ${JSON.stringify(this.#buffer.slice(0, 200))}`);
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  #take(isHead: boolean): RawAnswer | undefined {
    const end = this.#buffer.indexOf('\r\n\r\n');
    if (end === -1) return undefined;
    const head = this.#buffer.slice(0, end);
    const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(head)?.[1] ?? 0);
    const length = isHead || status === 204 ? 0 : Number(/^content-length: (\d+)/im.exec(head)?.[1] ?? 0);
    const start = end + 4;
    if (this.#buffer.length < start + length) return undefined;
    const body = this.#buffer.slice(start, start + length);
    this.#buffer = this.#buffer.slice(start + length);
    if (/^connection: close/im.test(head)) this.close();
    return { status, head, body };
  }

  close(): void {
    this.#connection?.socket.destroy();
    this.#closed = true;
  }
}
