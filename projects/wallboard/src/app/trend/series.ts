import { type ServiceSlot, serviceLevel } from '../api/service';
import type { Sample } from '../live/sample';

/** One line or row of bars of a chart. */
export interface Series {
  readonly name: string;
  readonly kind: 'line' | 'bar';
  /** Name of the custom property that holds the colour. */
  readonly colour: string;
  /** Percent, or a number of contacts. They have an axis each. */
  readonly unit: 'percent' | 'contacts';
  readonly dashed: boolean;
  readonly points: readonly Point[];
}

/** A value at a moment; `null` is a gap, not a zero. */
export interface Point {
  /** Epoch milliseconds. */
  readonly x: number;
  readonly y: number | null;
}

/** What a chart draws, and the same in one sentence for people who do not see it. */
export interface Trend {
  readonly series: readonly Series[];
  readonly summary: string;
}

/** Service level against its target, over bars of how many contacts there were. */
export function serviceTrend(name: string, slots: readonly ServiceSlot[], target: number): Trend {
  const levels = slots.map((slot) => ({ x: slot.start, y: percent(serviceLevel(slot)) }));
  return {
    series: [
      line('Service level', '--wb-accent', 'percent', levels),
      {
        ...line(
          'Target',
          '--wb-text-2',
          'percent',
          slots.map((slot) => ({ x: slot.start, y: target * 100 }))
        ),
        dashed: true
      },
      bars(
        'Answered',
        '--wb-chart-bar',
        slots.map((slot) => ({ x: slot.start, y: Math.max(0, slot.offered - slot.abandoned) }))
      ),
      bars(
        'Abandoned',
        '--wb-chart-lost',
        slots.map((slot) => ({ x: slot.start, y: slot.abandoned }))
      )
    ],
    summary: `Service level of ${name}. ${describe(levels, ' percent')} Target ${Math.round(target * 100)} percent.`
  };
}

/** Waiting and interacting, as this board has seen them since it was opened. */
export function loadTrend(name: string, rowId: string, samples: readonly Sample[]): Trend {
  const of = (figure: 'waiting' | 'interacting') =>
    samples.map((sample) => ({ x: sample.at, y: sample.byRow.get(rowId)?.[figure] ?? null }));
  const [waiting, interacting] = [of('waiting'), of('interacting')];
  return {
    series: [
      line('Waiting', '--wb-watch', 'contacts', waiting),
      line('Interacting', '--wb-accent', 'contacts', interacting)
    ],
    summary: `Load of ${name}. Waiting: ${describe(waiting, '')} Interacting: ${describe(interacting, '')}`
  };
}

/** There is at least one value to draw. */
export function hasPoints(trend: Trend): boolean {
  return trend.series.some((series) => series.points.some((point) => point.y !== null && series.name !== 'Target'));
}

function line(name: string, colour: string, unit: Series['unit'], points: readonly Point[]): Series {
  return { name, kind: 'line', colour, unit, dashed: false, points };
}

function bars(name: string, colour: string, points: readonly Point[]): Series {
  return { name, kind: 'bar', colour, unit: 'contacts', dashed: false, points };
}

function percent(share: number | null): number | null {
  return share === null ? null : Math.floor(share * 1000) / 10;
}

function describe(points: readonly Point[], unit: string): string {
  const values = points.map((point) => point.y).filter((value) => value !== null);
  const last = values.at(-1);
  if (last === undefined) return 'Nothing measured yet.';
  const [least, most] = [Math.min(...values), Math.max(...values)];
  return `Latest ${last}${unit}, lowest ${least}${unit}, highest ${most}${unit}.`;
}
