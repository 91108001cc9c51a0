import { LRUCache } from 'lru-cache';
import type { ApiLimits } from '../proxy/limits.ts';
import type { Session } from './session.ts';

/** What this process knows of a session besides what is in the store. */
export interface LiveSession {
  /** Until when Genesys Cloud is left alone after a failure; on the monotonic clock. */
  readonly pauses: { refresh: number; read: number };
  /** What is under way, by its name. */
  readonly flights: Map<string, Promise<Session>>;
  /** Budget and pauses of the user's token, made at the first call of the API. */
  limits: ApiLimits | undefined;
}

/** The sessions this process has seen. */
export interface LiveSessions {
  of(name: string): LiveSession;
  /** Joins what is under way under this name, or begins it. */
  once(name: string, what: string, begin: () => Promise<Session>): Promise<Session>;
  /** The session has ended. */
  forget(name: string): void;
}

/** Sessions whose state is kept; that of one that was longest not seen is made anew. */
const MAX_SESSIONS = 100_000;

/**
 * Builds the list.
 *
 * @param onEnd is told of each session that has ended
 */
export function createLiveSessions(onEnd: (name: string) => void): LiveSessions {
  const all = new LRUCache<string, LiveSession>({ max: MAX_SESSIONS });
  function of(name: string): LiveSession {
    let found = all.get(name);
    if (found === undefined) {
      const pauses = { refresh: -Infinity, read: -Infinity };
      all.set(name, (found = { pauses, flights: new Map(), limits: undefined }));
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
    forget(name) {
      all.delete(name);
      onEnd(name);
    }
  };
}
