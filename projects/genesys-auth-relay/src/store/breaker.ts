import type { RelayClock } from '../runtime/clock.ts';

/** How long a store that failed is left alone, in milliseconds (F6). */
export const PAUSE_MS = 1000;

/** Keeps a store that does not answer out of the way: one try a second, and nobody waits for it meanwhile. */
export interface Breaker {
  /** Whether the store may be tried now. */
  isClosed(): boolean;
  /** Runs one command; `undefined` when it fails or may not be tried. */
  run<T>(command: () => Promise<T>): Promise<T | undefined>;
}

/** @param onChange is told when the store stops answering (`true`) and when it answers again (`false`) */
export function createBreaker(clock: RelayClock, onChange: (degraded: boolean) => void): Breaker {
  let openUntil = -Infinity;
  let degraded = false;
  const mark = (now: boolean) => {
    if (now === degraded) return;
    degraded = now;
    onChange(now);
  };
  const isClosed = () => clock.monotonic() >= openUntil;
  return {
    isClosed,
    async run(command) {
      if (!isClosed()) return undefined;
      try {
        const answer = await command();
        mark(false);
        return answer;
      } catch {
        openUntil = clock.monotonic() + PAUSE_MS;
        mark(true);
        return undefined;
      }
    }
  };
}
