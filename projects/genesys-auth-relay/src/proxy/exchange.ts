import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { RequestFacts } from '../guard/facts.ts';
import type { Caller } from '../identify/caller.ts';
import type { ApiAnswer, WholeAnswer } from './answer.ts';
import { responseHeaders } from './response-headers.ts';
import type { ApiTarget } from './target.ts';

/** One call of the API: what came, who sent it, and where the answer goes. */
export interface ApiExchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly facts: RequestFacts;
  readonly caller: Caller;
  readonly traceparent: string | undefined;
  readonly target: ApiTarget;
  /** The caller's origin if it is on the list of the configuration. */
  readonly listedOrigin: string | undefined;
  /** `Strict-Transport-Security`; a host that has put its own on the answer is left its word. */
  readonly hsts: string;
  /** Tells the server that the answer is written past it from here on. */
  takeOver(): void;
  /** Tells the log that the API broke off in the middle of its answer. */
  broke(): void;
  /** Tells the log which operation it was. */
  name(operation: string): void;
}

// What middleware of a host may have put on the answer, and the relay must not say.
const FOREIGN = [
  'server',
  'x-powered-by',
  'vary',
  'access-control-allow-origin',
  'access-control-allow-credentials',
  'access-control-expose-headers'
];

/** Writes the head of the API's answer to the caller. */
function writeHead(exchange: ApiExchange, { statusCode, headers }: Omit<ApiAnswer, 'body'>): ServerResponse {
  const { response, listedOrigin, hsts } = exchange;
  exchange.takeOver();
  if (response.destroyed || response.headersSent) return response;
  for (const name of FOREIGN) if (response.hasHeader(name)) response.removeHeader(name);
  const hostSays = response.hasHeader('strict-transport-security');
  return response.writeHead(statusCode, responseHeaders(headers, listedOrigin, hostSays ? undefined : hsts));
}

/** Streams the API's answer to the caller, at the pace of the caller. */
export async function streamAnswer(exchange: ApiExchange, answer: ApiAnswer, signal: AbortSignal): Promise<void> {
  const response = writeHead(exchange, answer);
  // Not with pipeline(), which never settles for a response that waits for its turn on a pipelined connection.
  for await (const chunk of answer.body) if (!response.write(chunk)) await once(response, 'drain', { signal });
  response.end();
}

/**
 * The same, and returns a copy if the answer is a success of at most `limit` bytes. Other callers wait for the copy, so as long as
 * there is one this caller's pace does not matter.
 */
export async function streamAndKeep(
  exchange: ApiExchange,
  answer: ApiAnswer,
  limit: number,
  signal: AbortSignal
): Promise<WholeAnswer | undefined> {
  const { statusCode, headers, body } = answer;
  const isSuccess = statusCode >= 200 && statusCode <= 299;
  if (!isSuccess || Number(headers['content-length'] ?? 0) > limit) {
    await streamAnswer(exchange, answer, signal);
    return undefined;
  }
  const response = writeHead(exchange, answer);
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size <= limit) chunks.push(chunk);
    if (!response.write(chunk) && size > limit) await once(response, 'drain', { signal });
  }
  response.end();
  return size <= limit ? { statusCode, headers, body: Buffer.concat(chunks) } : undefined;
}

/** Writes an answer whose body was read already. */
export function writeWhole(exchange: ApiExchange, { statusCode, headers, body }: WholeAnswer): void {
  if (exchange.request.method === 'HEAD') {
    writeHead(exchange, { statusCode, headers }).end();
    return;
  }
  writeHead(exchange, { statusCode, headers: { ...headers, 'content-length': String(body.length) } }).end(body);
}
