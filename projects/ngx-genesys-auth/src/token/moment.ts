/**
 * A point in time on two clocks. The monotonic one does not jump when somebody sets the computer's clock, but on some
 * systems it stands still while the computer sleeps; the wall clock goes on.
 */
export interface Moment {
  readonly monotonic: number;
  readonly wall: number;
}

/** The present. */
export const now = (): Moment => ({ monotonic: performance.now(), wall: Date.now() });

/**
 * Milliseconds since a moment, by the clock that says more: in doubt a token counts as older, never as younger, than it is.
 */
export const since = ({ monotonic, wall }: Moment): number =>
  Math.max(performance.now() - monotonic, Date.now() - wall);
