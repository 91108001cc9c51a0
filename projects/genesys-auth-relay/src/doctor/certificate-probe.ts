import { X509Certificate, createPrivateKey } from 'node:crypto';
import type { Credential } from '../config/config.ts';
import type { CertificatePools } from '../token-source/certificate-pools.ts';
import type { Granted } from '../token-source/token-answer.ts';
import { tokenRequest } from '../token-source/token-request.ts';
import { finding } from './causes.ts';
import { type Examination, report } from './examination.ts';
import { type AssertionRequest, isProofRefused, tryPlain } from './assertion-request.ts';
import { tryToken } from './token-probe.ts';
import { isAboutUs } from './token-verdict.ts';

/** Whether the private key belongs to the certificate. Otherwise no connection is possible. */
export const isPair = ({ certificate, secret }: Credential): boolean =>
  new X509Certificate(certificate?.reveal() ?? '').checkPrivateKey(createPrivateKey(secret.reveal()));

/**
 * Requests a token once, over a connection with the certificate of the client, as the relay does.
 *
 * @returns the grant, for the probes of the API
 */
export async function probeCertificate(
  examination: Examination,
  { tokenEndpoint, credential, scopes, key }: AssertionRequest,
  pools: CertificatePools
): Promise<Granted | undefined> {
  const { findings, redactor, clock } = examination;
  if (!isPair(credential)) {
    findings.push(
      finding(
        'key_mismatch',
        `${key}.key is not the private key of ${key}.certificate.`,
        'Use the two files that belong together.'
      )
    );
    return undefined;
  }
  const certificate = new X509Certificate(credential.certificate?.reveal() ?? '');
  const [from, to] = [new Date(certificate.validFrom), new Date(certificate.validTo)];
  const isOver = clock.now() < from.getTime() || clock.now() > to.getTime();
  if (isOver) {
    findings.push(
      finding(
        'certificate_expired',
        `The certificate of the client is valid only from ${from.toISOString()} to ${to.toISOString()}.`,
        `Renew ${key}.certificate with its key; the relay reads them again when the files change.`
      )
    );
  }
  const attempt = (name: string, asked: readonly string[], why: string) => {
    const { headers, body } = tokenRequest({ sendScope: true }, credential, asked);
    const question = { method: 'POST', url: tokenEndpoint, headers, body, via: pools.of(credential) } as const;
    return tryToken(examination, name, question, `with the certificate ${key}.certificate${why}`);
  };
  const verdict = await attempt('token', scopes, '');
  if (verdict.kind === 'granted') return verdict.granted;
  if (verdict.cause === 'scope_refused')
    return tryPlain(examination, tokenEndpoint, () => attempt('token without scope', [], ', no scope'));
  const { answer } = verdict;
  const isOurs = answer.kind === 'none' ? isAboutUs(answer) : isProofRefused(verdict.cause);
  if (!isOurs) report(examination, verdict.cause, tokenEndpoint);
  else if (!isOver) {
    const subject = redactor.show(certificate.subject.replaceAll('\n', ', '));
    findings.push(
      finding(
        'certificate_refused',
        `The server does not accept the certificate (${subject}) for this client id: it does not trust its issuer, or has another one for the client, or does not accept certificates.`,
        'Compare subject and issuer of the certificate with what is registered for the client.'
      )
    );
  }
  return undefined;
}
