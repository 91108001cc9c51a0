import type { WebSocket } from 'ws';
import type { Channel, ChannelSocket } from './channel.ts';

/** A reader that leaves so much unread is cut off, bytes. */
const MAX_UNREAD_BYTES = 16 * 1024 * 1024;

/** One socket of a channel. */
export class Connection implements ChannelSocket {
  readonly channel: Channel;
  readonly #socket: WebSocket;
  #frozen = false;

  constructor(channel: Channel, socket: WebSocket) {
    this.channel = channel;
    this.#socket = socket;
  }

  send(frame: object): void {
    if (this.#frozen || this.#socket.readyState !== this.#socket.OPEN) return;
    if (this.#socket.bufferedAmount > MAX_UNREAD_BYTES) this.drop();
    else this.#socket.send(JSON.stringify(frame));
  }

  close(code: number, reason: string): void {
    this.channel.sockets.delete(this);
    // A half-open socket stays half-open: nobody hears a goodbye on it.
    if (!this.#frozen) this.#socket.close(code, reason);
  }

  /** Cuts it without a goodbye. */
  drop(): void {
    this.channel.sockets.delete(this);
    this.#socket.terminate();
  }

  /** Half-open from now on: nothing goes out, nothing is read. */
  freeze(): void {
    this.#frozen = true;
    this.#socket.pause();
  }

  get isFrozen(): boolean {
    return this.#frozen;
  }
}
