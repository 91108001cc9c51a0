import type { IncomingHttpHeaders } from 'node:http';
import type { Readable } from 'node:stream';

/** An answer of the API whose body has not been read yet. */
export interface ApiAnswer {
  readonly statusCode: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Readable;
}

/** An answer of the API with its whole body. */
export interface WholeAnswer {
  readonly statusCode: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** Whether the body has been read. */
export const isWhole = (answer: ApiAnswer | WholeAnswer): answer is WholeAnswer => Buffer.isBuffer(answer.body);

/** The value of a header. When the header was sent several times, the first value. */
export function headerOf(headers: IncomingHttpHeaders, name: string): string | undefined {
  const value = headers[name];
  return Array.isArray(value) ? value[0] : value;
}
