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

/** Keys by the list of scopes, then by client and slot. In proxy mode the list of a client is the same object at each call. */
const known = new WeakMap<readonly string[], WeakMap<ClientConfig, string[]>>();

/**
 * The key of a token (F4, B13): everything that makes two tokens different. The scopes are part of it, so a request for
 * `a` never gets the token for `a b`.
 *
 * @param genesys the one configuration that the client is part of
 * @param client OAuth client the token belongs to
 * @param scopes canonical, sorted; none of them holds a space
 * @param slot which token of the client's pool
 */
export function cacheKey(genesys: GenesysConfig, client: ClientConfig, scopes: readonly string[], slot = 0): string {
  // A hash of many parts takes longer than the rest of the lookup.
  let clients = known.get(scopes);
  if (clients === undefined) known.set(scopes, (clients = new WeakMap()));
  let keys = clients.get(client);
  if (keys === undefined) clients.set(client, (keys = []));
  return (keys[slot] ??= hashOf(genesys, client, scopes, slot));
}

function hashOf(genesys: GenesysConfig, client: ClientConfig, scopes: readonly string[], slot: number): string {
  return tupleHash([
    'client_credentials',
    genesys.tokenEndpoint,
    genesys.apiOrigin,
    client.id,
    client.auth,
    String(genesys.sendScope),
    String(scopes.length),
    ...scopes,
    // Each token of a pool has its own key.
    ...(slot === 0 ? [] : [`slot ${slot}`])
  ]);
}

/** The slot of a client's pool for a caller. It is always the same, and chosen by hash, so that callers spread evenly. */
export function slotOf({ pool }: ClientConfig, pin: string): number {
  if (pool === 1) return 0;
  return createHash('sha256').update(pin).digest().readUInt32BE() % pool;
}
