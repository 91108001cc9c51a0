import type { IncomingHttpHeaders } from 'node:http';
import type { Readable } from 'node:stream';
import { readCapped } from '../runtime/read-capped.ts';

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

/** Reads an error of the API. A body longer than the limit is left out: it is not an error that the relay knows. */
export async function readError({ statusCode, headers, body }: ApiAnswer, limit: number): Promise<WholeAnswer> {
  const { bytes, cut } = await readCapped(body, limit);
  return { statusCode, headers, body: cut ? Buffer.alloc(0) : bytes };
}

/** The value of a header. When the header was sent several times, the first value. */
export function headerOf(headers: IncomingHttpHeaders, name: string): string | undefined {
  const value = headers[name];
  return Array.isArray(value) ? value[0] : value;
}
