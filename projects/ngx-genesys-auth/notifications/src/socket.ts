import { GenesysNotificationError } from './error';
import type { WebSocketFactory } from './source';

/** The events of a {@link Socket}. */
export interface SocketEvents {
  open(): void;
  /** A frame that is a JSON object. */
  frame(frame: Readonly<Record<string, unknown>>): void;
  /** @param opened whether it ever was open */
  closed(code: number, clean: boolean, opened: boolean): void;
}

/** A WebSocket for JSON objects. It emits nothing after close(). */
export class Socket {
  readonly #socket: WebSocket;
  #opened = false;

  /** @throws whatever the factory throws, for a URL or protocol that makes no sense */
  constructor(factory: WebSocketFactory, url: string, protocols: readonly string[], events: SocketEvents) {
    const socket = factory(url, protocols);
    this.#socket = socket;
    socket.onopen = () => {
      this.#opened = true;
      events.open();
    };
    socket.onmessage = ({ data }: MessageEvent<unknown>) => {
      const frame = typeof data === 'string' ? parse(data) : undefined;
      if (frame) events.frame(frame);
    };
    socket.onclose = ({ code, wasClean }) => {
      events.closed(code, wasClean, this.#opened);
    };
    // What follows is a close; without a handler some runtimes throw.
    socket.onerror = () => undefined;
  }

  send(frame: object): void {
    if (this.#socket.readyState === 1) this.#socket.send(JSON.stringify(frame));
  }

  close(): void {
    const socket = this.#socket;
    socket.onopen = socket.onmessage = socket.onclose = null;
    socket.close();
  }
}

/** What a socket's end means. */
export function socketError(code: number, opened: boolean): GenesysNotificationError {
  return opened
    ? new GenesysNotificationError('connection_lost', `The WebSocket closed (${code}).`, {
        hint: 'It is opened again by itself.'
      })
    : new GenesysNotificationError('connection_failed', 'The WebSocket could not be opened.', {
        hint: 'It is tried again by itself. Check connect-src of the content security policy, and proxies on the way.'
      });
}

function parse(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Whether a value is an object with keys. */
export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
