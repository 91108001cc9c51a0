import { Agenda } from '../centre/agenda.ts';
import type { SandboxClock } from '../options.ts';

/** Node's timers take no longer delay. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;
/** A clock of the caller's own says nothing when it moves: it is looked at this often (real milliseconds). */
const POLL_MS = 10;

/** Takes back something that was put down with {@link Timeline.at}. */
export type Cancel = () => void;

/**
 * What happens later, by the sandbox's clock. With the system clock each piece of work has its timer; with a clock of the
 * caller's own, {@link run} does what has become due, and a timer looks at the clock while something is put down.
 */
export class Timeline {
  readonly #clock: SandboxClock;
  readonly #own: boolean;
  readonly #agenda = new Agenda<{ work: (() => void) | undefined }>();
  #timer: NodeJS.Timeout | undefined;
  #closed = false;

  /** @param own the clock is the caller's: it may move in ways that timers know nothing of */
  constructor(clock: SandboxClock, own: boolean) {
    this.#clock = clock;
    this.#own = own;
  }

  now(): number {
    return this.#clock.now();
  }

  /** Does `work` when the clock shows `at`, milliseconds since the epoch. */
  at(at: number, work: () => void): Cancel {
    const entry: { work: (() => void) | undefined } = { work };
    if (!this.#closed) {
      this.#agenda.add(at, entry);
      this.#arm();
    }
    return () => {
      entry.work = undefined;
    };
  }

  /** Does `work` in `ms` milliseconds. */
  after(ms: number, work: () => void): Cancel {
    return this.at(this.now() + ms, work);
  }

  /** Does `work` every `ms` milliseconds: once, not many times, where the clock has jumped. */
  every(ms: number, work: () => void): Cancel {
    let cancel = (): void => undefined;
    const next = (): void => {
      cancel = this.after(ms, () => {
        next();
        work();
      });
    };
    next();
    return () => {
      cancel();
    };
  }

  /** Does what is due, in order. */
  run(): void {
    const now = this.now();
    for (let due = this.#agenda.take(now); due !== undefined; due = this.#agenda.take(now)) due.event.work?.();
    this.#arm();
  }

  /** Forgets everything. */
  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
  }

  #arm(): void {
    clearTimeout(this.#timer);
    const next = this.#agenda.nextAt;
    if (this.#closed || next === undefined || this.#clock.driven === true) return;
    const wait = this.#own ? POLL_MS : Math.min(Math.max(0, next - this.now()), LONGEST_TIMER_MS);
    this.#timer = setTimeout(() => {
      this.run();
    }, wait);
    // A sandbox that only waits keeps no process alive; its listening sockets do that.
    this.#timer.unref();
  }
}
