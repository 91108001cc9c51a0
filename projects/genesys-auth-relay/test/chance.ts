/** Returns a number from 0 up to, but not including, 1. */
export type Random = () => number;

/** mulberry32: the same seed gives the same numbers. */
export function seeded(seed: number): Random {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/**
 * Random choices for a fuzzer.
 *
 * @param source where the numbers come from, or the seed of a new source
 */
export function createChance(source: Random | number) {
  const random = typeof source === 'number' ? seeded(source) : source;
  const below = (limit: number): number => Math.floor(random() * limit);
  return {
    random,
    below,
    pick: <T>(list: readonly T[]): T => list[below(list.length)]!,
    often: (share: number): boolean => random() < share,
    bytes: (most: number): string =>
      Array.from({ length: below(most) }, () => String.fromCharCode(0x20 + below(0xdf))).join('')
  };
}
