/** Counts what has begun and has not ended. */
export interface Pending {
  /** Counts a result that is pending. */
  track<T>(result: Promise<T>): Promise<T>;
  /** Resolves when nothing is left. */
  idle(): Promise<void>;
}

/** Builds the counter. */
export function createPending(): Pending {
  let count = 0;
  const waiting: (() => void)[] = [];
  const leave = () => {
    count -= 1;
    if (count === 0) for (const done of waiting.splice(0)) done();
  };
  return {
    track(result) {
      count += 1;
      return result.finally(leave);
    },
    idle: () => (count === 0 ? Promise.resolve() : new Promise((resolve) => waiting.push(resolve)))
  };
}
