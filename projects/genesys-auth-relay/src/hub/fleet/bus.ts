import type { StoreConfig } from '../../config/config.ts';
import { createRedis, replyCode, subscriptionOf, within } from '../../store/redis-client.ts';
import type { Seal } from '../../store/seal.ts';
import { type FleetMessage, readMessage, writeMessage } from './message.ts';
import { keepSubscription } from './subscription.ts';

/**
 * Gets the lease or keeps it. ARGV: my name, the lifetime of the lease in milliseconds, the smallest new term. Returns the holder
 * and its term. A new term is always larger than the last one, even if the store has lost both or has evicted only the term.
 */
const HOLD = `
local holder = redis.call('GET', KEYS[1])
local last = redis.call('GET', KEYS[2])
if not holder or not last then
  redis.call('SET', KEYS[2], string.format('%.0f', math.max(tonumber(last or 0) + 1, tonumber(ARGV[3]))))
end
if not holder or holder == ARGV[1] then
  redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
  holder = ARGV[1]
end
return { holder, redis.call('GET', KEYS[2]) }`;

/** Releases the lease, if it is mine. */
const RELEASE = `
if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end
return 0`;

/**
 * In a cluster, publishes through the node that has the lease. Otherwise the client would choose a random node for each message,
 * and messages of different nodes can arrive out of order.
 */
const PUBLISH = `return redis.call('PUBLISH', ARGV[1], ARGV[2])`;

/** Milliseconds in which the store has to answer a command about the lease. */
const LEASE_COMMAND_MS = 1000;

/** Receives the messages of the other instances. */
export interface BusSink {
  heard(from: string, message: FleetMessage): void;
  /** A message of this instance came back: publishing and receiving both work. */
  heardMyself(): void;
  /** The subscription has ended. Messages are lost until {@link BusSink.joined}. */
  lost(): void;
  joined(): void;
  /** The store refuses to publish or to subscribe. `code` is the error code of its answer, such as `NOPERM`. */
  refused(what: 'publish' | 'subscribe', code: string): void;
}

/** The holder of the lease, and its term. */
export interface Held {
  readonly holder: string;
  /** Larger for each holder than for the one before. */
  readonly term: number;
}

/** Connects the instances of a hub: one channel of Redis or Valkey, and one lease. */
export interface Bus {
  say(message: FleetMessage): void;
  /**
   * Gets or keeps the lease, and returns its holder. Rejects when the store does not answer.
   *
   * @param newTerm the least term of a new lease: milliseconds since the epoch, but more than any term known here, because the
   * store may have lost the last term
   */
  hold(leaseMs: number, newTerm: number): Promise<Held>;
  release(): Promise<void>;
  /** Replaces the connection that receives messages. */
  reconnect(): void;
  close(): Promise<void>;
}

/**
 * Opens the bus. Messages are sealed like tokens, because events are about customers and write access to the store must not be
 * enough to forge them.
 *
 * @param self name of this instance
 * @throws RelayConfigError `config_invalid` when ioredis is not installed
 */
export async function openBus(config: StoreConfig, seal: Seal, self: string, sink: BusSink): Promise<Bus> {
  const channel = `${config.prefix}hub`;
  const lease = `${config.prefix}{hub}:lease`;
  const term = `${config.prefix}{hub}:term`;
  const speaker = await createRedis(config);
  void speaker.connect().catch(() => undefined);
  const publish = (sealed: Buffer): Promise<unknown> =>
    config.cluster ? speaker.call('EVAL', PUBLISH, 1, lease, channel, sealed) : speaker.publish(channel, sealed);
  const subscription = keepSubscription(channel, () => subscriptionOf(speaker), {
    message(sealed) {
      const text = seal.open(channel, sealed);
      const read = text === undefined ? undefined : readMessage(text);
      if (read === undefined) return;
      if (read.from === self) sink.heardMyself();
      else sink.heard(read.from, read.message);
    },
    lost: () => {
      sink.lost();
    },
    joined: () => {
      sink.joined();
    },
    refused: (code) => {
      sink.refused('subscribe', code);
    }
  });

  return {
    say(message) {
      publish(seal.seal(channel, writeMessage(self, message))).catch((error: unknown) => {
        const code = replyCode(error);
        if (code !== undefined) sink.refused('publish', code);
      });
    },
    async hold(leaseMs, newTerm) {
      const held = await within(
        LEASE_COMMAND_MS,
        speaker.call('EVAL', HOLD, 2, lease, term, self, String(leaseMs), String(newTerm))
      );
      const [holder, since] = Array.isArray(held) ? (held as readonly unknown[]) : [];
      return { holder: String(holder), term: Number(since) || 0 };
    },
    async release() {
      await within(LEASE_COMMAND_MS, speaker.call('EVAL', RELEASE, 1, lease, self)).catch(() => undefined);
    },
    reconnect() {
      subscription.reconnect();
    },
    async close() {
      subscription.close();
      await Promise.resolve();
      speaker.disconnect();
    }
  };
}
