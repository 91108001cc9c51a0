import { hash } from 'node:crypto';
import type { SessionUser } from 'genesys-auth-protocol';

/**
 * Identifies a user for the user's own pages. It gives no rights, so it needs no key. Without a key a user keeps the tag when the relay
 * restarts or gets another key; with a new tag the pages would take the same user for another one, and drop what the user has typed.
 */
export const sessionTag = ({ id, organization }: SessionUser): string =>
  hash('sha256', JSON.stringify([organization.id, id]), 'base64url');
