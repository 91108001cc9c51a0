import { randomUUID } from 'node:crypto';
import { STATUS_CODES, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { securityHeaders, transportSecurity } from '../reply/headers.ts';
import { type RelayProblem, problemBody, problemHeaders } from '../reply/problem.ts';
import { safeJson } from '../reply/safe-text.ts';

const headersOf = (problem: RelayProblem, subDomains: boolean): Record<string, string> => ({
  ...securityHeaders,
  'strict-transport-security': transportSecurity(subDomains),
  ...problemHeaders(problem),
  connection: 'close'
});

const FOREIGN = ['server', 'x-powered-by', 'access-control-allow-origin', 'access-control-allow-credentials'];

/**
 * Answers where Fastify has no request to answer.
 *
 * @param subDomains see `hsts.includeSubDomains`: a browser keeps the last policy that it gets
 */
export function writeRaw(
  response: ServerResponse,
  problem: RelayProblem,
  subDomains: boolean,
  requestId: string = randomUUID()
): void {
  const body = safeJson(problemBody(problem, requestId, false));
  // Middleware of a host may have put them there.
  for (const name of FOREIGN) response.removeHeader(name);
  response.writeHead(problem.status, headersOf(problem, subDomains));
  response.end(body);
}

/** Answers on the bare connection, where Node has no response to write to, and hangs up. See {@link writeRaw}. */
export function writeToSocket(
  socket: Duplex,
  problem: RelayProblem,
  subDomains: boolean,
  requestId: string = randomUUID()
): void {
  if (!socket.writable) return;
  const body = safeJson(problemBody(problem, requestId, false));
  const lines = Object.entries({
    ...headersOf(problem, subDomains),
    'content-length': String(Buffer.byteLength(body))
  });
  socket.end(
    `HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status] ?? ''}\r\n` +
      `${lines.map(([name, value]) => `${name}: ${value}`).join('\r\n')}\r\n\r\n${body}`
  );
}
