// How long the event loop of a process stood still: its own work, a garbage collection, or a machine that is busy with others.
import { setInterval } from 'node:timers';

const STEP_MS = 5;
/** A loop that is late by less than this is at work, and does not stand still. */
const LEAST_MS = 20;
/** Stalls that ended longer ago are forgotten. */
const KEPT_MS = 60_000;

/** Measures from now on. Does not keep the process running. */
export function watchStalls() {
  /** @type {{ from: number, to: number }[]} */
  const stalls = [];
  let last = performance.now();
  let longest = 0;
  const look = () => {
    const now = performance.now();
    const late = now - last - STEP_MS;
    if (late >= LEAST_MS) {
      stalls.push({ from: last + STEP_MS, to: now });
      longest = Math.max(longest, late);
    }
    last = now;
    while (stalls.length > 0 && now - stalls[0].to > KEPT_MS) stalls.shift();
  };
  setInterval(look, STEP_MS).unref();
  return {
    /** Milliseconds of the last `ms` in which the loop stood still. */
    within: (ms) => {
      look();
      const since = performance.now() - ms;
      return stalls.reduce((sum, { from, to }) => sum + Math.max(0, to - Math.max(from, since)), 0);
    },
    /** The longest stall so far, in milliseconds. */
    longestMs: () => longest
  };
}
