import { setTimeout as delay } from 'node:timers/promises';

// Less than the time limit of a test, so that this error is reported and not that the test took too long.
const PATIENCE_MS = 120_000;

/** Waits until a condition holds, and fails with its name when it does not hold in time. */
export async function until(holds: () => boolean, what = holds.toString()): Promise<void> {
  const deadline = Date.now() + PATIENCE_MS;
  while (!holds()) {
    if (Date.now() > deadline) throw new Error(`Waited ${PATIENCE_MS / 1000} s in vain for ${what}`);
    await delay(5);
  }
}
