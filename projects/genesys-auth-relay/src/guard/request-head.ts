import type { IncomingMessage } from 'node:http';

type Headers = Readonly<Record<string, string>>;

/** The head of a request: its headers, and the connection on which it arrived. */
export interface RequestHead {
  /** Headers by lower-case name. The values of a repeated header are joined. */
  readonly headers: Headers;
  /** How often a header occurs. Its name is in lower case. */
  count(name: string): number;
  /** Address of the peer of this connection, never from a header. */
  readonly peer: string;
  /** Port on which this server accepted the connection. */
  readonly port: number | undefined;
  readonly encrypted: boolean;
}

/** How often a header occurs. */
export function countHeader(rawHeaders: readonly string[], name: string): number {
  let count = 0;
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const other = rawHeaders[index];
    if (other?.length === name.length && (other === name || other.toLowerCase() === name)) count += 1;
  }
  return count;
}

/** All headers, also those of which Node keeps only the first or the last value. */
function joined(rawHeaders: readonly string[]): Record<string, string> {
  const headers: Record<string, string> = Object.create(null) as Record<string, string>;
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    const name = (rawHeaders[index] ?? '').toLowerCase();
    const value = rawHeaders[index + 1] ?? '';
    const seen = headers[name];
    headers[name] = seen === undefined ? value : `${seen}, ${value}`;
  }
  return headers;
}

/** If no header is repeated, Node's own record is the same and already exists. */
const eachOnce = (headers: IncomingMessage['headers'], rawHeaders: readonly string[]): headers is Headers =>
  Object.keys(headers).length * 2 === rawHeaders.length && headers['set-cookie'] === undefined;

function headersOf({ headers, rawHeaders, url = '' }: IncomingMessage): Headers {
  if (url.startsWith('/') && eachOnce(headers, rawHeaders)) return headers;
  const all = joined(rawHeaders);
  // If the request target is a whole URL, it names the host, and the Host header is ignored (RFC 9112 section 3.2.2).
  const authority = /^[a-z][a-z0-9+.-]*:\/\/([^/?#]*)/i.exec(url)?.[1];
  if (authority !== undefined) all['host'] = authority;
  return all;
}

/** Peer and port are read on demand, because few requests need them. */
class NodeRequestHead implements RequestHead {
  readonly headers: Headers;
  readonly #request: IncomingMessage;

  constructor(request: IncomingMessage) {
    this.#request = request;
    this.headers = headersOf(request);
  }

  count(name: string): number {
    return this.headers[name] === undefined ? 0 : countHeader(this.#request.rawHeaders, name);
  }

  get peer(): string {
    return this.#request.socket.remoteAddress ?? '';
  }

  get port(): number | undefined {
    return this.#request.socket.localPort;
  }

  get encrypted(): boolean {
    const { socket } = this.#request;
    return 'encrypted' in socket && socket.encrypted === true;
  }
}

/** Reads the head of a request. */
export const readHead = (request: IncomingMessage): RequestHead => new NodeRequestHead(request);
