import { createHash, randomBytes } from 'node:crypto';

/** A fresh API key and the hash that a relay's config holds. */
export function newApiKey(): { key: string; sha256: string } {
  const key = randomBytes(32).toString('base64url');
  return { key, sha256: createHash('sha256').update(key).digest('hex') };
}
