import type { RunningRelay } from '../http/server.ts';

/** Output of a command. */
export interface Output {
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
}

/** A command cannot do its work. The message says what to do. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
  readonly exitCode: 1 | 2;

  constructor(message: string, exitCode: 1 | 2 = 1) {
    super(message);
    this.exitCode = exitCode;
  }
}

/** The result of a command. `serve` and `dev` return the running relay. */
export interface Outcome {
  readonly exitCode: number;
  readonly relay?: Pick<RunningRelay, 'close' | 'drain'>;
  /** Reads the configuration again. Writes its issues to the error output. */
  readonly reload?: () => Promise<void>;
  /** Message to print once the process listens to signals, because a reader may send one at once. */
  readonly ready?: string;
}
