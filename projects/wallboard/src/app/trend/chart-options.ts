import type { ChartDataset, ChartOptions } from 'chart.js';
import { formatTime } from '../board/format';
import type { Series } from './series';

/** Colours of a chart's own parts. */
export interface ChartPalette {
  readonly text: string;
  readonly grid: string;
  readonly surface: string;
  readonly strong: string;
}

/** How a chart writes. A canvas knows no `inherit`: the family is the page's, written out. */
export interface ChartFont {
  /** CSS pixels. */
  readonly size: number;
  readonly family: string;
}

/** Type and value of every dataset here: moments on one axis, bars or lines on the other. */
export type TrendDataset = ChartDataset<'bar' | 'line', { x: number; y: number | null }[]>;

/** A series as Chart.js draws it. */
export function toDataset(series: Series, colour: string): TrendDataset {
  const data = series.points.map(({ x, y }) => ({ x, y }));
  const common = { label: series.name, data, yAxisID: series.unit, backgroundColor: colour, borderColor: colour };
  if (series.kind === 'bar') {
    return {
      ...common,
      type: 'bar',
      order: 2,
      stack: 'contacts',
      borderRadius: 2,
      barPercentage: 0.9,
      categoryPercentage: 0.9
    };
  }
  return {
    ...common,
    type: 'line',
    order: 1,
    borderWidth: series.dashed ? 1.5 : 2.5,
    borderDash: series.dashed ? [5, 5] : [],
    pointRadius: 0,
    pointHitRadius: 12,
    tension: series.dashed ? 0 : 0.25,
    spanGaps: false
  };
}

/** The options of a chart for these series. */
export function toOptions(
  series: readonly Series[],
  palette: ChartPalette,
  font: ChartFont
): ChartOptions<'bar' | 'line'> {
  const percent = series.some((one) => one.unit === 'percent');
  const contacts = series.some((one) => one.unit === 'contacts');
  return {
    // A chart that redraws every few seconds must not wobble.
    animation: false,
    responsive: true,
    maintainAspectRatio: false,
    normalized: true,
    interaction: { mode: 'index', intersect: false },
    plugins: {
      legend: { display: false },
      tooltip: {
        backgroundColor: palette.strong,
        titleColor: palette.surface,
        bodyColor: palette.surface,
        titleFont: font,
        bodyFont: font,
        callbacks: {
          title: ([item]) => (item === undefined ? '' : formatTime(item.parsed.x ?? 0)),
          label: (item) =>
            `${item.dataset.label ?? ''}: ${item.parsed.y ?? '–'}${item.dataset.yAxisID === 'percent' ? ' %' : ''}`
        }
      }
    },
    scales: {
      x: {
        type: 'linear',
        ...extent(series),
        grid: { display: false },
        border: { color: palette.grid },
        ticks: {
          color: palette.text,
          font,
          maxRotation: 0,
          autoSkipPadding: font.size * 1.5,
          callback(value) {
            return formatTime(Number(value), this.max - this.min < SHORT_MS);
          }
        },
        afterBuildTicks: (axis) => {
          axis.ticks = timeTicks(axis.min, axis.max).map((value) => ({ value }));
        }
      },
      percent: {
        display: percent,
        position: 'left',
        min: 0,
        max: 100,
        grid: { color: palette.grid },
        border: { display: false },
        ticks: { color: palette.text, font, stepSize: 25, callback: (value) => `${value} %` }
      },
      contacts: {
        display: contacts,
        position: percent ? 'right' : 'left',
        beginAtZero: true,
        suggestedMax: percent ? 2 * tallestBar(series) : 4,
        stacked: percent,
        grace: percent ? 0 : '10%',
        grid: { display: !percent, color: palette.grid },
        border: { display: false },
        ticks: { color: palette.text, font, precision: 0, maxTicksLimit: 5 }
      }
    }
  };
}

/** From the first to the last moment, with room for half a bar at either end. */
function extent(series: readonly Series[]): { offset: false; min?: number; max?: number } {
  const moments = series.flatMap((one) => one.points.map((point) => point.x));
  const [first, second] = series.find((one) => one.kind === 'bar')?.points ?? [];
  if (moments.length === 0) return { offset: false };
  const half = first === undefined || second === undefined ? 0 : (second.x - first.x) / 2;
  return { offset: false, min: Math.min(...moments) - half, max: Math.max(...moments) + half };
}

/** The highest stack of bars. The axis goes to twice that, so that bars leave the upper half to the line. */
function tallestBar(series: readonly Series[]): number {
  const stacks = new Map<number, number>();
  for (const { x, y } of series.filter((one) => one.kind === 'bar').flatMap((one) => one.points)) {
    stacks.set(x, (stacks.get(x) ?? 0) + (y ?? 0));
  }
  return Math.max(2, ...stacks.values());
}

/** On an axis shorter than this, times are written with seconds. */
const SHORT_MS = 4 * 60_000;
const STEPS_MS = [5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400].map((seconds) => seconds * 1000);

/** Round moments between two, at most eight of them, in local time. */
export function timeTicks(from: number, to: number): readonly number[] {
  const step = STEPS_MS.find((ms) => (to - from) / ms <= 8) ?? 480 * 60_000;
  const offset = new Date(from).getTimezoneOffset() * 60_000;
  const ticks: number[] = [];
  for (let at = Math.ceil((from - offset) / step) * step + offset; at <= to; at += step) ticks.push(at);
  return ticks;
}
