import type { TokenRequest } from 'genesys-auth-protocol';

/**
 * Names a token to the relay by its SHA-256, in lower-case hex.
 *
 * @returns `undefined` where the browser has no `crypto.subtle` (a page on plain `http:` that is not localhost). The relay then
 *   cannot know that its token is dead and may issue it again; the replayed request shows that.
 */
export async function fingerprint(token: string): Promise<TokenRequest | undefined> {
  // The type says that it always exists, but browsers do not offer it to insecure pages.
  const subtle = (crypto as Partial<Crypto>).subtle;
  const hash = await subtle?.digest('SHA-256', new TextEncoder().encode(token));
  return hash && { rejected: Array.from(new Uint8Array(hash), hexByte).join('') };
}

const hexByte = (byte: number): string => byte.toString(16).padStart(2, '0');
