import { X509Certificate, createPrivateKey } from 'node:crypto';
import type { Credential } from '../config/config.ts';
import { Secret } from '../config/secret.ts';
import { algorithmOf } from '../config/key-algorithm.ts';
import type { CertificatePools } from '../token-source/certificate-pools.ts';
import type { Granted } from '../token-source/token-answer.ts';
import { probeAssertion } from './assertion-probe.ts';
import type { Step } from './causes.ts';
import { probeCertificate } from './certificate-probe.ts';
import type { WrittenCredential } from './credentials.ts';
import { type Examination, report } from './examination.ts';
import type { HostFacts } from './host-probe.ts';
import { probeClientId } from './region-probe.ts';
import { probeToken } from './token-probe.ts';

/** The token endpoint, and what is known about it. */
export interface Place {
  readonly tokenEndpoint: string;
  readonly issuer: string | undefined;
  readonly sendScope: boolean;
  readonly host: HostFacts;
  readonly pools: CertificatePools;
}

export const skipped = (name: string, why: string): Step => ({ name, outcome: 'skipped', tried: why });

/** Whether a text can be read by this function. */
function isGood(read: () => unknown): boolean {
  try {
    return read() !== undefined;
  } catch {
    return false;
  }
}

/** A credential with a private key, as the relay uses it; `undefined` if its key or its certificate is not valid. */
export function provenBy({ clientId, auth, rawSecret, certificate, keyId }: WrittenCredential): Credential | undefined {
  if (clientId === undefined || rawSecret === undefined) return undefined;
  const isKey = isGood(() => {
    const key = createPrivateKey(rawSecret);
    return auth === 'private_key_jwt' ? algorithmOf(key) : key;
  });
  if (!isKey || (auth === 'tls_client_auth' && !isGood(() => new X509Certificate(certificate ?? '')))) return undefined;
  const pem = certificate === undefined ? undefined : new Secret(certificate);
  return { id: clientId, auth, secret: new Secret(rawSecret), certificate: pem, keyId };
}

const asked = (scopes: readonly string[]) => scopes.filter((scope) => /^[\x21\x23-\x5B\x5D-\x7E]+$/.test(scope));

/**
 * Requests a token with one credential, by its configured authentication method.
 *
 * @param proven the credential, if it has a private key; created once, because its connections are found by it
 * @returns the grant, for the probes of the API
 */
export async function probeCredential(
  examination: Examination,
  written: WrittenCredential,
  proven: Credential | undefined,
  { tokenEndpoint, issuer, sendScope, host, pools }: Place
): Promise<Granted | undefined> {
  const { clientId, rawSecret, auth, key } = written;
  const { steps } = examination;
  if (clientId === undefined) {
    steps.push(skipped('token', 'the configuration names no usable client id'));
    return undefined;
  }
  const scopes = sendScope ? asked(written.scopes) : [];
  if (auth === 'basic' || auth === 'post') {
    if (rawSecret !== undefined && rawSecret.trim() !== '')
      return probeToken(examination, { tokenEndpoint, id: clientId, rawSecret, auth, scopes, key }, host.authMethods);
    const known = await probeClientId(examination, tokenEndpoint, clientId);
    if (known === 'no') report(examination, 'unknown_client_or_region', tokenEndpoint);
    return undefined;
  }
  if (proven === undefined || (auth === 'private_key_jwt' && issuer === undefined)) {
    steps.push(skipped('token', `the configuration lacks something that ${auth} needs: see the findings`));
    return undefined;
  }
  const ask = { tokenEndpoint, credential: proven, scopes, key };
  return auth === 'private_key_jwt'
    ? probeAssertion(examination, ask, issuer ?? '', host)
    : probeCertificate(examination, ask, pools);
}
