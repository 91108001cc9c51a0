import type { IncomingMessage } from 'node:http';

type Headers = Readonly<Record<string, string>>;

/** What the relay looks at in a request before anything else: where it came from and what its headers say. */
export interface RequestFacts {
  /** Headers in lower case; of a header that came several times, the values joined. */
  readonly headers: Headers;
  /** How often a header came; its name in lower case. */
  count(name: string): number;
  /** Address of the peer of this connection; never taken from a header. */
  readonly peer: string;
  /** Port this server took the connection on. */
  readonly port: number | undefined;
  readonly encrypted: boolean;
}

/** How often a header came. */
export function countHeader(rawHeaders: readonly string[], name: string): number {
  let count = 0;
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const other = rawHeaders[index];
    if (other?.length === name.length && (other === name || other.toLowerCase() === name)) count += 1;
  }
  return count;
}

/** Every header, also those of which Node keeps the first or the last only. */
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

/** Node's own record is the same where every header came once; it is there already. */
const eachOnce = (headers: IncomingMessage['headers'], rawHeaders: readonly string[]): headers is Headers =>
  Object.keys(headers).length * 2 === rawHeaders.length && headers['set-cookie'] === undefined;

function headersOf({ headers, rawHeaders, url = '' }: IncomingMessage): Headers {
  if (url.startsWith('/') && eachOnce(headers, rawHeaders)) return headers;
  const all = joined(rawHeaders);
  // A target that is a whole URL says where the request goes, and Host is ignored (RFC 9112 section 3.2.2).
  const authority = /^[a-z][a-z0-9+.-]*:\/\/([^/?#]*)/i.exec(url)?.[1];
  if (authority !== undefined) all['host'] = authority;
  return all;
}

/** Few requests are asked for their peer or port, so these are read when they are. */
class Facts implements RequestFacts {
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

/** Reads the facts of a request. */
export const factsOf = (request: IncomingMessage): RequestFacts => new Facts(request);
