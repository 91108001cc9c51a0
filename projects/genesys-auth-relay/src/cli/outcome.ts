import type { RunningRelay } from '../http/server.ts';

/** Output of a command. */
export interface Output {
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
}

/** The result of a command. `serve` returns the running relay. */
export interface Outcome {
  readonly exitCode: number;
  readonly relay?: RunningRelay;
  /** Reads the configuration again. Writes its issues to the error output. */
  readonly reload?: () => Promise<void>;
  /** Message to print once the process listens to signals, because a reader may send one at once. */
  readonly ready?: string;
}
