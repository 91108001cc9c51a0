// Measuring side by side: every round measures every variant once, in a new random order, so that what else the machine
// does hits all of them alike. The figure is the median over the rounds.

export const median = (values) => {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
};

/** Rounds from which on smallest and largest value hold the median with 95 %: 1 - 2 / 2^6 = 0.97. */
const ENOUGH = 6;

/** What {@link medianInterval} is after so many rounds: of fewer than six nothing narrower than their range can be said. */
export const intervalName = (rounds) => (rounds < ENOUGH ? 'range' : '95 % interval');

/** 95 % interval of a median, by the binomial order statistics. */
export function medianInterval(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const half = 0.98 * Math.sqrt(sorted.length);
  const low = Math.max(0, Math.floor(sorted.length / 2 - half));
  const high = Math.min(sorted.length - 1, Math.ceil(sorted.length / 2 + half));
  return [sorted[low], sorted[high]];
}

/** The list in a new random order. */
export const shuffled = (list) => {
  const result = [...list];
  for (let i = result.length - 1; i > 0; i--) {
    const j = Math.floor(Math.random() * (i + 1));
    [result[i], result[j]] = [result[j], result[i]];
  }
  return result;
};

/**
 * @param {Record<string, () => void>} variants one unit of work each
 * @param {number} rounds
 * @returns {Record<string, number[]>} milliseconds of each round, by variant
 */
export function interleave(variants, rounds) {
  const times = Object.fromEntries(Object.keys(variants).map((name) => [name, []]));
  for (let round = -2; round < rounds; round++) {
    for (const [name, work] of shuffled(Object.entries(variants))) {
      const since = performance.now();
      work();
      const took = performance.now() - since;
      if (round >= 0) times[name].push(took); // the first two rounds warm up
    }
  }
  return times;
}
