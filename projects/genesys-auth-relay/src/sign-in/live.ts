import { createLru } from '../runtime/lru.ts';
import type { Session } from './session.ts';

/** State of a session in this process, in addition to the store. */
export interface LiveSession {
  /** Until when no request is sent to Genesys Cloud after a failure; on the monotonic clock. */
  readonly pauses: { refresh: number; read: number };
  /** Pending operations, by name. */
  readonly flights: Map<string, Promise<Session>>;
}

/** The sessions this process has seen. */
export interface LiveSessions {
  of(name: string): LiveSession;
  /** Joins the pending operation with this name, or starts it. */
  once(name: string, what: string, begin: () => Promise<Session>): Promise<Session>;
  /** Drops the state of a session that has ended, and notifies the listener. */
  announceEnd(name: string): void;
}

/** Maximum number of sessions whose state is kept. That of the least recently used one is dropped. */
const MAX_SESSIONS = 100_000;

/**
 * Builds the list.
 *
 * @param onEnd called with each session that has ended
 */
export function createLiveSessions(onEnd: (name: string) => void): LiveSessions {
  const all = createLru<LiveSession>(MAX_SESSIONS);
  function of(name: string): LiveSession {
    let found = all.get(name);
    if (found === undefined) {
      const pauses = { refresh: -Infinity, read: -Infinity };
      all.set(name, (found = { pauses, flights: new Map() }));
    }
    return found;
  }
  return {
    of,
    once(name, what, begin) {
      const { flights } = of(name);
      const before = flights.get(what);
      if (before !== undefined) return before;
      const flight = begin();
      flights.set(what, flight);
      const land = () => flights.delete(what);
      flight.then(land, land);
      return flight;
    },
    announceEnd(name) {
      all.delete(name);
      onEnd(name);
    }
  };
}
