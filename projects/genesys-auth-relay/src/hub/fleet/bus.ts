import type { StoreConfig } from '../../config/config.ts';
import { createRedis, replyCode } from '../../store/redis-client.ts';
import type { Seal } from '../../store/seal.ts';
import { type FleetMessage, readMessage, writeMessage } from './message.ts';

/**
 * Gets the lease or keeps it. ARGV: my name, its life in milliseconds, the time here. Answers with the holder and its term: when
 * it got the lease, but more than the term before, so that terms grow, also over a store that has lost what it held. Not the
 * clock of the store, after which old servers allow no write.
 */
const HOLD = `
local holder = redis.call('GET', KEYS[1])
if not holder then
  local last = tonumber(redis.call('GET', KEYS[2]) or 0)
  redis.call('SET', KEYS[2], string.format('%.0f', math.max(last + 1, tonumber(ARGV[3]))))
end
if not holder or holder == ARGV[1] then
  redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
  holder = ARGV[1]
end
return { holder, redis.call('GET', KEYS[2]) }`;

/** Gives the lease back, if it is mine. */
const RELEASE = `
if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end
return 0`;

/** Milliseconds until a refused subscription is tried again: somebody may have allowed the channel. */
const SUBSCRIBE_AGAIN_MS = 3000;

/** Who hears what the other instances say. */
export interface BusSink {
  heard(from: string, message: FleetMessage): void;
  /** What was said from now on until {@link BusSink.joined} is lost. */
  lost(): void;
  joined(): void;
  /** The store refuses to publish, or to subscribe; `code` is the first word of its answer, such as `NOPERM`. */
  refused(what: 'publish' | 'subscribe', code: string): void;
}

/** Who has the lease, and since when. */
export interface Held {
  readonly holder: string;
  /** Larger for each holder than for the one before. */
  readonly term: number;
}

/** The wire between the instances of a hub: one channel of Redis or Valkey, and one lease. */
export interface Bus {
  say(message: FleetMessage): void;
  /**
   * Who listens for all: this instance if it got or kept the lease. Rejects when the store does not answer.
   *
   * @param now milliseconds since the epoch
   */
  hold(leaseMs: number, now: number): Promise<Held>;
  release(): Promise<void>;
  close(): Promise<void>;
}

/**
 * Opens the bus. Messages are sealed like tokens: events are about customers, and who can write to the store must not be able
 * to invent them.
 *
 * @param self name of this instance
 * @throws RelayConfigError `config_invalid` when ioredis is not installed
 */
export async function openBus(config: StoreConfig, seal: Seal, self: string, sink: BusSink): Promise<Bus> {
  const channel = `${config.prefix}hub`;
  const lease = `${config.prefix}{hub}:lease`;
  const term = `${config.prefix}{hub}:term`;
  const speaker = await createRedis(config);
  const listener = await createRedis(config, { autoResubscribe: false });

  listener.on('messageBuffer', (_channel: Buffer, sealed: Buffer) => {
    const text = seal.open(channel, sealed);
    const read = text === undefined ? undefined : readMessage(text);
    if (read !== undefined && read.from !== self) sink.heard(read.from, read.message);
  });
  listener.on('close', () => {
    sink.lost();
  });
  let retry: NodeJS.Timeout | undefined;
  function subscribe(): void {
    clearTimeout(retry);
    listener.subscribe(channel).then(
      () => {
        sink.joined();
      },
      (error: unknown) => {
        const code = replyCode(error);
        // Without one the connection is gone again, and the next one tries anew.
        if (code === undefined) return;
        sink.refused('subscribe', code);
        retry = setTimeout(subscribe, SUBSCRIBE_AGAIN_MS).unref();
      }
    );
  }
  listener.on('ready', subscribe);
  void speaker.connect().catch(() => undefined);
  void listener.connect().catch(() => undefined);

  const inTime = async <T>(command: Promise<T>): Promise<T> => {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(() => setImmediate(reject, new Error('the store does not answer in time')), 1000);
    });
    try {
      return await Promise.race([command, late]);
    } finally {
      clearTimeout(timer);
    }
  };

  return {
    say(message) {
      speaker.publish(channel, seal.seal(channel, writeMessage(self, message))).catch((error: unknown) => {
        const code = replyCode(error);
        if (code !== undefined) sink.refused('publish', code);
      });
    },
    async hold(leaseMs, now) {
      const held = await inTime(speaker.call('EVAL', HOLD, 2, lease, term, self, String(leaseMs), String(now)));
      const [holder, since] = Array.isArray(held) ? (held as readonly unknown[]) : [];
      return { holder: String(holder), term: Number(since) || 0 };
    },
    async release() {
      await inTime(speaker.call('EVAL', RELEASE, 1, lease, self)).catch(() => undefined);
    },
    async close() {
      clearTimeout(retry);
      listener.removeAllListeners('close').removeAllListeners('ready');
      await Promise.resolve();
      speaker.disconnect();
      listener.disconnect();
    }
  };
}
