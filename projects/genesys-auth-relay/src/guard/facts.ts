import type { IncomingMessage } from 'node:http';

/** What the relay looks at in a request before anything else: where it came from and what its headers say. */
export interface RequestFacts {
  /** Headers in lower case; of a header that came several times, the values joined. */
  readonly headers: Readonly<Record<string, string>>;
  /** How often each header came. */
  readonly counts: Readonly<Record<string, number>>;
  /** Address of the peer of this connection; never taken from a header. */
  readonly peer: string;
  /** Port this server took the connection on. */
  readonly port: number | undefined;
  readonly encrypted: boolean;
}

/** Reads the facts of a request. */
export function factsOf({ rawHeaders, socket, url = '' }: IncomingMessage): RequestFacts {
  const headers: Record<string, string> = Object.create(null) as Record<string, string>;
  const counts: Record<string, number> = Object.create(null) as Record<string, number>;
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    const name = (rawHeaders[index] ?? '').toLowerCase();
    const value = rawHeaders[index + 1] ?? '';
    const seen = headers[name];
    headers[name] = seen === undefined ? value : `${seen}, ${value}`;
    counts[name] = (counts[name] ?? 0) + 1;
  }
  // A target that is a whole URL says where the request goes, and Host is ignored (RFC 9112 section 3.2.2).
  const authority = /^[a-z][a-z0-9+.-]*:\/\/([^/?#]*)/i.exec(url)?.[1];
  if (authority !== undefined) headers['host'] = authority;
  return {
    headers,
    counts,
    peer: socket.remoteAddress ?? '',
    port: socket.localPort,
    encrypted: 'encrypted' in socket && socket.encrypted === true
  };
}
