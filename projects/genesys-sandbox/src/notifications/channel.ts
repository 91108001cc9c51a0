import type { SandboxClient } from '../options.ts';
import type { LiveToken } from '../tokens/token-store.ts';
import { type Topic, topicKey } from './topic.ts';

/** How long a channel lives unless its subscriptions are written again, milliseconds. */
export const CHANNEL_LIFE_MS = 24 * 3_600_000;
/** Topics of one channel; a combined one counts as one. */
export const MAX_TOPICS = 1000;

/** A subscription, as the API shows it. */
export interface Subscription {
  readonly topic: Topic;
  readonly missingPermissions: readonly string[];
}

/** What a channel delivers to. */
export interface ChannelSocket {
  send(frame: object): void;
  /** Says goodbye and closes. */
  close(code: number, reason: string): void;
}

/** A notification channel. Its id is the credential of its socket. */
export class Channel {
  readonly id: string;
  /** What the token that made it stands for. */
  readonly owner: LiveToken;
  /** The token that made it: the channel dies with it. */
  readonly token: string;
  readonly subscriptions = new Map<string, Subscription>();
  /** Events go to the newest socket. Older ones are here only until they are closed. */
  readonly sockets = new Set<ChannelSocket>();
  expiresAt: number;
  usedAt: number;
  #names: Set<string> | undefined;

  constructor(id: string, owner: LiveToken, token: string, now: number) {
    this.id = id;
    this.owner = owner;
    this.token = token;
    this.usedAt = now;
    this.expiresAt = now + CHANNEL_LIFE_MS;
  }

  get client(): SandboxClient {
    return this.owner.client;
  }

  /** Marks it as used: writing the subscriptions makes it live another 24 hours. */
  renew(now: number): void {
    this.usedAt = now;
    this.expiresAt = now + CHANNEL_LIFE_MS;
    this.#names = undefined;
  }

  /** Whether it wants events of a topic, given in Genesys' spelling. */
  wants(name: string): boolean {
    this.#names ??= new Set(
      [...this.subscriptions.values()]
        .filter(({ missingPermissions }) => missingPermissions.length === 0)
        .flatMap(({ topic }) => topic.names.map(topicKey))
    );
    return this.#names.has(topicKey(name));
  }

  send(frame: object): void {
    for (const socket of this.sockets) socket.send(frame);
  }

  closeSockets(code: number, reason: string): void {
    for (const socket of [...this.sockets]) socket.close(code, reason);
  }
}
