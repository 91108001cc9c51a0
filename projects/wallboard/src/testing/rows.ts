import { QUIET } from '../app/api/load';
import { DEFAULT_TARGET } from '../app/api/queue';
import type { BoardRow } from '../app/board/row';

/** A quiet, staffed queue that meets its target, with the figures a test wants changed. */
export function row(changes: Partial<BoardRow> = {}): BoardRow {
  return {
    ...QUIET,
    id: 'q',
    name: 'Claims',
    members: 10,
    target: DEFAULT_TARGET,
    onQueue: 4,
    idle: 2,
    serviceLevel: 0.9,
    offered: 10,
    slots: [],
    parts: [],
    ...changes
  };
}
