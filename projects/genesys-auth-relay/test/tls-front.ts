import { type IncomingMessage, request as httpRequest } from 'node:http';
import { type Server, createServer } from 'node:https';
import { type AddressInfo, type Socket, connect } from 'node:net';
import { buffer } from 'node:stream/consumers';

/** A server that ends TLS and forwards to servers without it, by the name of the host. */
export interface TlsFront {
  readonly port: number;
  close(): Promise<void>;
}

/**
 * Starts one on this machine.
 *
 * @param origins the server behind each host name
 * @param rewrite changes a body, for example URLs in it
 */
export async function startTlsFront(
  pair: { readonly key: string; readonly cert: string },
  origins: ReadonlyMap<string, string>,
  rewrite: (body: string) => string
): Promise<TlsFront> {
  const portOf = ({ headers }: IncomingMessage) => Number(new URL(origins.get(headers.host ?? '') ?? '').port);
  const server: Server = createServer(pair, (request, response) => {
    const forwarded = httpRequest(
      {
        host: '127.0.0.1',
        port: portOf(request),
        method: request.method,
        path: request.url,
        headers: { ...request.headers, 'accept-encoding': 'identity' }
      },
      (answer) => {
        void buffer(answer).then((bytes) => {
          const body = rewrite(bytes.toString());
          const headers = { ...answer.headers, 'content-length': Buffer.byteLength(body) };
          delete headers['transfer-encoding'];
          response.writeHead(answer.statusCode ?? 502, headers).end(body);
        });
      }
    );
    request.pipe(forwarded);
  });
  const open = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    open.add(socket);
    socket.on('close', () => open.delete(socket));
  });
  server.on('upgrade', (request, socket: Socket, head) => {
    const upstream = connect(portOf(request), '127.0.0.1', () => {
      const lines = Object.entries(request.headers).map(([name, value]) => `${name}: ${String(value)}\r\n`);
      upstream.write(`GET ${request.url} HTTP/1.1\r\n${lines.join('')}\r\n`);
      upstream.write(head);
      upstream.pipe(socket).pipe(upstream);
    });
    open.add(upstream);
    upstream.on('error', () => socket.destroy());
    socket.on('error', () => upstream.destroy());
    upstream.on('close', () => {
      open.delete(upstream);
      socket.destroy();
    });
    socket.on('close', () => upstream.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    async close() {
      for (const socket of open) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    }
  };
}
