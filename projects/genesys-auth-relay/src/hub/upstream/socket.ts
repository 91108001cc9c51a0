import WebSocket from 'ws';
import type { Outbound } from '../../runtime/outbound.ts';
import { MAX_EVENT_BYTES } from '../feed.ts';

/** What a socket to Genesys Cloud reports. */
export interface SocketSink {
  /**
   * An event of a topic.
   *
   * @param id its correlation id, or an empty text
   */
  event(topicName: string, envelope: string, id: string): void;
  /** The service will close the socket within a minute: reconnect before that. */
  closing(): void;
  /** The socket has closed, for any reason. Called once, and not after {@link UpstreamSocket.close}. */
  closed(): void;
}

/** An open socket to Genesys Cloud. */
export interface UpstreamSocket {
  /**
   * Closes the socket. Events in transit are reported until the service confirms.
   *
   * @returns whether the service confirmed in time; if not, events may be lost
   */
  close(): Promise<boolean>;
}

/** Milliseconds in which the service has to confirm the end of a socket. */
const CLOSE_MS = 1000;

/** Times in milliseconds. */
export interface SocketTimes {
  readonly handshakeMs: number;
  /** Silence after which the socket is pinged. */
  readonly pingMs: number;
  /** Silence after which it counts as dead. The service sends a heartbeat every 30 s. */
  readonly watchdogMs: number;
}

interface Envelope {
  readonly topicName: string;
  readonly id: string;
}

function read(text: string): Envelope | undefined {
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof body !== 'object' || body === null) return undefined;
  const { topicName, metadata }: { topicName?: unknown; metadata?: unknown } = body;
  if (typeof topicName !== 'string') return undefined;
  const id =
    typeof metadata === 'object' && metadata !== null && 'CorrelationId' in metadata ? metadata.CorrelationId : '';
  return { topicName, id: typeof id === 'string' ? id : '' };
}

/**
 * Opens a channel's socket and monitors it.
 *
 * @param uri the channel's `connectUri`; it is the credential, so it appears in no message
 * @throws Error when it does not open
 */
export function openSocket(
  uri: string,
  times: SocketTimes,
  outbound: Outbound,
  sink: SocketSink
): Promise<UpstreamSocket> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(uri, {
      agent: outbound.webSocketAgent(uri, times.handshakeMs),
      handshakeTimeout: times.handshakeMs,
      maxPayload: MAX_EVENT_BYTES,
      perMessageDeflate: false,
      followRedirects: false
    });
    let heardAt = performance.now();
    let over = false;
    let closing = false;
    const end = (): void => {
      if (over) return;
      over = true;
      clearInterval(watchdog);
      socket.terminate();
      if (closing) return;
      reject(new Error('The socket of the notification channel did not open.'));
      sink.closed();
    };
    const watchdog = setInterval(
      () => {
        const silent = performance.now() - heardAt;
        if (silent > times.watchdogMs) end();
        else if (silent > times.pingMs && socket.readyState === socket.OPEN) socket.send('{"message":"ping"}');
      },
      Math.max(50, times.pingMs / 3)
    );
    watchdog.unref();
    socket.on('message', (data, isBinary) => {
      heardAt = performance.now();
      if (isBinary || over) return;
      // A text message arrives as one buffer: ws joins fragments.
      const text = Buffer.isBuffer(data) ? data.toString('utf8') : '';
      const envelope = read(text);
      if (envelope === undefined || envelope.topicName === 'channel.metadata') return;
      if (envelope.topicName.startsWith('v2.system.')) {
        if (envelope.topicName === 'v2.system.socket_closing') sink.closing();
        return;
      }
      sink.event(envelope.topicName, text, envelope.id);
    });
    socket.on('open', () => {
      heardAt = performance.now();
      resolve({
        close() {
          closing = true;
          clearInterval(watchdog);
          if (over) return Promise.resolve(false);
          return new Promise((resolveClose) => {
            // 1006: the connection ended without the close frame of the service.
            socket.on('close', (code) => {
              resolveClose(code !== 1006);
            });
            socket.close(1000);
            // After pending data is read: this process may have been suspended.
            setTimeout(() => setImmediate(end), CLOSE_MS).unref();
          });
        }
      });
    });
    socket.on('close', end);
    socket.on('error', end);
    socket.on('unexpected-response', (request) => {
      request.destroy();
      end();
    });
  });
}
