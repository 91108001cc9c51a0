import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { createCertificateAuthority } from './certificate-authority.ts';
import { forward } from './forward.ts';

/** Serves host names with TLS on one port, and forwards to plain servers. */
export interface TlsFront {
  /** Switches with which Chromium finds these names. */
  readonly switches: readonly string[];
  /** The home folder in which Chromium finds the certificate authority. */
  readonly home: string;
  /** Forwards each host name to the origin of a plain server, from now on. */
  forward(targets: Readonly<Record<string, string>>): void;
  close(): void;
}

/** @param names the host names */
export async function startTlsFront(names: readonly string[]): Promise<TlsFront> {
  const { key, cert, home, close } = createCertificateAuthority(names);
  let targets: Readonly<Record<string, string>> = {};
  const server = createServer({ key, cert }, (request, response) => {
    const target = targets[request.headers.host ?? ''];
    if (target === undefined) response.writeHead(502).end();
    else forward(request, response, target);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    switches: [`--host-resolver-rules=${names.map((name) => `MAP ${name} 127.0.0.1:${port}`).join(', ')}`],
    home,
    forward: (next) => {
      targets = next;
    },
    close: () => {
      server.closeAllConnections();
      server.close();
      close();
    }
  };
}
