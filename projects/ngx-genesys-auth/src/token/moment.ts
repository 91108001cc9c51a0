/** Milliseconds since a moment. */
export type Age = () => number;

/**
 * Starts to measure time, on two clocks. The age is the longer of the two times: in doubt a token counts as older than it is,
 * never as younger. The monotonic clock does not jump when somebody sets the computer's clock, but on some systems it
 * stands still while the computer sleeps; the wall clock goes on.
 *
 * An age never decreases: a token that has expired stays expired when the wall clock is set back.
 */
export function stopwatch(): Age {
  // In browsers the global is an accessor, which costs more than both clocks.
  const clock = performance;
  const monotonic = clock.now();
  const wall = Date.now();
  let age = 0;
  return () => (age = Math.max(age, clock.now() - monotonic, Date.now() - wall));
}
