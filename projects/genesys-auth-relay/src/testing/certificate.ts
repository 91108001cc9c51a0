import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Key and certificate in PEM form, and their files. */
export interface TestCertificate {
  readonly key: string;
  readonly cert: string;
  readonly keyFile: string;
  readonly certFile: string;
}

/** Creates self-signed certificates, valid for two days. */
export function certificateMaker() {
  const folder = mkdtempSync(join(tmpdir(), 'relay-tls-'));
  return {
    /** @param names alternative names of the subject */
    make(name: string, names = 'IP:127.0.0.1'): TestCertificate {
      const [keyFile, certFile] = [join(folder, `${name}.key`), join(folder, `${name}.pem`)];
      const made = [
        'req',
        '-x509',
        '-newkey',
        'ec',
        '-pkeyopt',
        'ec_paramgen_curve:prime256v1',
        '-nodes',
        '-days',
        '2'
      ];
      const about = ['-subj', `/CN=${name}`, '-addext', `subjectAltName=${names}`];
      execFileSync('openssl', [...made, '-keyout', keyFile, '-out', certFile, ...about], { stdio: 'ignore' });
      return { keyFile, certFile, key: readFileSync(keyFile, 'utf8'), cert: readFileSync(certFile, 'utf8') };
    },
    clear() {
      rmSync(folder, { recursive: true, force: true });
    }
  };
}
