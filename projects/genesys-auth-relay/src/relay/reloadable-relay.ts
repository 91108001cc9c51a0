import type { RelayConfig } from '../config/config.ts';
import { type RelayHub, createRelayHub } from '../hub/create.ts';
import type { RelayRuntime } from '../runtime/runtime.ts';
import { answerTimeoutOf } from './answer-timeout.ts';
import { createRelayMemory } from './memory.ts';
import { type Relay, createRelay } from './relay.ts';
import { createSocketReview } from './socket-review.ts';

/** How often the sessions of users with open sockets are checked. */
const READ_SESSIONS_EVERY_MS = 60_000;

/** A relay whose configuration can be replaced while it serves. */
export interface ReloadableRelay {
  /** Always delegates to the current relay, so that its users need not know that it was replaced. */
  readonly relay: Relay;
  /**
   * Builds a relay from another configuration and replaces the current one. Live tokens are kept, and the old relay finishes the
   * requests that it has begun. The notification hub stays, and closes the sockets whose callers have lost rights. Do not call it
   * again before it is done.
   *
   * @throws RelayConfigError `config_invalid`; then the old relay continues to serve
   */
  readonly reload: (config: RelayConfig) => Promise<void>;
}

/** Builds the first relay with its hub. A reload replaces the relay; the hub stays. */
export async function createReloadableRelay(config: RelayConfig, runtime: RelayRuntime): Promise<ReloadableRelay> {
  const memory = createRelayMemory(config, runtime);
  const first = await createRelay(config, runtime, memory);
  const open = new Set([first]);
  const relayHub = await hubOf(config, first, runtime);
  const socketReview = relayHub && createSocketReview(relayHub.hub, () => current, memory.signIn.live);
  // A user who has signed out gets no more events.
  memory.signIn.onEnd.add((name) => socketReview?.closeSession(name));
  // Another relay may end a session or find fewer roles, and the store drops idle sessions.
  const sessionTimer =
    socketReview && setInterval(() => void socketReview.reviewSessions(), READ_SESSIONS_EVERY_MS).unref();
  const closing = new AbortController();
  let current = first;
  let answerTimeoutMs = answerTimeoutOf(config);

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
      get apiProxy() {
        return current.apiProxy;
      },
      get defaultRequestsPerMinute() {
        return current.defaultRequestsPerMinute;
      },
      hub: relayHub && { ...relayHub.hub, tickets: relayHub.tickets },
      admit: (head, ip, body) => current.admit(head, ip, body),
      clientAddress: (head, ip) => current.clientAddress(head, ip),
      revalidate: (caller) => current.revalidate(caller),
      token: (caller, body) => current.token(caller, body),
      describeCaller: (caller) => current.describeCaller(caller),
      idle: () => current.idle(),
      entitlement: (caller) => current.entitlement(caller),
      checkHub: (caller) => current.checkHub(caller),
      close: async () => {
        closing.abort();
        clearInterval(sessionTimer);
        await relayHub?.close();
        const all = [...open];
        open.clear();
        await Promise.all(all.map((relay) => relay.close()));
      }
    },

    async reload(next) {
      const old = current;
      const oldAnswerTimeoutMs = answerTimeoutMs;
      const fresh = await createRelay(next, runtime, memory, old.tokenSource);
      if (closing.signal.aborted) return fresh.close();
      // The hub's tokens must come from the clients that are configured now.
      relayHub?.use(next, fresh.tokenSource);
      memory.apiLimits.configure(next.proxy);
      current = fresh;
      answerTimeoutMs = answerTimeoutOf(next);
      open.add(current);
      socketReview?.reviewRights();
      void retire(old, oldAnswerTimeoutMs);
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
