import { hasPoints, loadTrend, serviceTrend } from './series';
import { timeTicks } from './chart-options';

const slots = [
  { start: 1000, offered: 10, abandoned: 2, inTime: 9, measured: 10 },
  { start: 2000, offered: 0, abandoned: 0, inTime: 0, measured: 0 }
];

describe('serviceTrend', () => {
  const trend = serviceTrend('Claims', slots, 0.8);

  it('leaves a gap where nothing was measured', () => {
    expect(trend.series[0]?.points).toEqual([
      { x: 1000, y: 90 },
      { x: 2000, y: null }
    ]);
  });

  it('splits what was offered into answered and abandoned', () => {
    expect(trend.series.slice(2).map((series) => [series.name, series.points[0]?.y])).toEqual([
      ['Answered', 8],
      ['Abandoned', 2]
    ]);
  });

  it('says it in a sentence', () => {
    expect(trend.summary).toBe(
      'Service level of Claims. Latest 90 percent, lowest 90 percent, highest 90 percent. Target 80 percent.'
    );
  });

  it('knows when there is nothing to draw', () => {
    expect(hasPoints(trend)).toBe(true);
    expect(hasPoints(serviceTrend('Claims', [], 0.8))).toBe(false);
  });
});

describe('loadTrend', () => {
  it('draws one row’s samples, with a gap where it was not there', () => {
    const samples = [
      { at: 1, byRow: new Map([['q1', { waiting: 3, interacting: 4 }]]) },
      { at: 2, byRow: new Map() }
    ];
    const { series } = loadTrend('Claims', 'q1', samples);
    expect(series.map((one) => one.points.map((point) => point.y))).toEqual([
      [3, null],
      [4, null]
    ]);
  });
});

describe('timeTicks', () => {
  it('stands on round times, at most nine of them', () => {
    const from = Date.parse('2026-11-23T07:13:00Z');
    for (const minutes of [0.4, 1, 7, 30, 61, 200, 480, 1440]) {
      const ticks = timeTicks(from, from + minutes * 60_000);
      expect(ticks.length).toBeLessThanOrEqual(9);
      expect(ticks.every((tick) => tick % 5000 === 0)).toBe(true);
    }
  });
});
