import type { RelayConfig } from '../config/config.ts';
import { patienceOf } from '../relay/patience.ts';
import type { Relay } from '../relay/relay.ts';
import { createRelaySwitch } from '../relay/switch.ts';
import type { RelayRuntime } from '../runtime/runtime.ts';
import { createInFlight } from './in-flight.ts';
import { type Listener, type Mount, createListener } from './listener.ts';

/** A relay with its listener, and everything to reload and stop it. */
export interface RelayService {
  readonly relay: Relay;
  readonly listener: Listener;
  /** How long an answer may take until it begins, in milliseconds. */
  readonly patienceMs: () => number;
  /** Replaces the configuration. */
  readonly swap: (config: RelayConfig) => Promise<void>;
  /** Refuses new requests, waits for the answers in flight, and closes the sockets of the hub. */
  readonly stop: () => Promise<void>;
}

/** Builds a relay for a server, its own or that of a host. */
export async function createService(
  config: RelayConfig,
  runtime: RelayRuntime,
  mount: Pick<Mount, 'prefix' | 'isDraining'> = {}
): Promise<RelayService> {
  const { relay, swap } = await createRelaySwitch(config, runtime);
  const inFlight = createInFlight();
  let patienceMs = patienceOf(config);
  let stopping = false;
  const listener = createListener(relay, config, runtime, { ...mount, isStopping: () => stopping });
  return {
    relay,
    listener(request, response, host) {
      if (!stopping) inFlight.add(response);
      listener(request, response, host);
    },
    patienceMs: () => patienceMs,
    async swap(next) {
      await swap(next);
      // An answer that has begun may still take as long as before.
      patienceMs = Math.max(patienceMs, patienceOf(next));
    },
    async stop() {
      stopping = true;
      await inFlight.wait(patienceMs);
      await relay.hub?.close();
    }
  };
}
