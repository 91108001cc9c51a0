import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';

/** Seeded chance: the same seed draws the same numbers. */
export class Random {
  readonly #next: () => number;

  constructor(seed: number) {
    // The generator takes 32 bits; fold the rest in, so that large seeds differ as well.
    const generator = xoroshiro128plus((seed ^ Math.floor(seed / 2 ** 32)) | 0);
    this.#next = () => uniformFloat64(generator);
  }

  /** True with the given probability. */
  chance(probability: number): boolean {
    return this.#next() < probability;
  }

  /** A whole number from 0 to `below - 1`. */
  index(below: number): number {
    return Math.floor(this.#next() * below);
  }

  /** Between `min` and `max`, evenly. */
  between(min: number, max: number): number {
    return min + this.#next() * (max - min);
  }

  /** Exponentially distributed: the time between events of a Poisson process. */
  exponential(mean: number): number {
    return -Math.log(1 - this.#next()) * mean;
  }

  /** Log-normally distributed, as handle times are: many short, a few long. `spread` is the sigma of the logarithm. */
  lognormal(mean: number, spread = 0.55): number {
    const normal = Math.sqrt(-2 * Math.log(1 - this.#next())) * Math.cos(2 * Math.PI * this.#next());
    return mean * Math.exp(spread * normal - (spread * spread) / 2);
  }

  /** One of the entries, by weight. */
  weighted<T>(entries: readonly (readonly [T, number])[]): T {
    let rest = this.#next() * entries.reduce((sum, [, weight]) => sum + weight, 0);
    let chosen: T | undefined;
    for (const [value, weight] of entries) {
      chosen = value;
      rest -= weight;
      if (rest < 0) break;
    }
    if (chosen === undefined) throw new RangeError('There is nothing to choose from.');
    return chosen;
  }
}
