import type { SandboxClock } from '../options.ts';

const MINUTE_MS = 60_000;

/** Counts requests by key in windows of a minute that begin with a key's first request. */
export class MinuteLimiter {
  readonly #clock: SandboxClock;
  readonly #limit: number | false;
  readonly #windows = new Map<string, { startedAt: number; requests: number }>();

  constructor(clock: SandboxClock, limit: number | false) {
    this.#clock = clock;
    this.#limit = limit;
  }

  /** Counts one request. Returns 0 when it may pass, else the seconds until the next window. */
  take(key: string): number {
    if (this.#limit === false) return 0;
    const window = this.#windows.get(key) ?? { startedAt: this.#clock.now(), requests: 0 };
    this.#windows.set(key, window);
    return takeFrom(window, this.#clock.now(), this.#limit);
  }
}

/** The same for one window. Refused requests do not count. */
export function takeFrom(window: { startedAt: number; requests: number }, now: number, limit: number): number {
  if (now - window.startedAt >= MINUTE_MS || now < window.startedAt) {
    window.startedAt = now;
    window.requests = 0;
  }
  if (window.requests >= limit) return Math.max(1, Math.ceil((window.startedAt + MINUTE_MS - now) / 1000));
  window.requests++;
  return 0;
}
