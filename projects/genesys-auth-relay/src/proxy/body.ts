import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import { parsedBefore } from '../guard/body.ts';
import { RelayProblem } from '../reply/problem.ts';

/** The body of a request on its way to the API. */
export interface ApiBody {
  /** `null`: none. Bytes can be sent a second time, a stream cannot. */
  readonly content: Buffer | Readable | null;
  /** Bytes, where they are known. */
  readonly length: number | undefined;
}

/** No body, as of most calls. */
export const NO_BODY: ApiBody = { content: null, length: 0 };

/** Whether a request has a body (RFC 9112 section 6). */
export const hasBody = ({ headers }: IncomingMessage): boolean =>
  headers['content-length'] !== undefined || headers['transfer-encoding'] !== undefined;

const tooLarge = (limit: number) =>
  new RelayProblem('body_too_large', `The body is larger than ${limit} bytes.`, {
    hint: 'The API takes no more; send it in parts.',
    headers: { connection: 'close' }
  });

/** Chunks of a request, up to a limit. Iterates by hand: leaving `for await` early would destroy the request's socket. */
function chunksOf(request: IncomingMessage): AsyncIterator<Buffer> {
  return request.iterator({ destroyOnReturn: false }) as AsyncIterator<Buffer>;
}

async function* rest(before: readonly Buffer[], chunks: AsyncIterator<Buffer>, limit: number): AsyncGenerator<Buffer> {
  let size = 0;
  for (const chunk of before) {
    size += chunk.length;
    yield chunk;
  }
  for (;;) {
    const next = await chunks.next();
    if (next.done === true) return;
    size += next.value.length;
    if (size > limit) throw tooLarge(limit);
    yield next.value;
  }
}

function readBefore(request: IncomingMessage): Buffer | undefined {
  if (!request.readableEnded) return undefined;
  const text = parsedBefore(request, request.headers['content-type']?.includes('urlencoded') === true);
  return text === undefined ? undefined : Buffer.from(text);
}

/**
 * Reads the body as far as it is kept for a second try; a longer one is streamed on from there.
 *
 * @param limits bytes the API takes, and bytes that are kept
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
    return { content: before, length: before.length };
  }
  const chunks = chunksOf(request);
  const kept: Buffer[] = [];
  let size = 0;
  try {
    while (size <= limits.replayBytes) {
      const next = await chunks.next();
      if (next.done === true) return { content: Buffer.concat(kept), length: size };
      kept.push(next.value);
      size += next.value.length;
    }
  } catch {
    throw new RelayProblem('invalid_request', 'The body ended early.', { hint: 'Send it again.' });
  }
  if (size > limits.bodyBytes) throw tooLarge(limits.bodyBytes);
  return { content: Readable.from(rest(kept, chunks, limits.bodyBytes), { objectMode: false }), length };
}
