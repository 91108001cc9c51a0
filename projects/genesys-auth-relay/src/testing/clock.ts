import { type RelayClock, systemClock } from '../runtime/clock.ts';

/** A clock that stands still until a test moves it; whoever sleeps on it moves it. */
export interface TestClock extends RelayClock {
  /** Moves both hands on. */
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

/** A clock that runs, and that a test may move on. */
export interface RunningClock extends RelayClock {
  /** Moves the monotonic hand on. */
  advance(ms: number): void;
}

/** @param offMs milliseconds by which its date is wrong */
export function runningClock(offMs = 0): RunningClock {
  // No two processes begin to count at the same moment.
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
