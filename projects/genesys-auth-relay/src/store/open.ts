import type { RelayConfig } from '../config/config.ts';
import { keyBytes } from '../config/resolve-store.ts';
import type { RelayRuntime } from '../runtime/runtime.ts';
import { openRedis } from './redis-client.ts';
import { createSeal } from './seal.ts';
import { type TokenStore, createTokenStore } from './token-store.ts';

/** A lease lasts longer than any token request whose result is still useful (T4). */
const SHORTEST_LEASE_MS = 10_000;

/**
 * Opens the store of the configuration, if there is one.
 *
 * @throws RelayConfigError `config_invalid` when ioredis is not installed
 */
export async function openStore(
  { store, genesys }: Pick<RelayConfig, 'store' | 'genesys'>,
  runtime: RelayRuntime
): Promise<TokenStore | undefined> {
  if (store === undefined) return undefined;
  const seal = createSeal(
    'token store',
    store.keys.flatMap((key) => keyBytes(key.reveal()) ?? [])
  );
  const leaseMs = Math.max(SHORTEST_LEASE_MS, 2 * genesys.timeoutMs);
  return createTokenStore(await openRedis(store), { prefix: store.prefix, leaseMs, seal }, runtime);
}
