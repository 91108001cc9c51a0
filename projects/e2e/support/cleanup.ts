/** Closes what a suite opened, the last first, also when its `beforeAll` stopped half-way: nothing keeps the run alive. */
export class Cleanup {
  readonly #closers: (() => unknown)[] = [];

  /** Waits for something that can be closed, and remembers to close it, even if nobody waits for it any more by then. */
  keep<T extends { close(): unknown }>(opening: Promise<T>): Promise<T> {
    this.#closers.push(() =>
      opening.then(
        (opened) => opened.close(),
        () => undefined
      )
    );
    return opening;
  }

  /** Closes everything kept. What does not close keeps nothing else open. */
  async run(): Promise<void> {
    const failures: unknown[] = [];
    for (let close = this.#closers.pop(); close !== undefined; close = this.#closers.pop()) {
      try {
        await close();
      } catch (error) {
        failures.push(error);
      }
    }
    if (failures.length > 0) throw new AggregateError(failures, 'Not everything could be closed.');
  }
}
