import type { KeyObject } from 'node:crypto';

const CURVES: ReadonlyMap<string | undefined, string> = new Map([
  ['prime256v1', 'ES256'],
  ['secp384r1', 'ES384'],
  ['secp521r1', 'ES512']
]);
/** RFC 7518 section 3.3. */
const LEAST_RSA_BITS = 2048;

/** The algorithm of a private key, for RSA the one that every server supports; `undefined`: jose cannot sign with the key. */
export function algorithmOf({ asymmetricKeyType, asymmetricKeyDetails }: KeyObject): string | undefined {
  if (asymmetricKeyType === 'ed25519') return 'EdDSA';
  if (asymmetricKeyType === 'ec') return CURVES.get(asymmetricKeyDetails?.namedCurve);
  const isRsa = asymmetricKeyType === 'rsa' && (asymmetricKeyDetails?.modulusLength ?? 0) >= LEAST_RSA_BITS;
  return isRsa ? 'RS256' : undefined;
}
