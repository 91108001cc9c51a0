import { createHash } from 'node:crypto';
import type { ClientConfig, GenesysConfig } from '../config/config.ts';

/**
 * SHA-256 over a tuple whose parts carry their length, so that no two different tuples look alike (`["a b"]` is not
 * `["a", "b"]`).
 */
export function tupleHash(parts: readonly string[]): string {
  const hash = createHash('sha256');
  for (const part of parts) {
    const bytes = Buffer.from(part);
    hash.update(`${bytes.length}:`).update(bytes);
  }
  return hash.digest('hex');
}

/**
 * The key of a token (F4, B13): everything that makes two tokens different. The scopes are part of it, so a request for
 * `a` never gets the token for `a b`.
 *
 * @param client OAuth client the token belongs to
 * @param scopes canonical, sorted
 */
export const cacheKey = (genesys: GenesysConfig, client: ClientConfig, scopes: readonly string[]): string =>
  tupleHash([
    'client_credentials',
    genesys.tokenEndpoint,
    genesys.apiOrigin,
    client.id,
    client.auth,
    String(genesys.sendScope),
    String(scopes.length),
    ...scopes
  ]);
