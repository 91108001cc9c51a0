import { setTimeout as delay } from 'node:timers/promises';

/** Where the relay reads the time. Tests give one of their own. */
export interface RelayClock {
  /** Milliseconds since the epoch; only for what others wrote down, such as a JWT's `exp`. */
  now(): number;
  /** Milliseconds on a clock that never goes back, and that counts the time while the machine was suspended; for every lifetime. */
  monotonic(): number;
  /** Waits. Rejects when the signal aborts. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** Milliseconds that the wall clock gains between two readings when the machine was suspended; a correction in small steps is less. */
const SUSPENDED_MS = 1000;

/**
 * Builds a clock. While a machine is suspended, the monotonic clock of Linux stands still, and tokens expire. So time that only the
 * wall clock has seen counts as well. A wall clock that is set ahead makes tokens end early, which costs a request; one
 * that is set back changes nothing.
 *
 * @param wall milliseconds since the epoch
 * @param ticks milliseconds on the monotonic clock of the machine
 */
export function createClock(wall: () => number, ticks: () => number): RelayClock {
  let suspended = 0;
  let before = wall() - ticks();
  return {
    now: wall,
    monotonic() {
      const now = ticks();
      const offset = wall() - now;
      if (offset - before > SUSPENDED_MS) suspended += offset - before;
      before = offset;
      return now + suspended;
    },
    sleep: (ms, signal) => delay(ms, undefined, { ref: false, ...(signal && { signal }) })
  };
}

/** The machine's clock. */
export const systemClock: RelayClock = createClock(
  () => Date.now(),
  () => performance.now()
);
