/** Something that is mostly there at once: a promise for each request costs more than the rest of finding it. */
export type Soon<T> = T | Promise<T>;

/**
 * Hands on what is there at once or later, or why it is not there.
 *
 * @param make may throw
 * @param done must not throw
 */
export function whenThere<T>(make: () => Soon<T>, done: (value: T) => void, failed: (error: unknown) => void): void {
  let soon: Soon<T>;
  try {
    soon = make();
  } catch (error) {
    failed(error);
    return;
  }
  if (soon instanceof Promise) soon.then(done, failed);
  else done(soon);
}
