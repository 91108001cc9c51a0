import { createPrivateKey, randomUUID } from 'node:crypto';
import { SignJWT } from 'jose';
import type { Credential, GenesysConfig } from '../config/config.ts';
import { algorithmOf } from '../config/key-algorithm.ts';
import type { RelayClock } from '../runtime/clock.ts';

/** Lifetime of an assertion in seconds: long enough for one request, too short for anyone who finds it in a log. */
const LIFE_SECONDS = 60;

/**
 * Signs a client assertion (RFC 7523 section 3), a new one for each request. Its audience is only the issuer, so that no
 * other endpoint and no other server accepts it (RFC 9700 section 2.5).
 */
export async function signAssertion(
  { id, secret, keyId }: Credential,
  { issuer }: Pick<GenesysConfig, 'issuer'>,
  clock: Pick<RelayClock, 'now'>
): Promise<string> {
  const key = createPrivateKey(secret.reveal());
  const alg = algorithmOf(key);
  // The configuration check excludes both.
  if (issuer === undefined || alg === undefined) throw new Error('An assertion needs an issuer and a key that signs.');
  const now = Math.floor(clock.now() / 1000);
  return new SignJWT()
    .setProtectedHeader({ alg, typ: 'JWT', ...(keyId === undefined ? {} : { kid: keyId }) })
    .setIssuer(id)
    .setSubject(id)
    .setAudience(issuer)
    .setJti(randomUUID())
    .setIssuedAt(now)
    .setExpirationTime(now + LIFE_SECONDS)
    .sign(key);
}
