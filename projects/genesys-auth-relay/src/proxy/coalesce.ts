import type { WholeAnswer } from './answer.ts';

/** Pending answers that identical requests may wait for. */
export interface Coalescer {
  /**
   * The pending answer for this key, or `undefined` when there is none. It resolves to `undefined` when it cannot be shared.
   */
  join(key: string): Promise<WholeAnswer | undefined> | undefined;
  /** Registers a pending answer. Call the returned function with its result. */
  lead(key: string): (answer: WholeAnswer | undefined) => void;
}

/** Keeps track of identical requests in flight. Nothing is kept after the answer. */
export function createCoalescer(): Coalescer {
  const flights = new Map<string, Promise<WholeAnswer | undefined>>();
  return {
    join: (key) => flights.get(key),
    lead(key) {
      let settle: (answer: WholeAnswer | undefined) => void = () => undefined;
      const flight = new Promise<WholeAnswer | undefined>((resolve) => {
        settle = resolve;
      });
      flights.set(key, flight);
      return (answer) => {
        if (flights.get(key) === flight) flights.delete(key);
        settle(answer);
      };
    }
  };
}
