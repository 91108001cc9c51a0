import { ɵstopwatch as stopwatch } from 'ngx-genesys-auth';
import { Observable, Subject } from 'rxjs';
import type { GenesysNotificationError } from './error';
import type { GenesysEvent } from './event';
import { expand, topicKey } from './link/topic-names';

/** How long a topic is kept after its last listener has left, because routes change. */
const LINGER_MS = 5_000;

interface Entry {
  readonly topic: string;
  readonly names: readonly string[];
  readonly events: Subject<GenesysEvent>;
  listeners: number;
  /** The time since the last listener left. */
  sinceLeft: () => number;
}

/** The requested topics. Several listeners share a topic, and it is kept for a short time after the last one has left. */
export class Topics {
  readonly #entries = new Map<string, Entry>();
  /** Which topics an event belongs to, by the key of its name. */
  readonly #byName = new Map<string, Set<Entry>>();
  readonly #changed: (topics: readonly string[]) => void;
  readonly #outside: (work: () => void) => void;
  #isReportPending = false;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /**
   * @param changed receives the requested topics, once after several synchronous changes
   * @param outside does something outside of Angular's zone
   */
  constructor(changed: (topics: readonly string[]) => void, outside: (work: () => void) => void) {
    this.#changed = changed;
    this.#outside = outside;
  }

  /** The events of a topic. The topic is requested while it has subscribers. */
  listen(topic: string): Observable<GenesysEvent> {
    return new Observable((listener) => {
      const entry = this.#enter(topic);
      const subscription = entry.events.subscribe(listener);
      return () => {
        subscription.unsubscribe();
        this.#leave(entry);
      };
    });
  }

  deliver(event: GenesysEvent): void {
    for (const entry of this.#byName.get(topicKey(event.topicName)) ?? []) entry.events.next(event);
  }

  /** Ends a topic: its subscribers fail with the error. Another subscription requests the topic again. */
  refuse(topic: string, error: GenesysNotificationError): void {
    const entry = this.#entries.get(topicKey(topic));
    if (!entry) return;
    this.#remove(entry);
    this.#report();
    entry.events.error(error);
  }

  close(): void {
    clearTimeout(this.#timer);
    for (const entry of [...this.#entries.values()]) {
      this.#remove(entry);
      entry.events.complete();
    }
  }

  #enter(topic: string): Entry {
    const key = topicKey(topic);
    const known = this.#entries.get(key);
    if (known) {
      known.listeners++;
      return known;
    }
    const entry: Entry = { topic, names: expand(topic), events: new Subject(), listeners: 1, sinceLeft: () => 0 };
    this.#entries.set(key, entry);
    for (const name of entry.names) {
      const entries = this.#byName.get(name) ?? new Set();
      this.#byName.set(name, entries.add(entry));
    }
    this.#report();
    return entry;
  }

  #leave(entry: Entry): void {
    entry.listeners--;
    if (entry.listeners > 0 || this.#entries.get(topicKey(entry.topic)) !== entry) return;
    entry.sinceLeft = stopwatch();
    if (this.#timer === undefined) this.#sweepIn(LINGER_MS);
  }

  #sweepIn(ms: number): void {
    this.#outside(() => {
      this.#timer = setTimeout(() => {
        this.#sweep();
      }, ms);
    });
  }

  #sweep(): void {
    this.#timer = undefined;
    const left = [...this.#entries.values()].filter(({ listeners }) => listeners === 0);
    const due = left.filter(({ sinceLeft }) => sinceLeft() >= LINGER_MS);
    for (const entry of due) this.#remove(entry);
    if (due.length > 0) this.#report();
    const [next] = left.filter((entry) => !due.includes(entry)).sort((a, b) => b.sinceLeft() - a.sinceLeft());
    if (next) this.#sweepIn(LINGER_MS - next.sinceLeft());
  }

  #remove(entry: Entry): void {
    this.#entries.delete(topicKey(entry.topic));
    for (const name of entry.names) {
      const entries = this.#byName.get(name);
      entries?.delete(entry);
      if (entries?.size === 0) this.#byName.delete(name);
    }
  }

  #report(): void {
    if (this.#isReportPending) return;
    this.#isReportPending = true;
    queueMicrotask(() => {
      this.#isReportPending = false;
      this.#changed([...this.#entries.values()].map(({ topic }) => topic));
    });
  }
}
