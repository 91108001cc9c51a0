import { type KeyObject, createPrivateKey, randomUUID } from 'node:crypto';
import { SignJWT } from 'jose';
import type { Credential, GenesysConfig } from '../config/config.ts';
import type { RelayClock } from '../runtime/clock.ts';

/** Seconds an assertion is good for: long enough for one request, of no use to who finds it in a log. */
const LIFE_SECONDS = 60;

/** The algorithm that belongs to a key: for RSA the one every server knows. */
function algorithmOf(key: KeyObject): string {
  switch (key.asymmetricKeyType) {
    case 'ed25519':
      return 'EdDSA';
    case 'ec':
      return { secp384r1: 'ES384', secp521r1: 'ES512' }[key.asymmetricKeyDetails?.namedCurve ?? ''] ?? 'ES256';
    case 'rsa-pss':
      return 'PS256';
    default:
      return 'RS256';
  }
}

/**
 * Signs a client assertion (RFC 7523 section 3), a fresh one for each request. Its audience is the issuer alone, so that no
 * other endpoint, and no other server, can be made to take it (RFC 9700 section 2.5).
 */
export function signAssertion(
  { id, secret, keyId }: Credential,
  { issuer, tokenEndpoint }: Pick<GenesysConfig, 'issuer' | 'tokenEndpoint'>,
  clock: RelayClock
): Promise<string> {
  const key = createPrivateKey(secret.reveal());
  const now = Math.floor(clock.now() / 1000);
  return new SignJWT()
    .setProtectedHeader({ alg: algorithmOf(key), typ: 'JWT', ...(keyId === undefined ? {} : { kid: keyId }) })
    .setIssuer(id)
    .setSubject(id)
    .setAudience(issuer ?? tokenEndpoint)
    .setJti(randomUUID())
    .setIssuedAt(now)
    .setExpirationTime(now + LIFE_SECONDS)
    .sign(key);
}
