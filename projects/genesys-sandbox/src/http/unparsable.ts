import { randomUUID } from 'node:crypto';
import type { Duplex } from 'node:stream';
import { errorBody, GenesysError } from './errors.ts';
import { COMMON_HEADERS } from './headers.ts';

/** Answers bytes that are no HTTP request. Node gives the bare socket then, so the answer is written by hand. */
export function answerUnparsable(error: Error & { code?: string }, socket: Duplex): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const correlationId = randomUUID();
  const refusal =
    error.code === 'HPE_HEADER_OVERFLOW'
      ? new GenesysError(431, 'request.header.too.large', 'The request headers are over the size limit.')
      : GenesysError.badRequest();
  const body = JSON.stringify(errorBody(refusal, correlationId));
  const headers = Object.entries({
    ...COMMON_HEADERS,
    'ININ-Correlation-Id': correlationId,
    'Content-Type': 'application/json',
    'Content-Length': String(Buffer.byteLength(body)),
    Connection: 'close'
  }).map(([name, value]) => `${name}: ${value}\r\n`);
  const reason = refusal.status === 431 ? 'Request Header Fields Too Large' : 'Bad Request';
  socket.end(`HTTP/1.1 ${refusal.status} ${reason}\r\n${headers.join('')}\r\n${body}`);
}
