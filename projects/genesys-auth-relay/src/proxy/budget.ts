import { RelayProblem } from '../reply/problem.ts';
import type { RelayClock } from '../runtime/clock.ts';

const WINDOW_MS = 60_000;
/** Part of a budget that is reserved for callers who have used less than their share. */
const RESERVE = 0.1;

/** Limits of a {@link Budget}. */
export interface BudgetLimits {
  /** Requests in any 60 seconds. */
  readonly requestsPerMinute: number;
  /** Requests that may wait at the same time. */
  readonly queueLength: number;
  /** Milliseconds a request may wait. */
  readonly queueWaitMs: number;
  /** Whether a caller may use everything that is left while no other caller waits. Default: no caller may. */
  readonly mayUseAll?: (caller: string) => boolean;
}

/** The API requests that one token may send in a minute, shared fairly between callers. */
export interface Budget {
  /**
   * Takes one request: `undefined` at once, or a promise when it has to wait for its turn.
   *
   * @param connection its `signal` ends the wait when the caller disconnects. A request that need not wait does not read it, because making a
   *   signal is slow
   * @throws RelayProblem `api_budget_spent` with `retryAfterSeconds`
   */
  take(caller: string, connection: { readonly signal: AbortSignal }): Promise<void> | undefined;
  /** The API reported that the budget is spent: send nothing for this many milliseconds. */
  pause(ms: number): void;
}

interface Waiting {
  readonly deadline: number;
  readonly go: () => void;
  readonly fail: (why: RelayProblem) => void;
}

/** The problem of a request for which no budget is left. */
export const spent = (waitMs: number): RelayProblem => {
  const seconds = Math.max(1, Math.ceil(waitMs / 1000));
  return new RelayProblem('api_budget_spent', 'The requests that the API allows in a minute are spent.', {
    hint: `Wait ${seconds} s; ask less often, or for more at a time.`,
    retryAfterSeconds: seconds
  });
};

/**
 * Counts the requests of this process in a sliding window of 60 seconds, at the time of their turn. So the limit holds wherever a
 * window of the API starts, apart from delays in the network. Waiting requests are served round-robin by caller, not by arrival:
 * a caller with a hundred requests delays only itself. A caller within its share is served while any budget is left. A caller
 * above its share is paced, so that it cannot take the share of others.
 *
 * @param limits returns the current limits; a reload may change them
 */
export function createBudget(limits: () => BudgetLimits, clock: RelayClock): Budget {
  /** Times and callers of the last requests, oldest first. Two lists, because millions of small objects load the garbage collector. */
  let times: number[] = [];
  let callers: string[] = [];
  let first = 0;
  const used = new Map<string, number>();
  const queues = new Map<string, Waiting[]>();
  let waiting = 0;
  let pausedUntil = 0;
  let pumping = false;
  /** When the pump wakes next, and the function that wakes it earlier. */
  let alarm = { at: Infinity, ring: (): void => undefined };

  function forget(now: number): void {
    for (; first < times.length; first++) {
      const caller = callers[first] ?? '';
      if ((times[first] ?? now) > now - WINDOW_MS) break;
      const left = (used.get(caller) ?? 1) - 1;
      if (left === 0) used.delete(caller);
      else used.set(caller, left);
    }
    // Only when half of the entries are old, so that each entry is copied once.
    if (first > 1024 && first * 2 > times.length) {
      times = times.slice(first);
      callers = callers.slice(first);
      first = 0;
    }
  }

  /** The time from which fewer than `limit` requests are in the window; `now` if that is already so. */
  function freeAt(limit: number, now: number): number {
    return times.length - first < limit ? now : (times[times.length - limit] ?? now) + WINDOW_MS;
  }

  /**
   * When a caller that has used its share may send one more request. Example: 300 requests a minute and two callers, so a share is
   * 150. When 150 requests have been sent at once, the next ones go out one by one, each 0.4 s after the one before: the share of
   * the other caller, spread evenly over a minute. So the other caller can use its share at any time, whatever was sent before it
   * arrived.
   */
  function pacedAt(share: number, requestsPerMinute: number, now: number): number {
    const ofOthers = requestsPerMinute - share;
    let at = now;
    // Skips the newest `share - 1` requests: only those before them are above the share.
    const newest = Math.min(times.length, Math.ceil(times.length + 1 - share)) - 1;
    for (let index = newest; index >= first; index--) {
      const over = times.length - index + 1 - share;
      at = Math.max(at, (times[index] ?? now) + Math.min(1, over / ofOthers) * WINDOW_MS);
    }
    return at;
  }

  /** When the caller may send its next request; `now` if at once. */
  function mayAt(caller: string, now: number): number {
    if (now < pausedUntil) return pausedUntil;
    forget(now);
    const { requestsPerMinute, mayUseAll } = limits();
    const mine = used.get(caller) ?? 0;
    const active = used.size + (mine === 0 ? 1 : 0);
    // A single caller shares with the next one that arrives.
    const share = requestsPerMinute / Math.max(2, active);
    if (mine < share || mayUseAll?.(caller) === true) return freeAt(requestsPerMinute, now);
    const unreserved = Math.max(1, Math.ceil(requestsPerMinute * (1 - RESERVE)));
    return Math.max(freeAt(unreserved, now), pacedAt(share, requestsPerMinute, now));
  }

  function countRequest(caller: string, now: number): void {
    times.push(now);
    callers.push(caller);
    used.set(caller, (used.get(caller) ?? 0) + 1);
  }

  function next(now: number): { caller: string; at: number } | undefined {
    let soonest: { caller: string; at: number } | undefined;
    for (const caller of queues.keys()) {
      const at = mayAt(caller, now);
      if (at <= now) return { caller, at };
      if (soonest === undefined || at < soonest.at) soonest = { caller, at };
    }
    return soonest;
  }

  function leave(caller: string, entry: Waiting): void {
    const rest = (queues.get(caller) ?? []).filter((one) => one !== entry);
    waiting -= 1;
    if (rest.length === 0) queues.delete(caller);
    else queues.set(caller, rest);
  }

  function serve(caller: string, now: number): void {
    const [entry, ...rest] = queues.get(caller) ?? [];
    // Move to the end of the queue of callers.
    queues.delete(caller);
    if (rest.length > 0) queues.set(caller, rest);
    if (entry === undefined) return;
    waiting -= 1;
    countRequest(caller, now);
    entry.go();
  }

  /** Refuses the requests that have waited too long. Returns the earliest deadline of the others. */
  function refuseLate(now: number, nextTurnAt: number): number {
    let earliest = Infinity;
    for (const [caller, entries] of [...queues]) {
      for (const entry of entries) {
        if (entry.deadline > now) {
          earliest = Math.min(earliest, entry.deadline);
        } else {
          leave(caller, entry);
          entry.fail(spent(nextTurnAt - now));
        }
      }
    }
    return earliest;
  }

  async function sleepUntil(at: number, now: number): Promise<void> {
    const woken = new AbortController();
    alarm = {
      at,
      ring: () => {
        woken.abort();
      }
    };
    await clock.sleep(Math.max(1, at - now), woken.signal).catch(() => undefined);
    alarm.at = Infinity;
  }

  async function pump(): Promise<void> {
    pumping = true;
    while (waiting > 0) {
      const now = clock.monotonic();
      const turn = next(now);
      if (turn === undefined) break;
      if (turn.at <= now) {
        serve(turn.caller, now);
        continue;
      }
      const earliest = refuseLate(now, turn.at);
      if (waiting > 0) await sleepUntil(Math.min(turn.at, earliest), now);
    }
    pumping = false;
  }

  return {
    take(caller, connection) {
      const now = clock.monotonic();
      const at = mayAt(caller, now);
      // A new request does not overtake a waiting one that may also be sent. The reserve is for callers that arrive while others wait.
      if (at <= now && (waiting === 0 || (next(now)?.at ?? now) > now)) {
        countRequest(caller, now);
        return undefined;
      }
      const { queueLength, queueWaitMs } = limits();
      if (at > now + queueWaitMs || waiting >= queueLength) throw spent(Math.max(at - now, 1000));
      const { signal } = connection;
      return new Promise<void>((resolve, reject) => {
        const gone = () => {
          leave(caller, entry);
          reject(signal.reason as Error);
        };
        const settle = () => {
          signal.removeEventListener('abort', gone);
        };
        const entry: Waiting = {
          deadline: now + queueWaitMs,
          go: () => {
            settle();
            resolve();
          },
          fail: (why) => {
            settle();
            reject(why);
          }
        };
        signal.addEventListener('abort', gone, { once: true });
        queues.set(caller, [...(queues.get(caller) ?? []), entry]);
        waiting += 1;
        if (!pumping) void pump();
        else if (at < alarm.at) alarm.ring();
      });
    },
    pause(ms) {
      pausedUntil = Math.max(pausedUntil, clock.monotonic() + ms);
    }
  };
}
