import { randomBytes } from 'node:crypto';
import { sha256 } from '../runtime/sha256.ts';

/** Creates an API key of 256 random bits. Its prefix lets secret scanners find leaked keys. */
export function newApiKey(): { key: string; sha256: string } {
  const key = `gak_${randomBytes(32).toString('base64url')}`;
  return { key, sha256: sha256(key) };
}
