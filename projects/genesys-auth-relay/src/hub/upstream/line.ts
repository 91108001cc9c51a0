import type { RelayRuntime } from '../../runtime/runtime.ts';
import { UpstreamError } from '../../token-source/upstream-error.ts';
import type { FeedSink } from '../feed.ts';
import { type Channel, type HubApi, HubApiError, type HubTokens, type Subscription } from './api.ts';
import { createMailbox } from './mailbox.ts';
import { type SocketTimes, type UpstreamSocket, openSocket } from './socket.ts';

/** Times of a line, in milliseconds. */
export interface LineTimes extends SocketTimes {
  /** How long topic changes are collected before they are sent. */
  readonly settleMs: number;
  /** How often token and channel are checked. */
  readonly checkMs: number;
  /** How long an old socket stays open beside the new one. */
  readonly overlapMs: number;
  /** Longest pause between two attempts. */
  readonly maxPauseMs: number;
}

/** Setting its topics extends the lifetime of a channel to 24 hours. */
const HALF_CHANNEL_LIFE_MS = 12 * 3_600_000;

/** One Genesys channel for up to 1,000 topics, kept alive while it has topics. */
export interface Line {
  /** Topics by key, with their names. */
  want(topics: ReadonlyMap<string, string>): void;
  readonly open: boolean;
  close(): Promise<void>;
}

/** Dependencies of a line. */
export interface LineParts {
  readonly api: HubApi;
  readonly tokens: HubTokens;
  readonly times: LineTimes;
  readonly runtime: RelayRuntime;
}

interface Connection {
  readonly channel: Channel;
  readonly socket: UpstreamSocket;
  readonly subscriptions: readonly Subscription[];
  /** The topics it was created with. */
  readonly names: ReadonlyMap<string, string>;
  /** When half of its lifetime is over, in milliseconds since the epoch. */
  readonly prolongAt: number;
}

/** Messages to the loop of a line. Each names its socket, because another one may have replaced it. */
type News = 'topics' | 'stop' | { readonly closing: UpstreamSocket } | { readonly closed: UpstreamSocket };

/** Longest pause before the second attempt, in milliseconds. It doubles with each attempt. */
export const FIRST_PAUSE_MS = 500;

/**
 * Milliseconds between two topic changes that are sent, after the first {@link SENDS_AT_ONCE}. The API counts the requests of a
 * token, so a client that subscribes and unsubscribes all the time must not use them up. Other clients wait at most this long.
 */
const SEND_INTERVAL_MS = 250;
const SENDS_AT_ONCE = 40;

/** Builds a line. It opens nothing before it has a topic. */
export function createLine({ api, tokens, times, runtime }: LineParts, sink: FeedSink): Line {
  const { clock, random, log } = runtime;
  const mail = createMailbox<News>();
  let topics: ReadonlyMap<string, string> = new Map();
  let current: Connection | undefined;
  let stopped = false;
  let failures = 0;
  /** When all of {@link SENDS_AT_ONCE} may be used again, on the monotonic clock. */
  let unusedAt = 0;

  const socketOf = async (channel: Channel): Promise<UpstreamSocket> => {
    // Stored only when it is open: a socket that never opens belongs to no channel.
    const own: { socket?: UpstreamSocket } = {};
    own.socket = await openSocket(channel.connectUri, times, runtime.outbound, {
      event: (topicName, envelope, id) => {
        sink.event(topicName.toLowerCase(), envelope, id);
      },
      closing: () => {
        if (own.socket !== undefined) mail.post({ closing: own.socket });
      },
      closed: () => {
        if (own.socket === undefined) return;
        // Immediately: a line that pauses after a failure does not read its mailbox.
        if (own.socket === current?.socket) sink.status([...current.names.keys()], { state: 'down' });
        mail.post({ closed: own.socket });
      }
    });
    return own.socket;
  };

  const halfLife = (channel: Channel): number =>
    Number.isFinite(channel.expires) ? (clock.now() + channel.expires) / 2 : Infinity;

  async function connect(): Promise<Connection> {
    const names = topics;
    const channel = await api.createChannel();
    try {
      const subscriptions = await api.setTopics(channel, [...names.values()]);
      const socket = await socketOf(channel);
      return { channel, socket, subscriptions, names, prolongAt: halfLife(channel) };
    } catch (error) {
      // Otherwise it would count towards the limit of twenty channels for a day.
      await api.deleteChannel(channel).catch(() => undefined);
      throw error;
    }
  }

  async function end(): Promise<void> {
    const last = current;
    current = undefined;
    if (last === undefined) return;
    const isConfirmed = last.socket.close();
    await api.deleteChannel(last.channel).catch(() => undefined);
    if (!(await isConfirmed)) sink.status([...last.names.keys()], { state: 'down' });
  }

  function announce({ subscriptions, names }: Connection): void {
    const rejected = new Map(
      subscriptions.filter(({ permitted }) => !permitted).map(({ key, reason }) => [key, reason])
    );
    sink.status(
      [...names.keys()].filter((key) => !rejected.has(key)),
      { state: 'live' }
    );
    for (const [key, reason] of rejected) {
      if (names.has(key)) sink.status([key], { state: 'rejected', reason: reason || 'refused by Genesys Cloud' });
    }
  }

  function use(next: Connection): void {
    const before = current;
    current = next;
    failures = 0;
    announce(next);
    if (before !== undefined && before.socket !== next.socket) {
      setTimeout(() => {
        void before.socket.close();
      }, times.overlapMs).unref();
    }
    if (next.names !== topics) mail.post('topics');
  }

  async function pause(error: unknown): Promise<void> {
    failures += 1;
    const widest = Math.min(times.maxPauseMs, FIRST_PAUSE_MS * 2 ** Math.min(failures - 1, 10));
    const asked = error instanceof HubApiError ? error.retryAfterMs : 0;
    // The texts of these two hold no token and no URL of a channel.
    const isNamed = error instanceof HubApiError || error instanceof UpstreamError;
    const message = isNamed ? error.message : 'the socket did not open';
    log.warn({ event: 'hub_upstream_failed', failures }, message);
    await clock.sleep(Math.max(widest * random(), asked));
  }

  /** Opens a new channel. The old one, if it is still open, serves until then. */
  async function reopen(): Promise<void> {
    const old = current?.channel;
    use(await connect());
    log.info({ event: 'hub_channel_opened', topics: topics.size }, 'notification channel opened');
    if (old !== undefined) await api.deleteChannel(old).catch(() => undefined);
  }

  /** Waits until the next topic change may be sent. */
  async function paced(): Promise<void> {
    const now = clock.monotonic();
    unusedAt = Math.max(unusedAt, now) + SEND_INTERVAL_MS;
    const wait = unusedAt - now - SENDS_AT_ONCE * SEND_INTERVAL_MS;
    if (wait > 0) await clock.sleep(wait);
  }

  async function sendTopics(connection: Connection): Promise<void> {
    await clock.sleep(times.settleMs);
    await paced();
    const names = topics;
    if (names.size === 0) {
      await end();
      return;
    }
    const subscriptions = await api.setTopics(connection.channel, [...names.values()]);
    use({ ...connection, subscriptions, names, prolongAt: clock.now() + HALF_CHANNEL_LIFE_MS });
  }

  async function afterLoss({ channel, names, subscriptions }: Connection): Promise<void> {
    sink.status([...names.keys()], { state: 'down' });
    log.warn({ event: 'hub_socket_lost', topics: names.size }, 'notification socket lost');
    current = undefined;
    try {
      // The channel and its topics outlive the socket.
      use({ channel, names, subscriptions, socket: await socketOf(channel), prolongAt: halfLife(channel) });
    } catch {
      // Another channel replaces it. This one would count towards the limit of twenty for a day.
      await api.deleteChannel(channel).catch(() => undefined);
      await clock.sleep(FIRST_PAUSE_MS * random());
    }
  }

  async function lookAfter(connection: Connection): Promise<void> {
    const { hash } = await tokens.get();
    if (hash !== connection.channel.tokenHash) await reopen();
    else if (clock.now() >= connection.prolongAt) mail.post('topics');
  }

  async function step(): Promise<void> {
    const connection = current;
    if (connection === undefined) {
      if (topics.size > 0) await reopen();
      else await mail.next(times.checkMs);
      return;
    }
    const news = await mail.next(times.checkMs);
    if (news === undefined) return lookAfter(connection);
    if (news === 'topics') return sendTopics(connection);
    if (news === 'stop') return;
    if ('closed' in news) return news.closed === connection.socket ? afterLoss(connection) : undefined;
    if (news.closing !== connection.socket) return;
    // Each channel has one socket: the new one ends the old one and gets all later events.
    use({ ...connection, socket: await socketOf(connection.channel) });
  }

  async function run(): Promise<void> {
    const isOver = (): boolean => stopped;
    while (!isOver()) {
      try {
        await step();
      } catch (error) {
        // A channel that the service no longer knows is replaced. Other failures are temporary, and the socket stays in use.
        if (error instanceof HubApiError && [404, 410].includes(error.status) && current !== undefined) {
          sink.status([...current.names.keys()], { state: 'down' });
          void current.socket.close();
          current = undefined;
        } else if (current !== undefined && current.names !== topics) mail.post('topics');
        if (!isOver()) await pause(error);
      }
    }
  }

  const running = run();
  return {
    want(next) {
      topics = next;
      mail.post('topics');
    },
    get open() {
      return current !== undefined;
    },
    async close() {
      stopped = true;
      mail.post('stop');
      const before = end();
      // A channel that is still opening is closed as soon as it is open.
      const over = running.then(end);
      await Promise.race([over, clock.sleep(times.handshakeMs)]);
      await before;
    }
  };
}
