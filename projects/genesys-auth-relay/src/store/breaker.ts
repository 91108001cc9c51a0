import type { RelayClock } from '../runtime/clock.ts';

/** How long a store is not used after a failure, in milliseconds (F6). */
export const PAUSE_MS = 1000;

/** A circuit breaker for the store. While it does not answer, one command each second tries it, and all others are skipped. */
export interface Breaker {
  /** Runs one command. Returns `undefined` when it fails or is skipped. */
  run<T>(command: () => Promise<T>): Promise<T | undefined>;
  /** Ends the breaker. Later failures are ignored, because they only show that the connection is closed. */
  close(): void;
}

/** The states that a {@link Breaker} reports. `closed`: the breaker was closed while the store did not answer. */
export type StoreState = 'degraded' | 'recovered' | 'closed';

/** @param onChange is called when the store stops answering, when it answers again, and when the breaker is closed before that */
export function createBreaker(clock: RelayClock, onChange: (state: StoreState) => void): Breaker {
  /** No command is tried before this time. */
  let openUntil = -Infinity;
  let degraded = false;
  let closed = false;
  const mark = (isDegraded: boolean) => {
    if (isDegraded === degraded || closed) return;
    degraded = isDegraded;
    onChange(isDegraded ? 'degraded' : 'recovered');
  };
  return {
    async run(command) {
      const now = clock.monotonic();
      if (now < openUntil) return undefined;
      // This command finds out whether the store answers again.
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
