/** Where lines go: sonic-boom, or what a test looks at. */
export interface LineSink {
  write(line: string): unknown;
}

/** More than this is written at once, in characters. */
const MOST_KEPT = 65_536;
/** Milliseconds that a line waits at most. */
const LONGEST_WAIT_MS = 10;

/** Lines that wait a moment for others. */
export interface Lines extends LineSink {
  /** Writes what waits, here or elsewhere. */
  flush(to?: LineSink): void;
}

const soon = (act: () => void): void => {
  setTimeout(act, LONGEST_WAIT_MS).unref();
};

/**
 * Writes lines that come shortly one after another together: a busy relay answers many requests in some milliseconds, and a
 * system call for each line costs more than making it.
 *
 * @param out where they go
 * @param later runs something a moment later
 */
export function createLines(out: LineSink, later: (act: () => void) => unknown = soon): Lines {
  let waiting = '';
  let due = false;

  function flush(to = out): void {
    if (waiting === '') return;
    const lines = waiting;
    waiting = '';
    to.write(lines);
  }

  return {
    flush,
    write(line) {
      waiting += line;
      if (waiting.length >= MOST_KEPT) flush();
      if (due) return;
      due = true;
      later(() => {
        due = false;
        flush();
      });
    }
  };
}
