import type { IncomingMessage, ServerResponse } from 'node:http';
import type { RequestFacts } from '../guard/facts.ts';
import type { Caller } from '../identify/caller.ts';
import { responseHeaders } from './response-headers.ts';
import { type ApiHead, Passer, type WholeAnswer, headerOf } from './sinks.ts';
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
function writeHead(exchange: ApiExchange, { statusCode, headers }: ApiHead): ServerResponse {
  const { response, listedOrigin, hsts } = exchange;
  exchange.takeOver();
  if (response.destroyed || response.headersSent) return response;
  for (const name of FOREIGN) if (response.hasHeader(name)) response.removeHeader(name);
  const hostSays = response.hasHeader('strict-transport-security');
  response.writeHead(statusCode, responseHeaders(headers, listedOrigin, hostSays ? undefined : hsts));
  return response;
}

/** Writes the head of the API's answer to the caller, and tells where the body goes. */
export function openAnswer(exchange: ApiExchange, head: ApiHead): Passer {
  const length = headerOf(head.headers, 'content-length');
  return new Passer(writeHead(exchange, head), length === undefined ? NaN : Number(length));
}

/** Writes an answer that was held back. */
export function writeWhole(exchange: ApiExchange, { status, headers, body }: WholeAnswer): void {
  if (exchange.request.method === 'HEAD') {
    writeHead(exchange, { statusCode: status, headers }).end();
    return;
  }
  const others = headers.filter((_, index) => headers[index - (index % 2)] !== 'content-length');
  const response = writeHead(exchange, {
    statusCode: status,
    headers: [...others, 'content-length', String(body.length)]
  });
  response.end(body);
}
