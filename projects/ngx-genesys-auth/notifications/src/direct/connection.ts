import { Subscription } from 'rxjs';
import { GenesysNotificationError } from '../error';
import { topicKey } from '../link/topic-names';
import { Socket, isObject, socketError } from '../socket';
import type { ConnectionListener, NotificationConnection, WebSocketFactory } from '../source';
import { type ChannelApi, type Refusal, channelError, statusOf } from './api';
import { Subscriptions } from './subscriptions';

/** Genesys Cloud sends a heartbeat every 30 seconds. */
const SILENCE_MS = 30_000;
/** A channel lives 24 hours from when its subscriptions were written last: time to write them again, milliseconds. */
const REWRITE_MS = 12 * 3_600_000;
const FIRST_REPEAT_MS = 2_000;
const LONGEST_REPEAT_MS = 60_000;

/** What a connection needs of its source. */
export interface DirectParts {
  readonly api: ChannelApi;
  readonly sockets: WebSocketFactory;
  /** The channel of the connection before, if it may still live. */
  readonly channel: Subscriptions | undefined;
  /** Told of a channel that was made. */
  keep(channel: Subscriptions): void;
  /** Told that a channel is of no use any more. */
  forget(channel: Subscriptions): void;
}

/** A channel of Genesys Cloud and its socket. */
export class DirectConnection implements NotificationConnection {
  readonly #parts: DirectParts;
  readonly #listener: ConnectionListener;
  readonly #calls = new Subscription();
  #channel: Subscriptions | undefined;
  #socket: Socket | undefined;
  #wanted: readonly string[];
  /** What the channel was given last. */
  #written: readonly string[] | undefined;
  #writing = false;
  #repeats = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #live = false;
  #probes: (() => void)[] = [];
  #isRelieved = false;

  constructor(topics: readonly string[], listener: ConnectionListener, parts: DirectParts) {
    this.#wanted = topics;
    this.#listener = listener;
    this.#parts = parts;
    if (parts.channel) this.#connect(parts.channel, true);
    else this.#create();
  }

  setTopics(topics: readonly string[]): void {
    this.#wanted = topics;
    if (this.#live) this.#write();
  }

  probe(answered: () => void): void {
    this.#probes.push(answered);
    this.#socket?.send({ message: 'ping' });
  }

  /** Another connection takes the channel over: that this one loses it means nothing. */
  relieved(): void {
    this.#isRelieved = true;
  }

  close(): void {
    this.#calls.unsubscribe();
    clearTimeout(this.#timer);
    this.#socket?.close();
  }

  #create(): void {
    this.#calls.add(
      this.#parts.api.create().subscribe({
        next: (created) => {
          const channel = new Subscriptions(this.#parts.api, created);
          this.#parts.keep(channel);
          this.#connect(channel, false);
        },
        error: (error: unknown) => {
          this.#fail(channelError(error));
        }
      })
    );
  }

  #connect(channel: Subscriptions, used: boolean): void {
    this.#channel = channel;
    try {
      this.#socket = new Socket(this.#parts.sockets, channel.channel.connectUri, [], {
        open: () => {
          this.#write();
        },
        frame: (frame) => {
          this.#read(frame);
        },
        closed: (code, clean, opened) => {
          this.#socketClosed(code, clean, opened, used);
        }
      });
    } catch (cause) {
      const hint = 'Check connect-src of the content security policy.';
      this.#fail(
        new GenesysNotificationError('connection_failed', 'The WebSocket could not be opened.', { hint, cause })
      );
    }
  }

  #socketClosed(code: number, clean: boolean, opened: boolean, used: boolean): void {
    if (opened) {
      this.#fail(socketError(code, true), clean);
      return;
    }
    // A channel that is gone refuses the socket, and browsers do not tell why. A new one will do.
    this.#forget();
    if (used) this.#create();
    else this.#fail(socketError(code, false));
  }

  #read(frame: Readonly<Record<string, unknown>>): void {
    this.#listener.alive();
    const { topicName, eventBody } = frame;
    if (typeof topicName !== 'string') return;
    const topic = topicKey(topicName);
    if (topic === 'channel.metadata') {
      if (isObject(eventBody) && eventBody['message'] === 'pong')
        for (const answered of this.#probes.splice(0)) answered();
    } else if (topic === 'v2.system.socket_closing') this.#listener.closing();
    else if (/^v2\.system\.(no_longer_subscribed|token_revoked)\b/.test(topic)) {
      // Somebody else uses the channel, or its token is dead: the end follows, and the next connection needs another one.
      if (!this.#isRelieved) this.#forget();
    } else this.#listener.event({ ...frame, topicName, eventBody });
  }

  #forget(): void {
    if (this.#channel) this.#parts.forget(this.#channel);
  }

  /** Brings the channel's subscriptions in line with what is wanted: one request at a time. */
  #write(): void {
    const channel = this.#channel;
    if (this.#writing || !channel) return;
    clearTimeout(this.#timer);
    const topics = this.#wanted;
    this.#writing = true;
    this.#calls.add(
      channel.write(topics).subscribe({
        next: (refused) => {
          this.#writing = false;
          this.#repeats = 0;
          this.#wrote(topics, refused);
        },
        error: (error: unknown) => {
          this.#writing = false;
          this.#writeFailed(error);
        }
      })
    );
  }

  #wrote(topics: readonly string[], refused: readonly Refusal[]): void {
    this.#written = topics;
    for (const { topic, reason, missingPermissions } of refused)
      this.#listener.refused(topic, topicRefused(topic, reason, missingPermissions));
    if (!this.#live) {
      this.#live = true;
      this.#listener.live(false, SILENCE_MS);
    }
    const without = new Set(refused.map(({ topic }) => topicKey(topic)));
    this.#listener.covered(topics.filter((topic) => !without.has(topicKey(topic))));
    if (this.#wanted !== this.#written) this.#write();
    else this.#later(REWRITE_MS);
  }

  #writeFailed(error: unknown): void {
    const status = statusOf(error);
    // The channel is gone, or nothing works yet: begin anew.
    if (status === 404) this.#forget();
    if (status === 404 || !this.#live) this.#fail(channelError(error));
    else this.#later(Math.min(FIRST_REPEAT_MS * 2 ** this.#repeats++, LONGEST_REPEAT_MS) * (0.5 + Math.random() / 2));
  }

  #later(ms: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#write();
    }, ms);
  }

  #fail(error: GenesysNotificationError, clean = false): void {
    this.close();
    this.#listener.closed(error, clean);
  }
}

function topicRefused(topic: string, reason: string, missingPermissions: readonly string[]): GenesysNotificationError {
  const missing = missingPermissions.length > 0;
  return new GenesysNotificationError('topic_rejected', `Genesys Cloud refuses the topic ${topic}: ${reason}`, {
    hint: missing
      ? `Give the OAuth client a role with ${missingPermissions.join(', ')}.`
      : 'Compare its spelling with the list of available topics in the Genesys Cloud developer centre.',
    topic,
    missingPermissions
  });
}
