import type { JWTPayload } from 'jose';

/** The value at a JSON pointer (RFC 6901), or `undefined`. Only own members are followed. */
export function pointTo(pointer: string, document: unknown): unknown {
  let value = document;
  for (const part of pointer.split('/').slice(1)) {
    const name = part.replaceAll('~1', '/').replaceAll('~0', '~');
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
    value = Object.entries(value).find(([key]) => key === name)?.[1];
  }
  return value;
}

/** Reads roles from a claim: a list of strings, or one string with spaces between the names. */
export function rolesOf(claim: unknown): readonly string[] {
  const list = typeof claim === 'string' ? claim.split(' ') : Array.isArray(claim) ? claim : [];
  return [...new Set(list.filter((role): role is string => typeof role === 'string' && role !== ''))];
}

/** Header types that an access token may have if the configuration names none. */
const USUAL_TYPES = ['at+jwt', 'jwt'];

/** Every access token of the well-known providers has one of these claims: RFC 9068, Entra, Okta, Auth0, Cognito. */
const OF_ACCESS_TOKENS = ['client_id', 'azp', 'appid', 'cid', 'scope', 'scp'];

/**
 * Whether a verified JWT is not an access token but an ID token, a logout token or a refresh token. The same keys sign them. Only
 * `typ`, claims that no access token has, or missing claims that every access token has tell them apart.
 *
 * @param typ header parameter `typ`
 * @param allowed types that the configuration names instead of the defaults
 */
export function isOtherToken(
  typ: string | undefined,
  payload: JWTPayload,
  allowed: readonly string[] | undefined
): boolean {
  const type = typ?.toLowerCase().replace(/^application\//, '');
  if (allowed !== undefined) return !allowed.some((name) => name.toLowerCase().replace(/^application\//, '') === type);
  if (type !== undefined && !USUAL_TYPES.includes(type)) return true;
  // Keycloak puts the kind of token into the payload.
  const kind = payload['typ'];
  if (typeof kind === 'string' && ['id', 'refresh', 'offline', 'logout'].includes(kind.toLowerCase())) return true;
  if (['at_hash', 'c_hash', 's_hash', 'events'].some((claim) => payload[claim] !== undefined)) return true;
  if (type === 'at+jwt' || (typeof kind === 'string' && kind.toLowerCase() === 'bearer')) return false;
  // Cognito puts the kind here.
  if (payload['token_use'] !== undefined) return payload['token_use'] !== 'access';
  // An ID token answers a sign-in, whose nonce it repeats. An access token says which client it was issued to, or for what.
  return payload['nonce'] !== undefined || !OF_ACCESS_TOKENS.some((claim) => payload[claim] !== undefined);
}
