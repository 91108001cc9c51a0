import { STATUS_CODES, type OutgoingHttpHeaders, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { removeHostHeaders } from './headers.ts';

/** An answer of the relay, without the headers that all answers have. */
export interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string | string[]>>;
  readonly body?: string;
}

/** A successful answer with a JSON body. */
export const jsonAnswer = (value: unknown): Answer => ({
  status: 200,
  headers: { 'content-type': 'application/json; charset=utf-8' },
  body: JSON.stringify(value)
});

/** Writes status and headers. Returns `false` when no answer can be written: the caller has disconnected, or the host has answered. */
export function writeHead(response: ServerResponse, status: number, headers: OutgoingHttpHeaders): boolean {
  if (response.destroyed) return false;
  if (response.headersSent) {
    // For example, the host has a time limit. Its headers are already sent, so the connection ends.
    response.destroy();
    return false;
  }
  removeHostHeaders(response);
  const { 'set-cookie': cookies = [], ...others } = headers;
  // writeHead() would replace the cookies of the host.
  for (const cookie of [cookies].flat()) response.appendHeader('set-cookie', cookie);
  response.writeHead(status, others);
  return true;
}

/** A 204 has no body, so its length must not be sent (RFC 9110 section 8.6). */
const lengthOf = ({ status, body = '' }: Answer): OutgoingHttpHeaders =>
  status === 204 ? {} : { 'content-length': String(Buffer.byteLength(body)) };

/**
 * Writes an answer.
 *
 * @param headers the headers of every answer
 */
export function writeAnswer(response: ServerResponse, answer: Answer, headers: Readonly<Record<string, string>>): void {
  // The headers of this answer replace those that all answers have.
  const all = { ...headers, ...answer.headers, ...lengthOf(answer) };
  if (writeHead(response, answer.status, all)) response.end(answer.body);
}

/** Writes an answer to a connection for which Node has no response, and closes it. */
export function writeToSocket(socket: Duplex, answer: Answer, headers: Readonly<Record<string, string>>): void {
  if (!socket.writable) return;
  const all = { ...headers, ...answer.headers, ...lengthOf(answer), connection: 'close' };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${String(value)}\r\n`);
  const statusLine = `HTTP/1.1 ${answer.status} ${STATUS_CODES[answer.status] ?? ''}\r\n`;
  socket.end(`${statusLine}${lines.join('')}\r\n${answer.body ?? ''}`);
}
