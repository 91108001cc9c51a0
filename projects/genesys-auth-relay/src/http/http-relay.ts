import type { RelayConfig } from '../config/config.ts';
import { answerTimeoutOf } from '../relay/answer-timeout.ts';
import type { Relay } from '../relay/relay.ts';
import { createReloadableRelay } from '../relay/reloadable-relay.ts';
import type { RelayRuntime } from '../runtime/runtime.ts';
import { createInFlight } from './in-flight.ts';
import { type Mount, type RequestListener, createRequestListener } from './request-listener.ts';

/** A relay that answers HTTP requests, and the functions to reload and stop it. */
export interface HttpRelay {
  readonly relay: Relay;
  readonly listener: RequestListener;
  /** How long an answer may take until it begins, in milliseconds. */
  readonly answerTimeoutMs: () => number;
  /** Replaces the configuration. */
  readonly reload: (config: RelayConfig) => Promise<void>;
  /** Refuses new requests, waits for the answers in flight, and closes the sockets of the hub. */
  readonly stop: () => Promise<void>;
}

/** Builds a relay and its request listener, for the relay's own server or for the server of a host. */
export async function createHttpRelay(
  config: RelayConfig,
  runtime: RelayRuntime,
  mount: Pick<Mount, 'prefix' | 'isDraining'> = {}
): Promise<HttpRelay> {
  const { relay, reload } = await createReloadableRelay(config, runtime);
  const inFlight = createInFlight();
  let answerTimeoutMs = answerTimeoutOf(config);
  let stopping = false;
  const listener = createRequestListener(relay, config, runtime, { ...mount, isStopping: () => stopping });
  return {
    relay,
    listener(request, response, host) {
      if (!stopping) inFlight.add(response);
      listener(request, response, host);
    },
    answerTimeoutMs: () => answerTimeoutMs,
    async reload(next) {
      await reload(next);
      // An answer that has begun may still take as long as before.
      answerTimeoutMs = Math.max(answerTimeoutMs, answerTimeoutOf(next));
    },
    async stop() {
      stopping = true;
      await inFlight.wait(answerTimeoutMs);
      await relay.hub?.close();
    }
  };
}
