import { InjectionToken } from '@angular/core';
import type { GenesysEvent } from './event';
import type { GenesysNotificationError } from './error';

/** Why events may have been missed. */
export type GapReason =
  /** The connection was away. */
  | 'reconnected'
  /** Live events were paused. */
  | 'paused'
  /** The relay's connection to Genesys Cloud was away. */
  | 'upstream'
  /** Events came faster than this client read them. */
  | 'slow'
  /** The relay's memory did not reach back to where the connection was lost. */
  | 'resume';

/** Receives the events of a connection. It receives none after `closed`, or after the connection was closed. */
export interface ConnectionListener {
  /**
   * The topics it was opened with deliver from now on.
   *
   * @param resumed the server sends what was missed since the last connection, or says itself where it cannot
   * @param silenceMs the longest time without any frame while all is well, in milliseconds
   */
  live(resumed: boolean, silenceMs: number): void;
  /** These topics, added after it was opened, deliver from now on. Those that did before do no harm. */
  covered(topics: readonly string[]): void;
  /** The server refuses a topic. */
  refused(topic: string, error: GenesysNotificationError): void;
  /** An event came. */
  event(event: GenesysEvent): void;
  /** A frame arrived, for example a heartbeat. */
  alive(): void;
  /** Events of these topics may have been missed until now. */
  gap(topics: readonly string[], reason: GapReason): void;
  /** Whether events come through to the server. */
  upstream(live: boolean): void;
  /** The connection will end soon: another one should be opened now. */
  closing(): void;
  /**
   * The connection has ended.
   *
   * @param clean the server closed the connection in order: all events that it sent have arrived
   */
  closed(error: GenesysNotificationError, clean?: boolean): void;
}

/** One connection: a socket and what belongs to it. */
export interface NotificationConnection {
  /** Delivers these topics from now on, and no others. */
  setTopics(topics: readonly string[]): void;
  /** Calls back as soon as all events have arrived that the server sent before. */
  probe(answered: () => void): void;
  /** Closes the connection. The listener receives nothing after that. */
  close(): void;
}

/** Where events come from. The library has two: {@link directChannel} and {@link relayHub}. */
export interface NotificationSource {
  /** Opens a connection. It never throws: the listener receives errors asynchronously. */
  open(topics: readonly string[], listener: ConnectionListener): NotificationConnection;
}

/** Makes a source; called once, in an injection context. */
export interface NotificationSourceFactory {
  /** Makes it. */
  (): NotificationSource;
  /** The call as the app writes it, if the source needs the token itself. In proxy mode the browser has none. */
  readonly needsToken?: string | undefined;
}

/** Opens a WebSocket. For tests, and for runtimes that have none. */
export type WebSocketFactory = (url: string, protocols: readonly string[]) => WebSocket;

/** How WebSockets are opened: the browser's own, by default. */
export const GENESYS_WEBSOCKET = new InjectionToken<WebSocketFactory>(ngDevMode ? 'GENESYS_WEBSOCKET' : '', {
  providedIn: 'root',
  factory: () => (url, protocols) => new WebSocket(url, [...protocols])
});
