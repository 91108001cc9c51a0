/** Milliseconds for which a process may not get to work; more is a stall. */
export const STALL_MS = 1000;
