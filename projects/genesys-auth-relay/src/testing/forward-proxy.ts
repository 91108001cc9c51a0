import { type Server, createServer } from 'node:http';
import { type AddressInfo, type Socket, connect } from 'node:net';

/** An HTTP proxy that opens tunnels. It alone knows the addresses of some hosts. */
export interface ForwardProxy {
  readonly host: string;
  readonly port: number;
  /** Targets of all CONNECT requests, as `host:port`. */
  readonly tunnels: readonly string[];
  /** Ports on this machine, by `host:port` of a target. Other targets get 502. */
  readonly places: Map<string, number>;
  /** The `Proxy-Authorization` that each tunnel needs; `undefined`: none. */
  authorization: string | undefined;
  /** Requests that were not CONNECT. */
  readonly plain: readonly string[];
  close(): Promise<void>;
}

/** Starts a proxy on this machine. */
export async function startForwardProxy(): Promise<ForwardProxy> {
  const tunnels: string[] = [];
  const plain: string[] = [];
  const places = new Map<string, number>();
  const open = new Set<Socket>();
  const server: Server = createServer((request, response) => {
    plain.push(request.url ?? '');
    response.writeHead(405).end();
  });
  const proxy = {
    host: '127.0.0.1',
    port: 0,
    tunnels,
    plain,
    places,
    authorization: undefined as string | undefined,
    async close() {
      for (const socket of open) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    }
  };
  server.on('connect', (request, client: Socket) => {
    const target = request.url ?? '';
    tunnels.push(target);
    const keep = (socket: Socket) => {
      open.add(socket);
      socket.on('close', () => open.delete(socket));
      socket.on('error', () => socket.destroy());
    };
    keep(client);
    const answer = (status: string) => client.end(`HTTP/1.1 ${status}\r\nContent-Length: 0\r\n\r\n`);
    if (proxy.authorization !== undefined && request.headers['proxy-authorization'] !== proxy.authorization) {
      answer('407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm="test"');
      return;
    }
    const port = places.get(target);
    if (port === undefined) {
      answer('502 Bad Gateway');
      return;
    }
    const upstream = connect(port, '127.0.0.1', () => {
      client.write('HTTP/1.1 200 Connection established\r\n\r\n');
      upstream.pipe(client).pipe(upstream);
    });
    keep(upstream);
    upstream.on('close', () => client.destroy());
    client.on('close', () => upstream.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  proxy.port = (server.address() as AddressInfo).port;
  return proxy;
}
