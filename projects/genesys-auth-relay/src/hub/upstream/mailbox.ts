/** A queue with one reader. */
export interface Mailbox<T> {
  post(message: T): void;
  /** The next message, or `undefined` when none arrives in time. */
  next(timeoutMs: number): Promise<T | undefined>;
}

/** Builds a mailbox. A message that is already in it is not added again. */
export function createMailbox<T>(): Mailbox<T> {
  const waiting: T[] = [];
  let wake: (() => void) | undefined;
  return {
    post(message) {
      if (!waiting.includes(message)) waiting.push(message);
      wake?.();
    },
    async next(timeoutMs) {
      if (waiting.length === 0) {
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, timeoutMs);
          timer.unref();
          wake = () => {
            clearTimeout(timer);
            resolve();
          };
        });
        wake = undefined;
      }
      return waiting.shift();
    }
  };
}
