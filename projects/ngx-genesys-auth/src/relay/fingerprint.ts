import type { TokenRequest } from 'genesys-auth-protocol';

/**
 * Names a token to the relay, by its lower-case hex SHA-256.
 *
 * @returns nothing where the browser has no `crypto.subtle` (a page on plain `http:` that is not localhost). The relay
 *   then cannot know that its token is dead and may hand it out again; the replay shows.
 */
export async function fingerprint(token: string): Promise<TokenRequest | undefined> {
  // The type says it is always there; browsers leave it out of insecure pages.
  const subtle = (crypto as Partial<Crypto>).subtle;
  const hash = await subtle?.digest('SHA-256', new TextEncoder().encode(token));
  return hash && { rejected: [...new Uint8Array(hash)].map((byte) => (256 + byte).toString(16).slice(1)).join('') };
}
