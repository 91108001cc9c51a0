import type { BoardRow } from '../board/row';

/** The load of every row at one moment: Genesys Cloud keeps no history of it, so the board does, while it is open. */
export interface Sample {
  /** Epoch milliseconds. */
  readonly at: number;
  readonly byRow: ReadonlyMap<string, SampledLoad>;
}

/** The figures of one row that a sample keeps. */
export interface SampledLoad {
  readonly waiting: number;
  readonly interacting: number;
}

/** How long the board remembers. */
export const REMEMBERED_MS = 30 * 60_000;

/** Adds a sample and forgets the oldest. */
export function remember(samples: readonly Sample[], rows: readonly BoardRow[], at: number): readonly Sample[] {
  const byRow = new Map(rows.map(({ id, waiting, interacting }) => [id, { waiting, interacting }]));
  return [...samples.filter((sample) => sample.at > at - REMEMBERED_MS), { at, byRow }];
}
