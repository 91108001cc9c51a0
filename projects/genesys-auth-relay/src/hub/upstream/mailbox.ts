/** A queue that one reader waits on. */
export interface Mailbox<T> {
  post(message: T): void;
  /** The next message, or `undefined` when none comes in time. */
  next(timeoutMs: number): Promise<T | undefined>;
}

/** Builds a mailbox. A message that lies there already is not put in a second time. */
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
