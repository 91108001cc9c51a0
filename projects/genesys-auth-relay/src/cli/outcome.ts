import type { RunningRelay } from '../http/server.ts';

/** Where a command writes. */
export interface Output {
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
}

/** How a command ended; a relay that runs is handed over. */
export interface Outcome {
  readonly exitCode: number;
  readonly relay?: RunningRelay;
  /** Reads the configuration again; says on the error output what is wrong with it. */
  readonly reload?: () => Promise<void>;
  /** What to say once the process listens to signals: whoever reads it may send one at once. */
  readonly ready?: string;
}
