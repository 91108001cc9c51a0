import type { RelayClock } from '../runtime/clock.ts';

/** How long a store that failed is left alone, in milliseconds (F6). */
export const PAUSE_MS = 1000;

/** Keeps a store that does not answer out of the way: one command tries it each second, and all others go on without it. */
export interface Breaker {
  /** Runs one command; `undefined` when it fails or may not be tried. */
  run<T>(command: () => Promise<T>): Promise<T | undefined>;
  /** Ends it: commands that fail from now on, as their connection is closed, say nothing about the store. */
  close(): void;
}

/** What a {@link Breaker} tells of a store; `closed` only of one that did not answer when it was closed. */
export type StoreState = 'degraded' | 'recovered' | 'closed';

/** @param onChange is told when the store stops answering and when it answers again, or is closed before it does */
export function createBreaker(clock: RelayClock, onChange: (state: StoreState) => void): Breaker {
  /** Until then no command is tried. */
  let openUntil = -Infinity;
  let degraded = false;
  let closed = false;
  const mark = (now: boolean) => {
    if (now === degraded || closed) return;
    degraded = now;
    onChange(now ? 'degraded' : 'recovered');
  };
  return {
    async run(command) {
      const now = clock.monotonic();
      if (now < openUntil) return undefined;
      // This command finds out whether the store is back.
      if (degraded) openUntil = now + PAUSE_MS;
      try {
        const answer = await command();
        openUntil = -Infinity;
        mark(false);
        return answer;
      } catch {
        openUntil = clock.monotonic() + PAUSE_MS;
        mark(true);
        return undefined;
      }
    },
    close() {
      if (degraded && !closed) onChange('closed');
      closed = true;
    }
  };
}
