import type { BoardRow } from './row';
import { judge, worstFirst } from './verdict';

/** The columns a board can be ordered by. */
export type OrderKey = 'name' | 'status' | 'waiting' | 'oldest' | 'interacting' | 'onQueue' | 'service';

/** An order of the board. */
export interface Order {
  readonly key: OrderKey;
  readonly descending: boolean;
}

/** How the board is ordered at first: by name, so that a queue keeps its place while its figures change. */
export const BY_NAME: Order = { key: 'name', descending: false };

/** What a click on a column does: turn the order round, or order by the new column with its interesting end on top. */
export function orderBy(key: OrderKey, current: Order): Order {
  if (current.key === key) return { key, descending: !current.descending };
  return { key, descending: DESCENDING_FIRST.has(key) };
}

/** Sorts rows; equal ones stay in the order of their names, so that nothing jumps without a reason. */
export function sortRows(rows: readonly BoardRow[], order: Order, now: number): readonly BoardRow[] {
  const compare = comparer(order.key, now);
  const sign = order.descending ? -1 : 1;
  return [...rows].sort((a, b) => sign * compare(a, b) || byName(a, b));
}

const DESCENDING_FIRST: ReadonlySet<OrderKey> = new Set(['waiting', 'oldest', 'interacting', 'onQueue']);
const collator = new Intl.Collator(undefined, { numeric: true, sensitivity: 'base' });

function byName(a: BoardRow, b: BoardRow): number {
  return collator.compare(a.name, b.name) || (a.id < b.id ? -1 : 1);
}

function comparer(key: OrderKey, now: number): (a: BoardRow, b: BoardRow) => number {
  switch (key) {
    case 'name':
      return byName;
    case 'status':
      return (a, b) => worstFirst(judge(a, now).level, judge(b, now).level);
    case 'oldest':
      return (a, b) => (b.waitingSince ?? Infinity) - (a.waitingSince ?? Infinity) || 0;
    case 'service':
      return (a, b) => (a.serviceLevel ?? 2) - (b.serviceLevel ?? 2);
    default:
      return (a, b) => a[key] - b[key];
  }
}
