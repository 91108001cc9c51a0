import { QUIET, type QueueLoad } from '../api/load';
import { DEFAULT_TARGET, type Queue, type ServiceTarget } from '../api/queue';
import { type ServiceHistory, type ServiceSlot, mergeSlots, serviceLevel, sumSlots } from '../api/service';

/** One line of the board: a queue, or all of them. */
export interface BoardRow extends QueueLoad {
  readonly id: string;
  readonly name: string;
  /** How many agents are members; `null` for the total, as one agent may be a member of several queues. */
  readonly members: number | null;
  readonly target: ServiceTarget;
  /** Share between 0 and 1 over the period of the board; `null` when nothing was measured. */
  readonly serviceLevel: number | null;
  readonly offered: number;
  readonly slots: readonly ServiceSlot[];
  /** The rows that a total adds up; none for a queue. */
  readonly parts: readonly BoardRow[];
}

/** Id of the row that stands for all queues. */
export const ALL_QUEUES = 'all';

/** Puts what three API answers say about each queue into one row per queue. */
export function toRows(
  queues: readonly Queue[],
  loads: ReadonlyMap<string, QueueLoad>,
  service: ServiceHistory
): readonly BoardRow[] {
  return queues.map((queue) => withService(queue, loads.get(queue.id) ?? QUIET, service.get(queue.id) ?? []));
}

/**
 * Adds the rows up. An agent who serves two queues is one agent, as long as the answers name them all; else agents are
 * counted per queue. The target is that of the queue with the most contacts.
 */
export function totalOf(rows: readonly BoardRow[]): BoardRow {
  const total = (figure: (row: BoardRow) => number) => rows.reduce((sum, row) => sum + figure(row), 0);
  const waits = rows.map((row) => row.waitingSince).filter((since) => since !== null);
  const load: QueueLoad = {
    waiting: total((row) => row.waiting),
    waitingSince: waits.length === 0 ? null : Math.min(...waits),
    interacting: total((row) => row.interacting),
    media: new Map(),
    ...(agentsOf(rows) ?? { onQueue: total((row) => row.onQueue), idle: total((row) => row.idle), agents: null })
  };
  const busiest = rows.reduce<BoardRow | undefined>(
    (top, row) => (row.offered > (top?.offered ?? -1) ? row : top),
    undefined
  );
  const all = { id: ALL_QUEUES, name: 'All queues', members: null, target: busiest?.target ?? DEFAULT_TARGET };
  return { ...withService(all, load, mergeSlots(rows.map((row) => row.slots))), parts: rows };
}

/** The agents of all rows, each counted once; nothing if a row does not name its agents. */
function agentsOf(rows: readonly BoardRow[]): Pick<QueueLoad, 'onQueue' | 'idle' | 'agents'> | undefined {
  const agents = new Map<string, boolean>();
  for (const row of rows) {
    if (row.agents === null) return undefined;
    for (const [id, idle] of row.agents) agents.set(id, idle);
  }
  return { onQueue: agents.size, idle: [...agents.values()].filter(Boolean).length, agents };
}

function withService(
  queue: Pick<BoardRow, 'id' | 'name' | 'members' | 'target'>,
  load: QueueLoad,
  slots: readonly ServiceSlot[]
): BoardRow {
  const sum = sumSlots(slots);
  return { ...queue, ...load, slots, parts: [], offered: sum.offered, serviceLevel: serviceLevel(sum) };
}
