import type { WholeAnswer } from './answer.ts';

/** The answers under way that others may wait for. */
export interface Coalescer {
  /**
   * The answer that is under way for this key, or `undefined` when there is none or it cannot be shared.
   */
  join(key: string): Promise<WholeAnswer | undefined> | undefined;
  /** Says that an answer is under way; the function tells what became of it. */
  lead(key: string): (answer: WholeAnswer | undefined) => void;
}

/** Keeps track of identical requests in flight. Nothing is kept once the answer is there. */
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
