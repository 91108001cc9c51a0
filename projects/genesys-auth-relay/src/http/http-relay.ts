import type { ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import type { RelayConfig } from '../config/config.ts';
import { answerTimeoutOf } from '../relay/answer-timeout.ts';
import type { Relay } from '../relay/relay.ts';
import { createReloadableRelay } from '../relay/reloadable-relay.ts';
import type { RelayRuntime } from '../runtime/runtime.ts';
import { whenClosed } from '../runtime/when-closed.ts';
import { type Mount, type RequestListener, createRequestListener } from './request-listener.ts';

/** A relay that answers HTTP requests, and the functions to reload and stop it. */
export interface HttpRelay {
  readonly relay: Relay;
  readonly listener: RequestListener;
  /** Whether a part of an answer has been sent on this connection, but not all of it. */
  readonly isAnswering: (socket: Duplex) => boolean;
  /** How long an answer may take until it begins, in milliseconds. */
  readonly answerTimeoutMs: () => number;
  /** Replaces the configuration. */
  readonly reload: (config: RelayConfig) => Promise<void>;
  /** Refuses new requests, waits for the requests in flight, and closes the sockets of the hub. */
  readonly stop: () => Promise<void>;
}

/** Resolves when an answer is sent, or can no longer be sent. */
const sent = (response: ServerResponse): Promise<void> =>
  new Promise((resolve) => {
    whenClosed(response, resolve);
  });

/** Builds a relay and its request listener, for the relay's own server or for the server of a host. */
export async function createHttpRelay(
  config: RelayConfig,
  runtime: RelayRuntime,
  mount: Pick<Mount, 'prefix' | 'isDraining'> = {}
): Promise<HttpRelay> {
  const { relay, reload } = await createReloadableRelay(config, runtime);
  /** Responses that are not fully sent. */
  const open = new Set<ServerResponse>();
  let answerTimeoutMs = answerTimeoutOf(config);
  let stopping = false;
  const listener = createRequestListener(relay, config, runtime, { ...mount, isStopping: () => stopping });
  return {
    relay,
    listener(request, response, host) {
      open.add(response);
      whenClosed(response, () => open.delete(response));
      listener(request, response, host);
    },
    // A response has a socket only while it is its turn on the connection.
    isAnswering: (socket) => [...open].some((response) => response.socket === socket && response.headersSent),
    answerTimeoutMs: () => answerTimeoutMs,
    async reload(next) {
      await reload(next);
      // An answer that has begun may still take as long as before. So the limit only grows until a restart.
      answerTimeoutMs = Math.max(answerTimeoutMs, answerTimeoutOf(next));
    },
    async stop() {
      stopping = true;
      const timeout = new AbortController();
      const longest = delay(answerTimeoutMs, undefined, { signal: timeout.signal }).catch(() => undefined);
      await Promise.race([Promise.all([...open].map(sent)), longest]);
      timeout.abort();
      await relay.hub?.close();
    }
  };
}
