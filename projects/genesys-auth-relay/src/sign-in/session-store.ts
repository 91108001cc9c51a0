import { LRUCache } from 'lru-cache';
import type { RelayClock } from '../runtime/clock.ts';
import type { Session } from './session.ts';

/** Maximum number of sessions in one process. The least recently used one is dropped first. */
const MAX_SESSIONS = 100_000;
/** How often the memory looks for idle sessions. */
const SWEEP_EVERY_MS = 60_000;

/** A session from the store. */
export interface Kept {
  readonly session: Session;
  /** Identifies the version of the session, to detect changes since it was read. */
  readonly witness: unknown;
}

/** Stores sessions, by hashes of the ids in the cookies. */
export interface SessionStore {
  create(name: string, session: Session): Promise<void>;
  /** The session, unless it has reached the idle limit. Reading does not restart the limit. */
  read(name: string): Promise<Kept | undefined>;
  /** Restarts the idle limit. */
  use(name: string): void;
  /** Replaces a session if it has not changed since it was read. */
  replace(name: string, kept: Kept, session: Session): Promise<boolean>;
  remove(name: string): Promise<void>;
  /**
   * Requests the lease to refresh the tokens of a session, which one relay has at a time.
   *
   * @returns a function that releases the lease; `undefined` while another relay has it
   */
  lease(name: string): Promise<(() => Promise<void>) | undefined>;
  close(): unknown;
}

/** Sessions in the memory of this process. */
export interface MemorySessions {
  /**
   * Opens the memory. It looks for idle sessions until it is closed.
   *
   * @param onIdle called with a session that has reached the idle limit, and its name
   */
  store(idleMs: number, onIdle: (name: string, session: Session) => void): SessionStore;
}

/** Builds the memory. It outlives a configuration. */
export function createMemorySessions(clock: RelayClock): MemorySessions {
  const all = new LRUCache<string, { kept: Kept; usedAt: number }>({ max: MAX_SESSIONS });
  const keep = (session: Session): Kept => ({ session, witness: session });
  return {
    store(idleMs, onIdle) {
      function readNow(name: string): Kept | undefined {
        const found = all.get(name);
        if (found === undefined) return undefined;
        if (clock.monotonic() - found.usedAt < idleMs) return found.kept;
        all.delete(name);
        onIdle(name, found.kept.session);
        return undefined;
      }
      // The browser of an idle session may be closed, so no request ends the session.
      const sweeper = setInterval(() => {
        for (const name of [...all.keys()]) readNow(name);
      }, SWEEP_EVERY_MS).unref();

      return {
        async create(name, session) {
          all.set(name, { kept: keep(session), usedAt: clock.monotonic() });
          await Promise.resolve();
        },
        async read(name) {
          await Promise.resolve();
          return readNow(name);
        },
        use(name) {
          const found = all.get(name);
          if (found !== undefined) found.usedAt = clock.monotonic();
        },
        async replace(name, { witness }, session) {
          await Promise.resolve();
          const found = all.get(name);
          if (found === undefined || found.kept.witness !== witness) return false;
          found.kept = keep(session);
          return true;
        },
        async remove(name) {
          await Promise.resolve();
          all.delete(name);
        },
        // Within one process each session is refreshed only once at a time.
        lease: () => Promise.resolve(() => Promise.resolve()),
        close: () => {
          clearInterval(sweeper);
        }
      };
    }
  };
}
