import { randomBytes } from 'node:crypto';
import type { SandboxClock } from '../options.ts';
import { type LiveToken, type TokenStore, sameOwner } from '../tokens/token-store.ts';
import { Channel } from './channel.ts';

/** Channels of one user and OAuth client, or of one client with client credentials. */
export const MAX_CHANNELS = 20;

/** All channels that live. */
export class Channels {
  readonly #clock: SandboxClock;
  readonly #tokens: TokenStore;
  readonly #channels = new Map<string, Channel>();

  constructor(clock: SandboxClock, tokens: TokenStore) {
    this.#clock = clock;
    this.#tokens = tokens;
  }

  /** Opens a channel. The 21st of an owner takes the place of the one that was used the longest ago, idle ones first. */
  create(owner: LiveToken, token: string): Channel {
    this.sweep();
    const own = this.of(owner);
    if (own.length >= MAX_CHANNELS) {
      const [oldest] = own.toSorted(
        (a, b) => Number(a.sockets.size > 0) - Number(b.sockets.size > 0) || a.usedAt - b.usedAt
      );
      if (oldest !== undefined) this.remove(oldest, 1001, 'channel removed: too many channels');
    }
    const channel = new Channel(newId(), owner, token, this.#clock.now());
    this.#channels.set(channel.id, channel);
    return channel;
  }

  /** The channel, if it lives. */
  find(id: string): Channel | undefined {
    const channel = this.#channels.get(id);
    if (channel === undefined) return undefined;
    this.#check(channel);
    return this.#channels.get(id);
  }

  /** Those of a user and client, oldest first. */
  of(owner: LiveToken): Channel[] {
    return [...this.#channels.values()].filter((channel) => sameOwner(channel.owner, owner));
  }

  /** Removes a channel; its sockets are closed. */
  remove(channel: Channel, code: number, reason: string): void {
    this.#channels.delete(channel.id);
    channel.closeSockets(code, reason);
  }

  /** Lets the channels go whose time is over or whose token is dead. */
  sweep(): void {
    for (const channel of [...this.#channels.values()]) this.#check(channel);
  }

  all(): Iterable<Channel> {
    return this.#channels.values();
  }

  #check(channel: Channel): void {
    if (channel.expiresAt <= this.#clock.now()) this.remove(channel, 1001, 'channel expired');
    else if (this.#tokens.find(channel.token) === undefined) this.remove(channel, 1008, 'token expired or revoked');
  }
}

/** Like Genesys' own in form, long enough not to be guessed (and to be masked in the request log). */
function newId(): string {
  return `streaming-0-${randomBytes(24).toString('hex')}`;
}
