import { createPublicKey } from 'node:crypto';
import { calculateJwkThumbprint, exportJWK } from 'jose';
import type { Credential } from '../config/config.ts';
import { signAssertion } from '../token-source/assertion.ts';
import type { Granted } from '../token-source/token-answer.ts';
import { tokenRequest } from '../token-source/token-request.ts';
import { finding } from './causes.ts';
import { clockCause, isApart } from './clock-skew.ts';
import { type Examination, report } from './examination.ts';
import type { HostFacts } from './host-probe.ts';
import { type AssertionRequest, isProofRefused, tryPlain } from './assertion-request.ts';
import { tryToken } from './token-probe.ts';

const METHOD = 'private_key_jwt';

/** Properties of an assertion that are changed to find the cause. */
interface Change {
  readonly keyId?: undefined;
  readonly issuer?: string;
  readonly aheadMs?: number;
}

/** SHA-256 thumbprint (RFC 7638) of the public key, to compare with the registered one. */
const thumbprintOf = async ({ secret }: Credential): Promise<string> =>
  calculateJwkThumbprint(await exportJWK(createPublicKey(secret.reveal())));

/**
 * Requests a token with a signed assertion, as the relay does. If it is refused, one property at a time is changed to find the
 * cause: the clock, the key id, the audience. At most four requests.
 *
 * @returns the grant, for the probes of the API
 */
export async function probeAssertion(
  examination: Examination,
  ask: AssertionRequest,
  issuer: string,
  host: HostFacts
): Promise<Granted | undefined> {
  const { tokenEndpoint, credential, scopes, key } = ask;
  const { redactor, clock, findings } = examination;

  async function attempt(name: string, change: Change, asked: readonly string[], why: string) {
    const changed: Credential = { ...credential, ...change };
    const now = () => clock.now() - (change.aheadMs ?? 0);
    const assertion = await signAssertion(changed, { issuer: change.issuer ?? issuer }, { now });
    redactor.hide(assertion);
    const { headers, body } = tokenRequest({ sendScope: true }, changed, asked, assertion);
    const question = { method: 'POST', url: tokenEndpoint, headers, body } as const;
    return tryToken(examination, name, question, `with an assertion signed by ${key}.key${why}`);
  }

  const verdict = await attempt('token', {}, scopes, '');
  if (verdict.kind === 'granted') return verdict.granted;
  if (verdict.cause === 'scope_refused')
    return tryPlain(examination, tokenEndpoint, () => attempt('token without scope', {}, [], ', no scope'));
  if (!isProofRefused(verdict.cause)) {
    report(examination, verdict.cause, tokenEndpoint);
    return undefined;
  }
  if (host.authMethods.length > 0 && !host.authMethods.includes(METHOD)) {
    findings.push(
      finding(
        'auth_method_refused',
        `The server refuses the client, and does not name ${METHOD} among the ways it takes.`,
        `Set ${key}.auth to one of these: ${host.authMethods.map((one) => redactor.show(one)).join(', ')}.`
      )
    );
    return undefined;
  }
  if (host.skewMs !== undefined && isApart(host.skewMs)) {
    const again = await attempt(
      'token by the server’s clock',
      { aheadMs: host.skewMs },
      scopes,
      ', undone: clock_skew'
    );
    if (again.kind === 'granted') {
      const isKnown = findings.findIndex(({ cause }) => cause === 'clock_skew');
      if (isKnown >= 0) findings.splice(isKnown, 1);
      findings.push(clockCause(host.skewMs));
      return again.granted;
    }
  }
  if (credential.keyId !== undefined) {
    const again = await attempt('token without a key id', { keyId: undefined }, scopes, ', undone: key_id_wrong');
    if (again.kind === 'granted') {
      findings.push(
        finding(
          'key_id_wrong',
          'The server takes the key, but not under the key id of the configuration. Without it a token is granted, so this is the cause.',
          `Set ${key}.keyId to the kid that the server has for this key, or leave it out.`
        )
      );
      return again.granted;
    }
  }
  if (host.issuer !== undefined && host.issuer !== issuer) {
    const named = { issuer: host.issuer };
    const again = await attempt('token for the issuer that the server names', named, scopes, ', undone: issuer_wrong');
    if (again.kind === 'granted') {
      findings.push(
        finding(
          'issuer_wrong',
          'The assertion is made out to another issuer than the server’s. Made out to the one it names, it is taken, so this is the cause.',
          `Set genesys.issuer: ${redactor.show(host.issuer)}`
        )
      );
      return again.granted;
    }
  }
  findings.push(
    finding(
      'assertion_refused',
      `The server refuses the assertion: this key is not registered for this client id there, or the id is wrong, or genesys.issuer is. The thumbprint (RFC 7638, SHA-256) of its public key is ${await thumbprintOf(credential)}.`,
      `Compare the thumbprint with that of the key that the server has for the client; register the public key of ${key}.key there, or give the right key.`
    )
  );
  return undefined;
}
