import { setTimeout as delay } from 'node:timers/promises';

/** Where the relay reads the time. Tests give one of their own. */
export interface RelayClock {
  /** Milliseconds since the epoch; only for what others wrote down, such as a JWT's `exp`. */
  now(): number;
  /** Milliseconds on a clock that never jumps; for every lifetime. */
  monotonic(): number;
  /** Waits. Rejects when the signal aborts. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** The machine's clock. */
export const systemClock: RelayClock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  sleep: (ms, signal) => delay(ms, undefined, { ref: false, ...(signal && { signal }) })
};
