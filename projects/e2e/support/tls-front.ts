import { execFileSync } from 'node:child_process';
import { X509Certificate, createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { request as send } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Serves host names with TLS on one port, and forwards to plain servers. */
export interface TlsFront {
  /** Switches with which Chromium finds these names, and trusts their certificate and no other. */
  readonly switches: readonly string[];
  close(): void;
}

function makeCertificate(names: readonly string[]): { readonly key: string; readonly cert: string } {
  const folder = mkdtempSync(join(tmpdir(), 'e2e-tls-'));
  const [keyFile, certFile] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  const kind = ['-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'];
  const subject = ['-subj', '/CN=e2e', '-addext', `subjectAltName=${names.map((name) => `DNS:${name}`).join(',')}`];
  try {
    execFileSync('openssl', ['req', ...kind, '-keyout', keyFile, '-out', certFile, ...subject], { stdio: 'ignore' });
    return { key: readFileSync(keyFile, 'utf8'), cert: readFileSync(certFile, 'utf8') };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** @param targets origins of plain servers, by the host name that they are served as */
export async function startTlsFront(targets: Readonly<Record<string, string>>): Promise<TlsFront> {
  const names = Object.keys(targets);
  const { key, cert } = makeCertificate(names);
  const server = createServer({ key, cert }, (request, response) => {
    const { method, url, headers } = request;
    const forwarded = send(`${targets[headers.host ?? ''] ?? ''}${url ?? '/'}`, { method, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    forwarded.on('error', () => response.destroy());
    request.pipe(forwarded);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const publicKey = new X509Certificate(cert).publicKey.export({ type: 'spki', format: 'der' });
  return {
    switches: [
      `--host-resolver-rules=${names.map((name) => `MAP ${name} 127.0.0.1:${port}`).join(', ')}`,
      `--ignore-certificate-errors-spki-list=${createHash('sha256').update(publicKey).digest('base64')}`
    ],
    close: () => {
      server.closeAllConnections();
      server.close();
    }
  };
}
