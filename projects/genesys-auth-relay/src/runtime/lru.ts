import { LRUCache } from 'lru-cache';

/**
 * An LRU cache of at most `maxEntries` entries, whose memory grows with its entries. With the option `max`, `lru-cache` reserves the
 * memory of all entries at once: several megabytes at each start of a relay.
 */
export const createLru = <V extends object | number | true>(
  maxEntries: number,
  options: Pick<LRUCache.Options<string, V, unknown>, 'dispose' | 'ttl'> = {}
): LRUCache<string, V> => new LRUCache<string, V>({ ...options, maxSize: maxEntries, sizeCalculation: () => 1 });
