import { readFile } from 'node:fs/promises';
import { type IncomingMessage, type ServerResponse, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join } from 'node:path';
import type { RelayHandler } from 'genesys-auth-relay';
import { forward } from '../../support/forward.ts';

/** The site of an app: its files, the relay below `/genesys`, and pages rendered on the server if there is one. */
export interface Site {
  readonly url: string;
  close(): Promise<void>;
}

const TYPES: Readonly<Record<string, string>> = { '.js': 'text/javascript', '.css': 'text/css', '.html': 'text/html' };

/** Serves `folder`, the browser build of an app. `render` is the port of a server that renders its pages. */
export async function serveSite(
  folder: string,
  relay: Pick<RelayHandler, 'handler' | 'close'>,
  render?: number
): Promise<Site> {
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://site');
    if (pathname.startsWith('/genesys/')) relay.handler(request, response);
    else void send(pathname, request, response);
  });
  const send = async (pathname: string, request: IncomingMessage, response: ServerResponse) => {
    const type = TYPES[extname(pathname)];
    if (type === undefined && render !== undefined) {
      forward(request, response, `http://127.0.0.1:${String(render)}`);
      return;
    }
    const content = await readFile(join(folder, type === undefined ? 'index.html' : pathname)).catch(() => undefined);
    if (content) response.writeHead(200, { 'content-type': `${type ?? 'text/html'}; charset=utf-8` }).end(content);
    else response.writeHead(404).end();
  };
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    // The relay's loopback identity asks for a name of this machine.
    url: `http://localhost:${String(port)}`,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await relay.close();
    }
  };
}
