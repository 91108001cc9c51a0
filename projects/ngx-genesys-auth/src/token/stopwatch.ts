/** The milliseconds since a moment. */
export type Age = () => number;

/**
 * Measures the time from now on, with two clocks. The age is the longer of both times: a token may count as older than it is,
 * never as younger. The monotonic clock does not change when someone sets the computer's clock, but on some systems it stops
 * while the computer sleeps. The wall clock continues meanwhile.
 *
 * An age never decreases: a token that has expired stays expired when the wall clock is set back.
 */
export function stopwatch(): Age {
  // In browsers, reading the global `performance` costs more than reading both clocks.
  const clock = performance;
  const startedMonotonic = clock.now();
  const startedWall = Date.now();
  let age = 0;
  return () => (age = Math.max(age, clock.now() - startedMonotonic, Date.now() - startedWall));
}
