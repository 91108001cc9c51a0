import type { Hub } from '../hub/hub.ts';
import type { Caller } from '../identify/caller.ts';
import { RelayProblem } from '../reply/problem.ts';
import type { LiveSessions } from '../sign-in/live.ts';
import type { Relay } from './relay.ts';

/** Closes the sockets of the hub whose callers have lost rights. */
export interface SocketReview {
  /** Compares all sockets with the rights that their callers have now. */
  reviewRights(): void;
  /** Closes the sockets of a session that has ended. */
  closeSession(name: string): void;
  /** Reads the sessions of the open sockets from the store, unless the last review still waits for the store. */
  reviewSessions(): Promise<void>;
}

type CurrentRelay = Pick<Relay, 'revalidate' | 'checkHub' | 'signIn'>;

/**
 * The scopes that a caller who was identified before has now at the hub: none when nothing identifies the caller any more, or when
 * the hub refuses the caller.
 */
function scopesOf(relay: CurrentRelay, caller: Caller): readonly string[] {
  const known = relay.revalidate(caller);
  try {
    return known === undefined ? [] : relay.checkHub(known).scopes;
  } catch (error) {
    if (error instanceof RelayProblem) return [];
    throw error;
  }
}

/**
 * Builds the review of a hub's sockets.
 *
 * @param current returns the relay with the current configuration
 */
export function createSocketReview(hub: Hub, current: () => CurrentRelay, live: LiveSessions): SocketReview {
  let isReading = false;

  async function readSessions(): Promise<void> {
    const { signIn } = current();
    if (signIn === undefined) return;
    const callers = new Map<string, Caller | undefined>();
    for (const caller of hub.callers()) {
      const { session } = caller;
      if (session === undefined || callers.has(session)) continue;
      // While the store does not answer, the sockets stay open.
      callers.set(session, await signIn.rereadSession(caller).catch(() => caller));
    }
    for (const [name, caller] of callers) if (caller === undefined) live.announceEnd(name);
    hub.review((caller) => {
      const now = caller.session !== undefined && callers.has(caller.session) ? callers.get(caller.session) : caller;
      return now === undefined ? [] : scopesOf(current(), now);
    });
  }

  return {
    reviewRights() {
      hub.review((caller) => scopesOf(current(), caller));
    },
    closeSession(name) {
      hub.review((caller) => (caller.session === name ? [] : scopesOf(current(), caller)));
    },
    async reviewSessions() {
      if (isReading) return;
      isReading = true;
      try {
        await readSessions();
      } finally {
        isReading = false;
      }
    }
  };
}
