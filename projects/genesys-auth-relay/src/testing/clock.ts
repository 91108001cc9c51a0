import type { RelayClock } from '../index.ts';

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
