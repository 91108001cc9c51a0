import type { RelayClock } from '../runtime/clock.ts';
import { createLru } from '../runtime/lru.ts';
import type { Session } from './session.ts';

/** Maximum number of sessions in one process. The least recently used one is dropped first. */
const MAX_SESSIONS = 100_000;

/** A session and its name in the store. */
export interface SeenSession {
  readonly name: string;
  readonly session: Session;
}

/** A session from the store. */
export interface Kept {
  readonly session: Session;
  /** Identifies the version of the session, to detect changes since it was read. */
  readonly version: unknown;
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
  /** Removes the sessions that have reached the idle limit. Each is returned once, also if several relays share the store. */
  takeIdle(): AsyncIterable<SeenSession>;
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
  /** Opens the memory. */
  store(idleMs: number): SessionStore;
}

/** Builds the memory. It outlives a configuration. */
export function createMemorySessions(clock: RelayClock): MemorySessions {
  interface Entry {
    kept: Kept;
    usedAt: number;
  }
  const all = createLru<Entry>(MAX_SESSIONS);
  const keep = (session: Session): Kept => ({ session, version: session });
  return {
    store(idleMs) {
      const isIdle = ({ usedAt }: Entry) => clock.monotonic() - usedAt >= idleMs;
      return {
        async create(name, session) {
          all.set(name, { kept: keep(session), usedAt: clock.monotonic() });
          await Promise.resolve();
        },
        async read(name) {
          await Promise.resolve();
          const found = all.get(name);
          return found === undefined || isIdle(found) ? undefined : found.kept;
        },
        use(name) {
          const found = all.get(name);
          if (found !== undefined) found.usedAt = clock.monotonic();
        },
        async replace(name, { version }, session) {
          await Promise.resolve();
          const found = all.get(name);
          if (found === undefined || found.kept.version !== version) return false;
          found.kept = keep(session);
          return true;
        },
        async remove(name) {
          await Promise.resolve();
          all.delete(name);
        },
        async *takeIdle() {
          await Promise.resolve();
          for (const [name, entry] of [...all.entries()]) {
            if (isIdle(entry) && all.delete(name)) yield { name, session: entry.kept.session };
          }
        },
        // Within one process each session is refreshed only once at a time.
        lease: () => Promise.resolve(() => Promise.resolve()),
        close: () => undefined
      };
    }
  };
}
