import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import { chunksOf, parsedBefore } from '../guard/body.ts';
import { RelayProblem } from '../reply/problem.ts';
import { type CappedBody, readCapped } from '../runtime/read-capped.ts';

/** The body of a request on its way to the API. */
export interface ApiBody {
  /** `null`: none. A long body is a stream. */
  readonly content: Buffer | Readable | null;
  /** Length in bytes, if it is known. */
  readonly length: number | undefined;
  /** Whether the relay's host has read the body. Its body parsers also decompress. */
  readonly readByHost?: boolean;
}

/** Whether a body can be sent a second time. */
export const isRepeatable = (content: ApiBody['content']): boolean => content === null || Buffer.isBuffer(content);

/** Most calls have no body. */
export const NO_BODY: ApiBody = { content: null, length: 0 };

/** Whether a request has a body (RFC 9112 section 6). */
export const hasBody = ({ headers }: IncomingMessage): boolean =>
  headers['content-length'] !== undefined || headers['transfer-encoding'] !== undefined;

const tooLarge = (limit: number) =>
  new RelayProblem('body_too_large', `The body is larger than ${limit} bytes.`, {
    hint: 'The API takes no more; send it in parts.',
    headers: { connection: 'close' }
  });

/** The chunks that have been read, followed by the rest of the request. */
async function* rest(start: Buffer, request: IncomingMessage, limit: number): AsyncGenerator<Buffer> {
  let size = start.length;
  yield start;
  for await (const chunk of chunksOf(request)) {
    size += chunk.length;
    if (size > limit) throw tooLarge(limit);
    yield chunk;
  }
}

function readBefore(request: IncomingMessage): Buffer | undefined {
  if (!request.readableEnded) return undefined;
  return parsedBefore(request, request.headers['content-type']?.includes('urlencoded') === true);
}

/**
 * Reads the body up to the size that is kept for a second try. A longer body is streamed.
 *
 * @param limits maximum bytes of a body, and maximum bytes that are kept
 * @throws RelayProblem `body_too_large`, `invalid_request`
 */
export async function readApiBody(
  request: IncomingMessage,
  limits: { readonly bodyBytes: number; readonly replayBytes: number }
): Promise<ApiBody> {
  const { headers } = request;
  const stated = headers['content-length'];
  if (!hasBody(request)) return NO_BODY;
  const length = stated === undefined ? undefined : Number(stated);
  if (length !== undefined && length > limits.bodyBytes) throw tooLarge(limits.bodyBytes);
  const before = readBefore(request);
  if (before !== undefined) {
    if (before.length > limits.bodyBytes) throw tooLarge(limits.bodyBytes);
    return { content: before, length: before.length, readByHost: true };
  }
  let start: CappedBody;
  try {
    start = await readCapped(chunksOf(request), limits.replayBytes);
  } catch {
    throw new RelayProblem('invalid_request', 'The body ended early.', { hint: 'Send it again.' });
  }
  const { bytes, cut } = start;
  if (!cut) return { content: bytes, length: bytes.length };
  if (bytes.length > limits.bodyBytes) throw tooLarge(limits.bodyBytes);
  return { content: Readable.from(rest(bytes, request, limits.bodyBytes), { objectMode: false }), length };
}
