import { setTimeout as delay } from 'node:timers/promises';

/** The clock of the relay. Tests replace it. */
export interface RelayClock {
  /** Milliseconds since the epoch. Only for times from outside, such as a JWT's `exp`. */
  now(): number;
  /** Milliseconds on a clock that never goes back and that includes the time while the machine is suspended. For all lifetimes. */
  monotonic(): number;
  /** Waits. Rejects when the signal aborts. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** Milliseconds that the wall clock must gain between two readings to count as a suspension. Small corrections gain less. */
const SUSPENDED_MS = 1000;

/**
 * Builds a clock. While a machine is suspended, the monotonic clock of Linux stands still, and tokens expire. So time that passes
 * only on the wall clock counts as well. A wall clock that is set ahead makes tokens expire early, which costs one request. A wall
 * clock that is set back changes nothing.
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
