/** What is due when: a binary heap, ties broken by the order of entry so that a run can be repeated exactly. */
export class Agenda<T> {
  readonly #heap: { at: number; order: number; event: T }[] = [];
  #order = 0;

  /** Puts `event` down for `at`, milliseconds. */
  add(at: number, event: T): void {
    const heap = this.#heap;
    const entry = { at, order: this.#order++, event };
    let hole = heap.length;
    heap.push(entry);
    while (hole > 0) {
      const parentIndex = (hole - 1) >> 1;
      const parent = heap[parentIndex];
      if (parent === undefined || !before(entry, parent)) break;
      heap[hole] = parent;
      hole = parentIndex;
    }
    heap[hole] = entry;
  }

  /** When the next event is due, if there is one. */
  get nextAt(): number | undefined {
    return this.#heap[0]?.at;
  }

  /** Takes the next event that is due at or before `until`, if there is one. */
  take(until: number): { at: number; event: T } | undefined {
    const heap = this.#heap;
    const top = heap[0];
    if (top === undefined || top.at > until) return undefined;
    const last = heap.pop();
    if (last !== undefined && last !== top) this.#sink(last);
    return top;
  }

  #sink(entry: { at: number; order: number; event: T }): void {
    const heap = this.#heap;
    let hole = 0;
    for (;;) {
      let childIndex = 2 * hole + 1;
      let child = heap[childIndex];
      if (child === undefined) break;
      const right = heap[childIndex + 1];
      if (right !== undefined && before(right, child)) {
        child = right;
        childIndex++;
      }
      if (!before(child, entry)) break;
      heap[hole] = child;
      hole = childIndex;
    }
    heap[hole] = entry;
  }
}

function before(a: { at: number; order: number }, b: { at: number; order: number }): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order);
}
