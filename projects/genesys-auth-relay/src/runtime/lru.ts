import { LRUCache } from 'lru-cache';

/**
 * A map of at most `entries` entries, which drops the one that was not used for longest. Its memory grows with its entries: with the
 * option `max` of `lru-cache`, every relay would reserve megabytes at its start.
 */
export const createLru = <K extends string, V extends object | number | true>(
  entries: number,
  options: Pick<LRUCache.Options<K, V, unknown>, 'dispose' | 'ttl'> = {}
): LRUCache<K, V> => new LRUCache<K, V>({ ...options, maxSize: entries, sizeCalculation: () => 1 });
