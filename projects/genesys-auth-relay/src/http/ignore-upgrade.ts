import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';

const UPGRADE_HEADERS: ReadonlySet<string> = new Set(['upgrade', 'http2-settings']);

/** The values of `Connection` without those that offer another protocol. */
const withoutUpgrade = (connection: string): string =>
  connection
    .split(',')
    .map((word) => word.trim())
    .filter((word) => word !== '' && !UPGRADE_HEADERS.has(word.toLowerCase()))
    .join(', ');

/** The head of a request without its offer of another protocol, as it stands on the wire. */
function headOf({ method = '', url = '', httpVersion, rawHeaders }: IncomingMessage): string {
  const lines = [`${method} ${url} HTTP/${httpVersion}`];
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    const name = rawHeaders[index] ?? '';
    const value = rawHeaders[index + 1] ?? '';
    const lower = name.toLowerCase();
    if (UPGRADE_HEADERS.has(lower)) continue;
    const kept = lower === 'connection' ? withoutUpgrade(value) : value;
    if (lower !== 'connection' || kept !== '') lines.push(`${name}: ${kept}`);
  }
  return `${lines.join('\r\n')}\r\n\r\n`;
}

/**
 * Serves a request as if it did not offer another protocol, which a server may ignore (RFC 9110 section 7.8). Java's HttpClient
 * and `curl --http2` offer h2c with every first request. Node stops parsing a connection as soon as a listener exists for
 * `upgrade`, so the server reads the request once more, from its beginning.
 *
 * @param head bytes that followed the head of the request
 */
export function ignoreUpgrade(server: Server, request: IncomingMessage, socket: Duplex, head: Buffer): void {
  socket.unshift(Buffer.concat([Buffer.from(headOf(request), 'latin1'), head]));
  server.emit('encrypted' in socket ? 'secureConnection' : 'connection', socket);
}
