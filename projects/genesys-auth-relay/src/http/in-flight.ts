import type { ServerResponse } from 'node:http';
import { whenClosed } from '../runtime/when-closed.ts';

/** The answers that have begun and are not sent yet. A server that stops waits for them. */
export interface InFlight {
  add(response: ServerResponse): void;
  /** Resolves when all answers are sent, or after the given milliseconds. */
  wait(longestMs: number): Promise<void>;
}

/** Counts the answers in flight. */
export function createInFlight(): InFlight {
  let open = 0;
  let allSent = (): void => undefined;
  return {
    add(response) {
      open += 1;
      whenClosed(response, () => {
        open -= 1;
        if (open === 0) allSent();
      });
    },
    wait: (longestMs) =>
      new Promise((resolve) => {
        const timer = setTimeout(resolve, longestMs);
        allSent = () => {
          clearTimeout(timer);
          resolve();
        };
        if (open === 0) allSent();
      })
  };
}
