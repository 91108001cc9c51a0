import { statSync } from 'node:fs';

/** How often the files are looked at. `fs.watch` reports nothing on the shared folders of containers and WSL. */
const LOOK_EVERY_MS = 300;

/** Watches files. */
export interface FileWatch {
  /** Calls a function after each change since the watch was created. */
  start(onChange: () => void): void;
  stop(): void;
}

function stateOf(path: string): string {
  const stats = statSync(path, { throwIfNoEntry: false });
  return stats === undefined ? '' : `${stats.mtimeMs} ${stats.size} ${stats.ino}`;
}

/** Remembers the current state of files, of which some may not exist yet. */
export function createFileWatch(paths: readonly string[]): FileWatch {
  const stateOfAll = () => paths.map(stateOf).join();
  let timer: NodeJS.Timeout | undefined;
  let applied = stateOfAll();
  let latest = applied;
  return {
    start(onChange) {
      timer = setInterval(() => {
        const before = latest;
        latest = stateOfAll();
        // A change may come in several writes.
        if (latest === applied || latest !== before) return;
        applied = latest;
        onChange();
      }, LOOK_EVERY_MS).unref();
    },
    stop() {
      clearInterval(timer);
    }
  };
}
