import { Counter, Histogram, type Registry } from 'prom-client';

/** What a metric is called, and where it is kept. */
export interface Named {
  readonly name: string;
  readonly help: string;
  readonly registers: Registry[];
}

/**
 * A counter with one label, for what is counted at each request: prom-client checks and joins labels every time it counts, so
 * here they are plain numbers that it takes over when somebody reads them.
 *
 * @returns counts one more for this value of the label
 */
export function createTally(named: Named, label: string): (value: string) => void {
  const pending = new Map<string, number>();
  const counter = new Counter({
    ...named,
    labelNames: [label],
    collect: () => {
      for (const [value, count] of pending) counter.labels(value).inc(count);
      pending.clear();
    }
  });
  return (value) => {
    pending.set(value, (pending.get(value) ?? 0) + 1);
  };
}

/** How long what has these two labels took. */
interface Cell {
  /** By upper bound, each without those below; the last is what took longer than any. */
  readonly counts: number[];
  sum: number;
}

/** A histogram with two labels, for what is measured at each request; see {@link createTally}. */
export class TallyHistogram<L extends string> extends Histogram<L> {
  declare readonly name: string;
  declare readonly help: string;
  declare readonly upperBounds: readonly number[];
  declare readonly labelNames: readonly L[];
  /** By first and second label. Missing at first, as prom-client's constructor resets what it has not yet made. */
  private cells: Map<string, Map<number, Cell>> | undefined;

  /** Counts one. */
  tally(first: string, second: number, value: number): void {
    const cell = this.cells?.get(first)?.get(second) ?? this.add(first, second);
    const bounds = this.upperBounds;
    let index = 0;
    while (index < bounds.length && value > (bounds[index] ?? 0)) index += 1;
    cell.counts[index] = (cell.counts[index] ?? 0) + 1;
    cell.sum += value;
  }

  private add(first: string, second: number): Cell {
    const cell = { counts: this.upperBounds.map(() => 0).concat(0), sum: 0 };
    this.cells ??= new Map();
    const row = this.cells.get(first) ?? new Map<number, Cell>();
    this.cells.set(first, row.set(second, cell));
    return cell;
  }

  override reset(): void {
    super.reset();
    this.cells = undefined;
  }

  /** What prom-client makes both its text and `get()` of, in its own form. */
  getForPromString() {
    const { name, help, upperBounds, labelNames } = this;
    const [one = '', other = ''] = labelNames;
    const values = [...(this.cells ?? [])].flatMap(([first, row]) =>
      [...row].flatMap(([second, { counts, sum }]) => {
        const sharedLabels = { [one]: first, [other]: second };
        let count = 0;
        const buckets = [...upperBounds, '+Inf'].map((le, index) => {
          count += counts[index] ?? 0;
          return { labels: { le }, sharedLabels, value: count, metricName: `${name}_bucket` };
        });
        return [
          ...buckets,
          { labels: {}, sharedLabels, value: sum, metricName: `${name}_sum` },
          { labels: {}, sharedLabels, value: count, metricName: `${name}_count` }
        ];
      })
    );
    return Promise.resolve({ name, help, type: 'histogram', values, aggregator: 'sum' });
  }
}
