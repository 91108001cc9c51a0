import type { Redis } from 'ioredis';
import { replyCode } from '../../store/redis-client.ts';

/** Milliseconds until a refused subscription is tried again: an administrator may have allowed the channel. */
const SUBSCRIBE_AGAIN_MS = 3000;
/** Longest pause between two connections, in milliseconds. */
const MAX_PAUSE_MS = 500;

/** Receives what a subscription reports. */
export interface SubscriptionSink {
  message(payload: Buffer): void;
  /** The subscription has ended. Messages are lost until {@link SubscriptionSink.joined}. */
  lost(): void;
  joined(): void;
  /** The server refuses to subscribe. `code` is the error code of its answer, such as `NOPERM`. */
  refused(code: string): void;
}

/** A subscription to one channel that reconnects whenever its connection ends. */
export interface Subscription {
  /** Replaces a connection that is subscribed but delivers nothing. */
  reconnect(): void;
  close(): void;
}

/**
 * Keeps a subscription. It never reuses a connection, so that none switches to another server unnoticed.
 *
 * @param connect opens a connection that does not reconnect by itself; `undefined` when there is no server at the moment
 */
export function keepSubscription(
  channel: string,
  connect: () => Redis | undefined,
  sink: SubscriptionSink
): Subscription {
  let connection: Redis | undefined;
  let isSubscribed = false;
  let isReconnecting = false;
  let failures = 0;
  let timer: NodeJS.Timeout | undefined;
  let closed = false;

  function later(ms: number, what: () => void): void {
    clearTimeout(timer);
    timer = setTimeout(what, ms).unref();
  }

  function open(): void {
    const next = connect();
    connection = next;
    isReconnecting = false;
    if (next === undefined) {
      retry();
      return;
    }
    next.on('messageBuffer', (_channel: Buffer, payload: Buffer) => {
      if (!closed) sink.message(payload);
    });
    next.once('ready', () => {
      subscribe(next);
    });
    next.once('end', retry);
    next.connect().catch(() => undefined);
  }

  function retry(): void {
    if (closed) return;
    if (isSubscribed) sink.lost();
    isSubscribed = false;
    failures += 1;
    later(Math.min(50 * failures, MAX_PAUSE_MS), open);
  }

  function subscribe(on: Redis): void {
    on.subscribe(channel).then(
      () => {
        if (closed) return;
        isSubscribed = true;
        failures = 0;
        sink.joined();
      },
      (error: unknown) => {
        if (closed) return;
        const code = replyCode(error);
        if (code === undefined) {
          on.disconnect();
          return;
        }
        sink.refused(code);
        later(SUBSCRIBE_AGAIN_MS, () => {
          subscribe(on);
        });
      }
    );
  }

  open();
  return {
    reconnect() {
      // Once, because a connection may need seconds to end. ioredis adds a listener at each call.
      if (!isSubscribed || isReconnecting) return;
      isReconnecting = true;
      connection?.disconnect();
    },
    close() {
      closed = true;
      clearTimeout(timer);
      connection?.disconnect();
    }
  };
}
