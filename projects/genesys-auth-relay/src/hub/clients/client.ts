import type { Duplex } from 'node:stream';
import { CLOSE_CODES, type HubServerFrame } from 'genesys-auth-protocol';
import type WebSocket from 'ws';
import type { Caller } from '../../identify/caller.ts';
import type { Entitlement } from '../../policy/policy.ts';
import { MAX_EVENT_BYTES } from '../feed.ts';
import { textFrame } from './frame.ts';

/**
 * The form a client speaks: ours, or the small JSON-RPC one (https://www.jsonrpc.org/specification) of clients that ask
 * for no subprotocol.
 */
export type Dialect = 'native' | 'rpc';

/** One connected browser or program. */
export interface HubClient {
  readonly caller: Caller;
  readonly entitlement: Entitlement;
  readonly dialect: Dialect;
  /** Topics it gets, by key. */
  readonly topics: Set<string>;
  /** Whether its socket is closed: it must not be put on anything any more. */
  readonly gone: boolean;
  /** Whether frames may go to it: its socket is open and not being closed. */
  readonly open: boolean;
  /** Writes a finished frame of an event, or notes that the client missed it. Called for every event: it must cost little. */
  deliver(frame: Buffer, topic: string): void;
  /** Writes a finished heartbeat, unless the client lags: its position must not pass what it has missed. */
  beat(frame: Buffer): void;
  /** Sends a frame of the protocol, in the client's form. */
  send(frame: HubServerFrame): void;
  /** Writes a finished frame that is not an event. Closes the socket instead if the client does not read what was sent before. */
  write(frame: Buffer): void;
  /** Looks after the connection, once a second: is the reader too slow, is there anybody at all. */
  check(now: number): void;
  close(code: number, reason: string): void;
}

/** What a client may cost. */
export interface ClientLimits {
  /** Bytes that may wait to be sent; beyond them events are left out and a gap is reported. */
  readonly bufferBytes: number;
  /** Milliseconds a client may lag before it is disconnected. */
  readonly slowMs: number;
  /** Milliseconds between two pings; a client that has not answered the last one is gone. */
  readonly pingMs: number;
}

/** Turns a frame into the text of a dialect. */
export type Encode = (frame: HubServerFrame) => string | undefined;

/** Milliseconds after the close frame until the connection is cut, whatever the other side does. */
const CLOSE_GRACE_MS = 2000;

/** Closes a socket, and cuts it when the other side does not answer. */
export function closeSocket(socket: WebSocket, code: number, reason: string): void {
  socket.on('error', () => {
    socket.terminate();
  });
  socket.close(code, reason);
  setTimeout(() => {
    socket.terminate();
  }, CLOSE_GRACE_MS).unref();
}

/**
 * Wraps an open WebSocket.
 *
 * @param socket made without compression, so that frames may be written beside it
 * @param stream the connection below it
 * @param seq the hub's position, for gaps
 * @param now milliseconds on the monotonic clock
 */
export function createClient(
  socket: WebSocket,
  stream: Duplex,
  about: Pick<HubClient, 'caller' | 'entitlement' | 'dialect'>,
  limits: ClientLimits,
  tools: { readonly encode: Encode; readonly seq: () => number; readonly onGap: () => void },
  now: number
): HubClient {
  const missed = new Set<string>();
  let slowSince: number | undefined;
  let pingAt = now + limits.pingMs;
  let answered = true;
  let clock = now;

  const isOpen = () => socket.readyState === socket.OPEN;
  const put = (frame: Buffer): void => {
    if (isOpen()) stream.write(frame);
  };
  const write = (frame: Buffer): void => {
    // An event can be left out, an answer cannot: whoever asks for answers and does not read them is disconnected.
    if (isOpen() && stream.writableLength > limits.bufferBytes + MAX_EVENT_BYTES) {
      closeSocket(socket, CLOSE_CODES.slow, 'does not read its answers');
    } else put(frame);
  };
  const send = (frame: HubServerFrame): void => {
    if (frame.type === 'gap' && slowSince !== undefined) {
      // It is told with the gap of its own, for the position that this frame carries is ahead of what it has missed.
      for (const topic of frame.topics) missed.add(topic);
      return;
    }
    const text = tools.encode(frame);
    if (text !== undefined) write(textFrame(text));
  };
  const catchUp = (): void => {
    if (slowSince === undefined) return;
    slowSince = undefined;
    const topics = [...missed];
    missed.clear();
    tools.onGap();
    send({ type: 'gap', seq: tools.seq(), topics, reason: 'slow' });
  };
  stream.on('drain', catchUp);
  socket.on('pong', () => {
    answered = true;
  });

  return {
    ...about,
    topics: new Set(),
    get gone() {
      return socket.readyState === socket.CLOSED;
    },
    get open() {
      return isOpen();
    },
    deliver(frame, topic) {
      if (slowSince === undefined && stream.writableLength <= limits.bufferBytes) {
        put(frame);
        return;
      }
      slowSince ??= clock;
      missed.add(topic);
    },
    beat(frame) {
      if (slowSince === undefined) put(frame);
    },
    send,
    write,
    check(at) {
      clock = at;
      if (slowSince !== undefined && stream.writableLength <= limits.bufferBytes / 2) catchUp();
      if (slowSince !== undefined && at - slowSince > limits.slowMs) {
        closeSocket(socket, CLOSE_CODES.slow, 'reads too slowly');
        return;
      }
      if (at < pingAt) return;
      if (!answered) {
        socket.terminate();
        return;
      }
      answered = false;
      pingAt = at + limits.pingMs;
      if (isOpen()) socket.ping();
    },
    close: (code, reason) => {
      closeSocket(socket, code, reason);
    }
  };
}
