import type { RequestEntry } from './entry';

/** How many requests are kept. */
export const LOG_SIZE = 50;

/** The last requests, the newest first. Tells one listener when something has changed. */
export class RequestLog {
  readonly #entries: RequestEntry[] = [];
  #ids = 0;
  /** Whether an overlay shows it already. */
  isShown = false;
  /** Is called at every change. */
  listener: () => void = () => undefined;

  get entries(): readonly RequestEntry[] {
    return this.#entries;
  }

  add(entry: Omit<RequestEntry, 'id'>): RequestEntry {
    const added = { ...entry, id: ++this.#ids };
    this.#entries.unshift(added);
    if (this.#entries.length > LOG_SIZE) this.#entries.pop();
    this.listener();
    return added;
  }

  change(entry: RequestEntry, change: Partial<RequestEntry>): void {
    Object.assign(entry, change);
    this.listener();
  }

  clear(): void {
    this.#entries.length = 0;
    this.listener();
  }
}
