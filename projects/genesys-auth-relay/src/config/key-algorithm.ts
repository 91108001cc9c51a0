import type { KeyObject } from 'node:crypto';

const CURVES: ReadonlyMap<string | undefined, string> = new Map([
  ['prime256v1', 'ES256'],
  ['secp384r1', 'ES384'],
  ['secp521r1', 'ES512']
]);
/** RFC 7518 section 3.3. */
const LEAST_RSA_BITS = 2048;

/** The algorithm that belongs to a private key, for RSA the one every server knows; `undefined`: jose does not sign with it. */
export function algorithmOf({ asymmetricKeyType, asymmetricKeyDetails }: KeyObject): string | undefined {
  if (asymmetricKeyType === 'ed25519') return 'EdDSA';
  if (asymmetricKeyType === 'ec') return CURVES.get(asymmetricKeyDetails?.namedCurve);
  const isRsa = asymmetricKeyType === 'rsa' && (asymmetricKeyDetails?.modulusLength ?? 0) >= LEAST_RSA_BITS;
  return isRsa ? 'RS256' : undefined;
}
