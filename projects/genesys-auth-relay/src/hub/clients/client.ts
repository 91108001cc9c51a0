import type { Duplex } from 'node:stream';
import { CLOSE_CODES, type HubServerFrame } from 'genesys-auth-protocol';
import type WebSocket from 'ws';
import type { Caller } from '../../identify/caller.ts';
import type { Entitlement } from '../../policy/policy.ts';
import { MAX_EVENT_BYTES } from '../feed.ts';
import { textFrame } from './frame.ts';

/**
 * The message format of a client: the relay's, or the small JSON-RPC one (https://www.jsonrpc.org/specification) of clients that
 * request no subprotocol.
 */
export type Dialect = 'native' | 'rpc';

/** One connected browser or program. */
export interface HubClient {
  readonly caller: Caller;
  readonly entitlement: Entitlement;
  readonly dialect: Dialect;
  /** Topics it has subscribed to, by key. */
  readonly topics: Set<string>;
  /** Whether its socket is closed. It must not be subscribed to anything then. */
  readonly gone: boolean;
  /** Whether it can get frames: its socket is open and not closing. */
  readonly open: boolean;
  /** Writes the frame of an event, or notes that the client missed it. Called for every event, so it must be fast. */
  deliver(frame: Buffer, topic: string): void;
  /** Writes a heartbeat, unless the client lags: the position of the heartbeat would be after the events it has missed. */
  beat(frame: Buffer): void;
  /** Sends a protocol frame in the client's format. */
  send(frame: HubServerFrame): void;
  /** Writes a frame that is not an event. Closes the socket instead if the client does not read earlier frames. */
  write(frame: Buffer): void;
  /** Checks the connection once a second: disconnects a client that is too slow or no longer answers. */
  check(now: number): void;
  close(code: number, reason: string): void;
}

/** Limits of a client. */
export interface ClientLimits {
  /** Bytes that may wait to be sent. Above this, events are dropped and a gap is reported. */
  readonly bufferBytes: number;
  /** Milliseconds a client may lag before it is disconnected. */
  readonly slowMs: number;
  /** Milliseconds between two pings. A client that has not answered the last one counts as disconnected. */
  readonly pingMs: number;
}

/** Turns a frame into the text of a dialect. */
export type Encode = (frame: HubServerFrame) => string | undefined;

/** Milliseconds from the close frame until the connection is cut in any case. */
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
 * @param socket created without compression, so that frames may be written directly to the connection
 * @param stream the connection below it
 * @param seq returns the hub's position, for gaps
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
  let checkedAt = now;

  const isOpen = () => socket.readyState === socket.OPEN;
  const put = (frame: Buffer): void => {
    if (isOpen()) stream.write(frame);
  };
  const write = (frame: Buffer): void => {
    // An event can be dropped, an answer cannot: a client that does not read its answers is disconnected.
    if (isOpen() && stream.writableLength > limits.bufferBytes + MAX_EVENT_BYTES) {
      closeSocket(socket, CLOSE_CODES.slow, 'does not read its answers');
    } else put(frame);
  };
  const send = (frame: HubServerFrame): void => {
    if (frame.type === 'gap' && slowSince !== undefined) {
      // The client's own gap reports these topics. The position of this frame is after the events that the client has missed.
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
      slowSince ??= checkedAt;
      missed.add(topic);
    },
    beat(frame) {
      if (slowSince === undefined) put(frame);
    },
    send,
    write,
    check(at) {
      checkedAt = at;
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
