import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { RequestHead } from '../guard/request-head.ts';
import type { Caller } from '../identify/caller.ts';
import type { HeaderOptions } from '../reply/headers.ts';
import { writeHead } from '../reply/write.ts';
import type { ApiAnswer, WholeAnswer } from './answer.ts';
import { EXPOSED_HEADERS, passedHeaders } from './response-headers.ts';
import type { ApiTarget } from './target.ts';

/** One API call: the request, its caller, and the response to write. */
export interface ApiCall {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly head: RequestHead;
  readonly caller: Caller;
  readonly traceparent: string | undefined;
  readonly target: ApiTarget;
  /** The headers that the relay puts on the answer. */
  readonly relayHeaders: (options: Pick<HeaderOptions, 'exposed' | 'vary'>) => Record<string, string>;
  /** Called when the API ended its answer early, for the log. */
  onBroken(): void;
  /** Called with the operation when it is known, for the log. */
  onOperation(operation: string): void;
}

/** Writes status and headers of the API's answer to the caller. Returns `false` when that is no longer possible. */
function writeApiHead({ response, relayHeaders }: ApiCall, { statusCode, headers }: Omit<ApiAnswer, 'body'>): boolean {
  const own = relayHeaders({ exposed: EXPOSED_HEADERS, vary: headers.vary });
  // The headers of the relay replace those of the API.
  return writeHead(response, statusCode, { ...passedHeaders(headers), ...own });
}

/** Discards an unread body, so that its connection to the API is free again. */
function discard({ body }: ApiAnswer): void {
  // destroy() makes the body emit an error.
  body.on('error', () => undefined).destroy();
}

/**
 * Writes the body of the API's answer to the caller, and ends it. If the API breaks it off, the connection to the caller closes,
 * because a partial answer must not look complete.
 *
 * @param keep gets each chunk. While it returns `true`, a slow caller does not slow down the API.
 * @returns whether the body is complete
 */
async function writeBody(
  call: ApiCall,
  body: ApiAnswer['body'],
  signal: AbortSignal,
  keep: (chunk: Buffer) => boolean = () => false
): Promise<boolean> {
  const { response } = call;
  try {
    // Not with pipeline(), which never settles for a response that waits for its turn on a pipelined connection.
    for await (const chunk of body as AsyncIterable<Buffer>) {
      const isKept = keep(chunk);
      if (!response.write(chunk) && !isKept) await once(response, 'drain', { signal });
    }
  } catch (error) {
    if (signal.aborted) throw error;
    response.destroy();
    call.onBroken();
    return false;
  }
  response.end();
  return true;
}

/** Streams the API's answer to the caller, as fast as the caller reads. */
export async function streamAnswer(call: ApiCall, answer: ApiAnswer, signal: AbortSignal): Promise<void> {
  if (writeApiHead(call, answer)) await writeBody(call, answer.body, signal);
  else discard(answer);
}

/**
 * Streams the answer as {@link streamAnswer} does, and returns a copy if it is a success of at most `limit` bytes. Other callers
 * wait for the copy, so while it is made a slow caller does not slow it down.
 */
export async function streamAndKeep(
  call: ApiCall,
  answer: ApiAnswer,
  limit: number,
  signal: AbortSignal
): Promise<WholeAnswer | undefined> {
  const { statusCode, headers, body } = answer;
  const isSuccess = statusCode >= 200 && statusCode <= 299;
  if (!isSuccess || Number(headers['content-length'] ?? 0) > limit) {
    await streamAnswer(call, answer, signal);
    return undefined;
  }
  if (!writeApiHead(call, answer)) {
    discard(answer);
    return undefined;
  }
  const chunks: Buffer[] = [];
  let size = 0;
  const isComplete = await writeBody(call, body, signal, (chunk) => {
    size += chunk.length;
    if (size <= limit) chunks.push(chunk);
    return size <= limit;
  });
  return isComplete && size <= limit ? { statusCode, headers, body: Buffer.concat(chunks) } : undefined;
}

/** Writes an answer whose body has been read. */
export function writeWhole(call: ApiCall, { statusCode, headers, body }: WholeAnswer): void {
  // The answer to HEAD has the length of the body that GET would get. A 204 has no length (RFC 9110 section 8.6).
  const length = call.request.method === 'HEAD' || statusCode === 204 ? {} : { 'content-length': String(body.length) };
  if (writeApiHead(call, { statusCode, headers: { ...headers, ...length } })) call.response.end(body);
}
