import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';
import type { SessionUser } from 'genesys-auth-protocol';

/** Names users for their own pages. The same user has the same tag in every session. */
export interface SessionTags {
  of(user: SessionUser): string;
  /** Whether a tag belongs to the user, also one that was made with the previous key. */
  matches(tag: string, user: SessionUser): boolean;
}

/** @param keys the first key makes tags; tags of all keys are accepted */
export function createSessionTags(keys: readonly Buffer[]): SessionTags {
  const secrets = keys.map((key) => Buffer.from(hkdfSync('sha256', key, '', 'genesys-auth-relay session tags 1', 32)));
  const tagWith = (secret: Buffer, { id, organization }: SessionUser): string =>
    createHmac('sha256', secret)
      .update(JSON.stringify([organization.id, id]))
      .digest('base64url');
  const [current = Buffer.alloc(0)] = secrets;
  return {
    of: (user) => tagWith(current, user),
    matches: (tag, user) =>
      secrets.some((secret) => {
        const expected = Buffer.from(tagWith(secret, user));
        const given = Buffer.from(tag);
        return given.length === expected.length && timingSafeEqual(given, expected);
      })
  };
}
