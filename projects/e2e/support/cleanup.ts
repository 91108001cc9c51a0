/** Closes what a suite opened, the last first, also when its `beforeAll` stopped half-way: nothing keeps the run alive. */
export class Cleanup {
  readonly #closers: (() => unknown)[] = [];

  /** Waits for something that can be closed, and remembers to close it. */
  async keep<T extends { close(): unknown }>(opening: Promise<T>): Promise<T> {
    const opened = await opening;
    this.#closers.push(() => opened.close());
    return opened;
  }

  /** Closes everything kept. */
  async run(): Promise<void> {
    for (let close = this.#closers.pop(); close !== undefined; close = this.#closers.pop()) await close();
  }
}
