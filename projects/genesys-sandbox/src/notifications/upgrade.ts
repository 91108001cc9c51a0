import { randomUUID } from 'node:crypto';
import { type IncomingMessage, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { COMMON_HEADERS } from '../http/headers.ts';
import { type RequestLog, authorizationKind, loggedPath } from '../http/request-log.ts';

/** A request to become a WebSocket. */
export interface Upgrade {
  readonly request: IncomingMessage;
  readonly socket: Duplex;
  /** Without the query. */
  readonly path: string;
}

/** Answers with a status instead of a socket. */
export function refuseUpgrade({ socket }: Upgrade, status: number, retryAfterSeconds: number | undefined): void {
  const headers = Object.entries({
    ...COMMON_HEADERS,
    'ININ-Correlation-Id': randomUUID(),
    ...(retryAfterSeconds === undefined ? {} : { 'Retry-After': String(retryAfterSeconds) }),
    'Content-Length': '0',
    Connection: 'close'
  }).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\n${headers.join('')}\r\n`);
}

/** Notes it in the request log, where the channel's id is masked. */
export function logUpgrade({ request, path }: Upgrade, status: number, at: number, log: RequestLog): void {
  log.add({
    host: 'api',
    method: 'GET',
    path: loggedPath(path),
    status,
    at,
    authorization: authorizationKind(request.headers.authorization),
    correlationId: randomUUID()
  });
}
