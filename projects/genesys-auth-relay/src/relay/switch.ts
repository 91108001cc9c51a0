import type { RelayConfig } from '../config/config.ts';
import type { Caller } from '../identify/caller.ts';
import { RelayProblem } from '../reply/problem.ts';
import type { RelayRuntime } from '../runtime/runtime.ts';
import { patienceOf } from './patience.ts';
import { type Relay, createRelay } from './relay.ts';

/** A relay whose configuration can be replaced while it serves. */
export interface RelaySwitch {
  /** Always the current one; who holds it need not know that it was replaced. */
  readonly relay: Relay;
  /**
   * Builds a relay from another configuration and lets it serve from now on. Live tokens are taken along, and what the old
   * one has begun it finishes. The notification hub stays, and closes the sockets
   * whose callers have lost rights. Not to be called again before it is done.
   *
   * @throws RelayConfigError `config_invalid`; then the old one serves on
   */
  readonly swap: (config: RelayConfig) => Promise<void>;
}

/** The scopes that a caller who was identified before has now: none when nothing identifies it any more. */
function scopesOf(relay: Relay, caller: Caller): readonly string[] {
  const known = relay.again(caller);
  try {
    return known === undefined ? [] : relay.entitlement(known).scopes;
  } catch (error) {
    if (error instanceof RelayProblem && error.code === 'policy_denied') return [];
    throw error;
  }
}

/** Builds the first relay and the switch before it. */
export async function createRelaySwitch(config: RelayConfig, runtime: RelayRuntime): Promise<RelaySwitch> {
  const first = await createRelay(config, runtime);
  const open = new Set([first]);
  const closing = new AbortController();
  let current = first;
  let patienceMs = patienceOf(config);

  async function retire(old: Relay, ms: number): Promise<void> {
    await runtime.clock.sleep(ms, closing.signal).catch(() => undefined);
    // A long answer takes as long as its caller reads.
    if (!closing.signal.aborted) await old.api?.finish();
    if (open.delete(old)) await old.close();
  }

  return {
    relay: {
      get origins() {
        return current.origins;
      },
      get source() {
        return current.source;
      },
      get api() {
        return current.api;
      },
      hub: first.hub,
      admit: (facts, ip, ask) => current.admit(facts, ip, ask),
      again: (caller) => current.again(caller),
      token: (caller, ask) => current.token(caller, ask),
      session: (caller) => current.session(caller),
      entitlement: (caller) => current.entitlement(caller),
      close: async () => {
        closing.abort();
        const all = [...open];
        open.clear();
        await Promise.all(all.map((relay) => relay.close()));
      }
    },

    async swap(next) {
      const old = current;
      const ofOld = patienceMs;
      const fresh = await createRelay({ ...next, notifications: false }, runtime, old.source);
      if (closing.signal.aborted) return fresh.close();
      current = fresh;
      patienceMs = patienceOf(next);
      open.add(current);
      first.hub?.review((caller) => scopesOf(fresh, caller));
      // The hub lives in the first relay; its tokens are of the clients that are configured now.
      if (next.notifications !== false) first.hub?.use(next, current.source);
      if (old !== first || first.hub === undefined) void retire(old, ofOld);
    }
  };
}
