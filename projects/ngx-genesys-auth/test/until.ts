// Less than the time limit of a test, so that this error is reported and not that the test took too long.
const PATIENCE_MS = 120_000;

/**
 * Waits until a condition holds, and fails with its name when it does not hold in time. It looks after every turn of the event
 * loop, so that a test sees states that do not last.
 */
export async function until(holds: () => boolean | Promise<boolean>, what: string): Promise<void> {
  const deadline = Date.now() + PATIENCE_MS;
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error(`Waited ${PATIENCE_MS / 1000} s in vain for ${what}`);
    await new Promise(setImmediate);
  }
}
