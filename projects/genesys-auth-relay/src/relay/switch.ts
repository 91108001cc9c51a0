import type { RelayConfig } from '../config/config.ts';
import { type RelayHub, createRelayHub } from '../hub/create.ts';
import type { Hub } from '../hub/hub.ts';
import type { Caller } from '../identify/caller.ts';
import { RelayProblem } from '../reply/problem.ts';
import type { RelayRuntime } from '../runtime/runtime.ts';
import { createSignInMemory } from '../sign-in/memory.ts';
import { answerTimeoutOf } from './answer-timeout.ts';
import { type Relay, createRelay } from './relay.ts';

/** How often the sessions of users with open sockets are checked. */
const READ_SESSIONS_EVERY_MS = 60_000;

/** A relay whose configuration can be replaced while it serves. */
export interface RelaySwitch {
  /** Always delegates to the current relay, so that its users need not know that it was replaced. */
  readonly relay: Relay;
  /**
   * Builds a relay from another configuration and replaces the current one. Live tokens are kept, and the old relay finishes the
   * requests that it has begun. The notification hub stays, and closes the sockets whose callers have lost rights. Do not call it
   * again before it is done.
   *
   * @throws RelayConfigError `config_invalid`; then the old relay continues to serve
   */
  readonly swap: (config: RelayConfig) => Promise<void>;
}

/**
 * The scopes that a caller who was identified before has now at the hub: none when nothing identifies the caller any more, or when
 * the hub refuses the caller.
 */
function scopesOf(relay: Pick<Relay, 'again' | 'checkHub'>, caller: Caller): readonly string[] {
  const known = relay.revalidate(caller);
  try {
    return known === undefined ? [] : relay.checkHub(known).scopes;
  } catch (error) {
    if (error instanceof RelayProblem) return [];
    throw error;
  }
}

/** Builds the first relay with its hub, and the switch that replaces relays. */
export async function createRelaySwitch(config: RelayConfig, runtime: RelayRuntime): Promise<RelaySwitch> {
  const memory = createSignInMemory(runtime);
  const first = await createRelay(config, runtime, memory);
  const open = new Set([first]);
  const hub = await hubOf(config, first, runtime);
  // A user who has signed out gets no more events.
  memory.onEnd.add((name) => {
    hub?.hub.review((caller) => (caller.session === name ? [] : scopesOf(current, caller)));
  });
  // Another relay may end a session or find fewer roles, and the store drops idle sessions.
  const sessionTimer = hub && setInterval(() => void reviewOnce(hub.hub), READ_SESSIONS_EVERY_MS).unref();
  const closing = new AbortController();
  let current = first;
  let answerTimeoutMs = answerTimeoutOf(config);
  let isReviewing = false;

  /** Closes the sockets of users whose session has ended or whose roles give fewer scopes now. */
  async function reviewSessions(sockets: Hub): Promise<void> {
    const { signIn } = current;
    if (signIn === undefined) return;
    const latest = new Map<string, Caller | undefined>();
    for (const caller of sockets.callers()) {
      const { session } = caller;
      if (session === undefined || latest.has(session)) continue;
      // While the store does not answer, the sockets stay open.
      latest.set(session, await signIn.rereadSession(caller).catch(() => caller));
    }
    for (const [name, caller] of latest) if (caller === undefined) memory.live.announceEnd(name);
    sockets.review((caller) => {
      const now = caller.session !== undefined && latest.has(caller.session) ? latest.get(caller.session) : caller;
      return now === undefined ? [] : scopesOf(current, now);
    });
  }

  /** Reviews the sessions, unless the last review still waits for the store. */
  async function reviewOnce(sockets: Hub): Promise<void> {
    if (isReviewing) return;
    isReviewing = true;
    try {
      await reviewSessions(sockets);
    } finally {
      isReviewing = false;
    }
  }

  async function retire(old: typeof first, ms: number): Promise<void> {
    // The hub may still wait for a token from it.
    await runtime.clock.sleep(ms, closing.signal).catch(() => undefined);
    // A long answer lasts as long as its caller reads.
    if (!closing.signal.aborted) await old.idle();
    if (open.delete(old)) await old.close();
  }

  return {
    relay: {
      get origins() {
        return current.origins;
      },
      get tokenSource() {
        return current.tokenSource;
      },
      get signIn() {
        return current.signIn;
      },
      get api() {
        return current.api;
      },
      hub: hub && { ...hub.hub, tickets: hub.tickets },
      admit: (head, ip, ask) => current.admit(head, ip, ask),
      clientAddress: (head, ip) => current.clientAddress(head, ip),
      revalidate: (caller) => current.revalidate(caller),
      token: (caller, ask) => current.token(caller, ask),
      describeCaller: (caller) => current.describeCaller(caller),
      idle: () => current.idle(),
      entitlement: (caller) => current.entitlement(caller),
      checkHub: (caller) => current.checkHub(caller),
      close: async () => {
        closing.abort();
        clearInterval(sessionTimer);
        await hub?.close();
        const all = [...open];
        open.clear();
        await Promise.all(all.map((relay) => relay.close()));
      }
    },

    async swap(next) {
      const old = current;
      const ofOld = answerTimeoutMs;
      const fresh = await createRelay(next, runtime, memory, old.tokenSource);
      if (closing.signal.aborted) return fresh.close();
      // Its tokens must come from the clients that are configured now.
      hub?.use(next, fresh.tokenSource);
      current = fresh;
      answerTimeoutMs = answerTimeoutOf(next);
      open.add(current);
      hub?.hub.review((caller) => scopesOf(fresh, caller));
      void retire(old, ofOld);
    }
  };
}

/** The hub of the configuration, if it has one. When it cannot be built, the relay is closed. */
async function hubOf(
  config: RelayConfig,
  relay: Omit<Relay, 'hub'>,
  runtime: RelayRuntime
): Promise<RelayHub | undefined> {
  if (config.notifications === false) return undefined;
  try {
    return await createRelayHub(config, config.notifications, relay.tokenSource, runtime);
  } catch (error) {
    await relay.close();
    throw error;
  }
}
