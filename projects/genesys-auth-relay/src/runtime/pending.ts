/** Counts pending results. */
export interface Pending {
  /** Adds a pending result. */
  track<T>(result: Promise<T>): Promise<T>;
  /** Resolves when none is pending. */
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
