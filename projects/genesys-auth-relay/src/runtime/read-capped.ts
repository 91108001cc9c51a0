/** The start of a body. */
export interface CappedBody {
  /** The whole body, or its start: at most one chunk more than the limit. */
  readonly bytes: Buffer;
  /** Whether the body is longer than the limit. */
  readonly cut: boolean;
}

/**
 * Reads a body up to a limit. When the body is longer, reading stops and the iterator is closed. That destroys the stream, unless
 * the iterator is made with `destroyOnReturn: false`: then the rest can be read from the stream.
 *
 * @param body a stream of bytes
 * @param limit bytes
 * @throws what the stream throws when it ends early
 */
export async function readCapped(body: AsyncIterable<unknown>, limit: number): Promise<CappedBody> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body) {
    if (!Buffer.isBuffer(chunk)) continue;
    chunks.push(chunk);
    size += chunk.length;
    if (size > limit) break;
  }
  return { bytes: Buffer.concat(chunks), cut: size > limit };
}
