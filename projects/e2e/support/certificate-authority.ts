import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A certificate authority of one test file, and a server certificate that it has issued. */
export interface CertificateAuthority {
  /** Private key and certificate chain of the server. */
  readonly key: string;
  readonly cert: string;
  /** A home folder in which Chromium finds this authority among those that the user trusts. */
  readonly home: string;
  close(): void;
}

/** @param names the host names of the server certificate */
export function createCertificateAuthority(names: readonly string[]): CertificateAuthority {
  const home = mkdtempSync(join(tmpdir(), 'e2e-tls-'));
  const run = (program: string, args: readonly string[]) => execFileSync(program, args, { cwd: home, stdio: 'ignore' });
  const certificate = (name: string, subject: string, ...more: readonly string[]) => {
    const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', `${name}.key`];
    run('openssl', ['req', '-x509', '-days', '2', '-subj', subject, '-out', `${name}.pem`, ...newKey, ...more]);
  };

  certificate('authority', '/CN=Authority of the browser tests');
  const subjectAltName = `subjectAltName=${names.map((name) => `DNS:${name}`).join(',')}`;
  const issuer = ['-CA', 'authority.pem', '-CAkey', 'authority.key'];
  certificate(
    'server',
    '/CN=Browser tests',
    ...issuer,
    '-addext',
    'basicConstraints=critical,CA:FALSE',
    '-addext',
    subjectAltName
  );

  const database = join(home, '.pki/nssdb');
  mkdirSync(database, { recursive: true });
  run('certutil', ['-N', '-d', `sql:${database}`, '--empty-password']);
  run('certutil', ['-A', '-d', `sql:${database}`, '-n', 'browser tests', '-t', 'C,,', '-i', 'authority.pem']);

  return {
    key: readFileSync(join(home, 'server.key'), 'utf8'),
    cert: readFileSync(join(home, 'server.pem'), 'utf8'),
    home,
    close: () => {
      rmSync(home, { recursive: true, force: true });
    }
  };
}
