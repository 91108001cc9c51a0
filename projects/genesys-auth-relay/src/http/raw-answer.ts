import { randomUUID } from 'node:crypto';
import { STATUS_CODES, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { securityHeaders } from '../reply/headers.ts';
import { type RelayProblem, problemBody, problemHeaders } from '../reply/problem.ts';
import { safeJson } from '../reply/safe-text.ts';

const headersOf = (problem: RelayProblem): Record<string, string> => ({
  ...securityHeaders,
  ...problemHeaders(problem),
  connection: 'close'
});

const FOREIGN = ['server', 'x-powered-by', 'access-control-allow-origin', 'access-control-allow-credentials'];

/** Answers where Fastify has no request to answer. */
export function writeRaw(response: ServerResponse, problem: RelayProblem, requestId: string = randomUUID()): void {
  const body = safeJson(problemBody(problem, requestId, false));
  // Middleware of a host may have put them there.
  for (const name of FOREIGN) response.removeHeader(name);
  response.writeHead(problem.status, headersOf(problem));
  response.end(body);
}

/** Answers on the bare connection, where Node has no response to write to, and hangs up. */
export function writeToSocket(socket: Duplex, problem: RelayProblem, requestId: string = randomUUID()): void {
  if (!socket.writable) return;
  const body = safeJson(problemBody(problem, requestId, false));
  const lines = Object.entries({ ...headersOf(problem), 'content-length': String(Buffer.byteLength(body)) });
  socket.end(
    `HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status] ?? ''}\r\n` +
      `${lines.map(([name, value]) => `${name}: ${value}`).join('\r\n')}\r\n\r\n${body}`
  );
}
