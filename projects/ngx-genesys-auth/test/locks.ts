type Callback = () => Promise<unknown>;
interface Waiting {
  readonly name: string;
  readonly grant: () => void;
}

/**
 * A lock manager as browsers have it, as far as exclusive locks go: jsdom has none. The real one is used in the browser
 * tests; this one lets a test hold a lock and never give it back.
 */
export class FakeLocks {
  #held: string[] = [];
  #queue: Waiting[] = [];

  held(): readonly string[] {
    return this.#held;
  }

  waiting(): readonly string[] {
    return this.#queue.map(({ name }) => name);
  }

  /** Another tab takes every lock there will be. */
  block(): { release(): void } {
    this.#held.push('*');
    return {
      release: () => {
        this.#free('*');
      }
    };
  }

  async request(name: string, { signal }: { signal?: AbortSignal }, callback: Callback): Promise<unknown> {
    await new Promise<void>((resolve, reject) => {
      const waiting = { name, grant: resolve };
      this.#queue.push(waiting);
      signal?.addEventListener('abort', () => {
        this.#queue = this.#queue.filter((other) => other !== waiting);
        reject(new DOMException('aborted', 'AbortError'));
      });
      this.#next();
    });
    try {
      return await callback();
    } finally {
      this.#free(name);
    }
  }

  #free(name: string): void {
    const at = this.#held.indexOf(name);
    if (at >= 0) this.#held.splice(at, 1);
    this.#next();
  }

  #next(): void {
    for (const waiting of [...this.#queue]) {
      if (this.#held.includes('*') || this.#held.includes(waiting.name)) continue;
      this.#queue = this.#queue.filter((other) => other !== waiting);
      this.#held.push(waiting.name);
      waiting.grant();
    }
  }
}

/** Gives the page a lock manager, or takes it away. */
export function provideLocks(locks: FakeLocks | null = new FakeLocks()): FakeLocks {
  if (locks) Object.defineProperty(navigator, 'locks', { configurable: true, value: locks });
  else Reflect.deleteProperty(navigator, 'locks');
  return locks ?? new FakeLocks();
}
