import { lookup } from 'node:dns/promises';
import { once } from 'node:events';
import type { Server } from 'node:http';
import { type AddressInfo, type Server as NetServer, createServer, isIPv6 } from 'node:net';

/** Where a server listens. */
export interface ListenAt {
  readonly host: string;
  readonly port: number;
}

async function bind(server: NetServer, { host, port }: ListenAt): Promise<AddressInfo> {
  await once(server.listen({ host, port }), 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The server has no port.');
  return address;
}

/** Listens on more addresses, at the same port. An address that the machine does not have is left out. */
export async function listenAlso(server: Server, { address, port }: AddressInfo, others: readonly string[]) {
  for (const host of others.filter((other) => other !== address)) {
    const more = createServer((socket) => server.emit('connection', socket));
    try {
      await bind(more, { host, port });
      server.once('close', () => more.close());
    } catch {
      // For example ::1 on a machine without IPv6.
    }
  }
}

/** The address that a client on this machine can use. */
const reachable = (address: string): string => {
  if (address === '0.0.0.0') return '127.0.0.1';
  if (address === '::') return '[::1]';
  return isIPv6(address) ? `[${address}]` : address;
};

/** Starts to listen. Returns the base URL. */
export async function listen(server: Server, at: ListenAt): Promise<string> {
  const bound = await bind(server, at);
  if (at.host === 'localhost') {
    // Clients try 127.0.0.1 and ::1.
    const addresses = await lookup('localhost', { all: true });
    await listenAlso(
      server,
      bound,
      addresses.map(({ address }) => address)
    );
  }
  return `http://${reachable(bound.address)}:${bound.port}`;
}

/** Closes a server and its connections. */
export async function closeServer(server: Server): Promise<void> {
  if (!server.listening) return;
  const closed = once(server, 'close');
  server.close();
  server.closeAllConnections();
  await closed;
}
