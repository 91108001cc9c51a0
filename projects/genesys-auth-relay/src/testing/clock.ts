import { type RelayClock, systemClock } from '../runtime/clock.ts';

/** A clock that a test moves. A sleep moves it as well. */
export interface TestClock extends RelayClock {
  /** Advances both clocks. */
  advance(ms: number): void;
  /** Milliseconds of each sleep so far. */
  readonly sleeps: readonly number[];
}

/** @param start milliseconds since the epoch */
export function testClock(start = Date.parse('2026-05-01T08:00:00Z')): TestClock {
  let passed = 0;
  const sleeps: number[] = [];
  const advance = (ms: number) => {
    passed += ms;
  };
  return {
    now: () => start + passed,
    monotonic: () => passed,
    sleep: async (ms) => {
      sleeps.push(ms);
      advance(ms);
      await Promise.resolve();
    },
    advance,
    sleeps
  };
}

/** A running clock that a test may advance. */
export interface RunningClock extends RelayClock {
  /** Advances the monotonic clock. */
  advance(ms: number): void;
}

/** @param offMs milliseconds by which its date is wrong */
export function runningClock(offMs = 0): RunningClock {
  // The monotonic clocks of two processes start at different values.
  let passed = Math.floor(Math.random() * 1_000_000);
  return {
    now: () => systemClock.now() + offMs,
    monotonic: () => systemClock.monotonic() + passed,
    sleep: (ms, signal) => systemClock.sleep(ms, signal),
    advance: (ms) => {
      passed += ms;
    }
  };
}
