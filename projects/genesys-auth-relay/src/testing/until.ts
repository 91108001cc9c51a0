import { setTimeout as delay } from 'node:timers/promises';

/** What a condition returns while it does not hold. */
type NotYet = undefined | false;

/**
 * Waits until a condition holds, and fails with its name when it does not hold in time.
 *
 * @param find called again and again until it returns something else than `undefined` or `false`
 * @param what names the condition in the error
 * @param withinMs less than the time limit of the test, so that this error is reported and not that the test took too long
 * @returns what `find` returned at last
 */
export async function until<T>(
  find: () => T | NotYet | Promise<T | NotYet>,
  what = find.toString(),
  withinMs = 120_000
): Promise<T> {
  const deadline = Date.now() + withinMs;
  for (;;) {
    const found = await find();
    if (found !== undefined && found !== false) return found;
    if (Date.now() > deadline) throw new Error(`Waited ${withinMs / 1000} s in vain for ${what}`);
    await delay(5);
  }
}
