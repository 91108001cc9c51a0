import { formatPercent } from './format';
import type { BoardRow } from './row';

/** How good or bad a figure is. `none`: there is nothing to judge. */
export type Level = 'none' | 'good' | 'watch' | 'critical';

/** A level with its reason in words, because colour alone tells some people nothing. */
export interface Verdict {
  readonly level: Level;
  readonly reason: string;
}

const RANK: Readonly<Record<Level, number>> = { none: 0, good: 1, watch: 2, critical: 3 };
/** A service level this far below its target is critical, not only worth watching. */
const FAR_BELOW = 0.15;
/** A contact that waits this many times the promised answer time is critical. */
const FAR_OVER = 3;

/** Judges the oldest wait by the answer time that the queue promises; a total by the worst of its queues, as each promises its own. */
export function judgeWait(row: BoardRow, now: number): Verdict {
  if (row.waitingSince === null) return { level: 'none', reason: 'Nobody waits' };
  if (row.parts.length > 0) return worst(row.parts.map((part) => judgeWait(part, now)));
  const waited = now - row.waitingSince;
  if (waited > row.target.withinMs * FAR_OVER) return { level: 'critical', reason: 'Long wait' };
  if (waited > row.target.withinMs) return { level: 'watch', reason: 'Wait over target' };
  return { level: 'good', reason: 'Wait within target' };
}

/** Judges the people: contacts wait and nobody, or nobody free, is there to take them. */
export function judgeStaff(row: BoardRow): Verdict {
  if (row.onQueue === 0 && row.waiting + row.interacting > 0) return { level: 'critical', reason: 'No agents' };
  if (row.onQueue === 0) return { level: 'none', reason: 'Not staffed' };
  if (row.idle === 0 && row.waiting > 0) return { level: 'watch', reason: 'All agents busy' };
  return { level: 'good', reason: 'Agents available' };
}

/** Judges the service level by its target. */
export function judgeService(row: BoardRow): Verdict {
  if (row.serviceLevel === null) return { level: 'none', reason: 'Nothing measured yet' };
  const target = formatPercent(row.target.ratio);
  if (row.serviceLevel >= row.target.ratio) return { level: 'good', reason: `Meets ${target}` };
  const level = row.serviceLevel < row.target.ratio - FAR_BELOW ? 'critical' : 'watch';
  return { level, reason: `Below ${target}` };
}

/** The worst verdict about a row; among equals what is happening now goes before what happened. */
export function judge(row: BoardRow, now: number): Verdict {
  const verdict = worst([judgeStaff(row), judgeWait(row, now), judgeService(row)]);
  if (verdict.level === 'good') return { level: 'good', reason: 'On target' };
  return verdict.level === 'none' ? { level: 'none', reason: 'Quiet' } : verdict;
}

function worst(verdicts: readonly Verdict[]): Verdict {
  return verdicts.reduce((a, b) => (RANK[b.level] > RANK[a.level] ? b : a));
}

/** Orders levels, worst first. */
export function worstFirst(a: Level, b: Level): number {
  return RANK[b] - RANK[a];
}
