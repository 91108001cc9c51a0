import type { TokenRequest } from 'genesys-auth-protocol';

/**
 * The part of a request that reports a rejected token to the relay: the SHA-256 of the token, in lower-case hex.
 *
 * @returns `undefined` where the browser has no `crypto.subtle` (a page on plain `http:` that is not localhost). Then the relay may
 *   issue the rejected token again, and the replay fails with `token_rejected`.
 */
export async function rejectionReport(token: string): Promise<TokenRequest | undefined> {
  // The type says that it always exists, but browsers do not offer it to insecure pages.
  const subtle = (crypto as Partial<Crypto>).subtle;
  const hash = await subtle?.digest('SHA-256', new TextEncoder().encode(token));
  return hash && { rejected: Array.from(new Uint8Array(hash), hexByte).join('') };
}

const hexByte = (byte: number): string => byte.toString(16).padStart(2, '0');
