/** Milliseconds since a moment. */
export type Age = () => number;

/**
 * Begins to measure, on two clocks, and says what the one says that says more: in doubt a token counts as older, never as
 * younger, than it is. The monotonic clock does not jump when somebody sets the computer's clock, but on some systems it
 * stands still while the computer sleeps; the wall clock goes on.
 */
export function stopwatch(): Age {
  // In browsers the global is an accessor, which costs more than both clocks.
  const clock = performance;
  const monotonic = clock.now();
  const wall = Date.now();
  return () => Math.max(clock.now() - monotonic, Date.now() - wall);
}
