/** Subprotocol of the notification hub: a client offers it, the relay selects it. */
export const NOTIFICATIONS_PROTOCOL = 'genesys-notifications.v1';
/**
 * The prefix of the offered subprotocol that carries a ticket. A browser cannot add headers to a WebSocket, and URLs end up in
 * logs: `new WebSocket(url, [NOTIFICATIONS_PROTOCOL, TICKET_PROTOCOL_PREFIX + ticket])`.
 */
export const TICKET_PROTOCOL_PREFIX = 'ticket.';

/** Success answer of `POST {relay}/notifications/ticket`. */
export interface TicketResponse {
  /** Valid for one connection of this caller from this origin. It is a credential: never log it or put it into a URL. */
  readonly ticket: string;
  /** Seconds until it expires. */
  readonly expires_in: number;
}

/** Why the hub closes a socket, by WebSocket close code (RFC 6455 section 7.4; 4000 and above are ours). */
export const CLOSE_CODES = {
  /** The relay is stopping: connect again at once. Another instance answers. */
  goingAway: 1001,
  /** The client sent a binary message. */
  protocolError: 4400,
  /** The caller's credential has expired: get a new ticket and resume. */
  expired: 4401,
  /** The client has read more slowly than events arrive, for too long. */
  slow: 4408,
  /** Another limit was reached, for example sockets of one caller. */
  limit: 4429
} as const;

/** One topic, and whether the caller gets its events. */
export interface TopicState {
  /** The topic, as the client wrote it. */
  readonly topic: string;
  readonly state: 'permitted' | 'rejected';
  /** Why it was rejected, for people. */
  readonly reason?: string;
}

/** The last event that a client received from one relay instance. */
export interface HubPosition {
  /** Names the run of the instance: `epoch` of the welcome frame. */
  readonly epoch: string;
  /** `seq` of the last event or heartbeat. */
  readonly seq: number;
}

/**
 * A frame of the client. The client chooses `id`; the answer has the same.
 *
 * `subscribe` with `resume` is the first frame after a reconnect (a later position is not looked at): events after that position are sent again from the hub's
 * memory, or a gap is reported where it does not reach back that far.
 */
export type HubClientFrame =
  | {
      readonly type: 'subscribe';
      readonly id: number;
      readonly topics: readonly string[];
      readonly resume?: HubPosition;
    }
  | { readonly type: 'unsubscribe'; readonly id: number; readonly topics: readonly string[] }
  | { readonly type: 'ping' };

/** Why events may have been missed: between the relay and Genesys Cloud, by a slow reader, or while the client was away. */
export type GapReason = 'upstream' | 'slow' | 'resume';

/** A frame of the hub. */
export type HubServerFrame =
  | {
      readonly type: 'welcome';
      readonly epoch: string;
      readonly seq: number;
      /** A heartbeat comes at least this often: no frame for longer means a dead connection. */
      readonly heartbeatSeconds: number;
      /** Seconds until the hub closes with {@link CLOSE_CODES.expired}. */
      readonly expiresIn: number;
    }
  /** `id` of the request. Topics that are permitted deliver from now on. With `id` 0, unasked: Genesys Cloud now refuses these. */
  | { readonly type: 'subscribed'; readonly id: number; readonly topics: readonly TopicState[] }
  | { readonly type: 'unsubscribed'; readonly id: number; readonly topics: readonly string[] }
  /** `event` is the envelope of Genesys Cloud as it came: topicName, version, eventBody, metadata. */
  | { readonly type: 'event'; readonly seq: number; readonly event: HubEvent }
  /** Events of these topics may have been missed until now: read their state by REST. */
  | { readonly type: 'gap'; readonly seq: number; readonly topics: readonly string[]; readonly reason: GapReason }
  /** Whether events come through from Genesys Cloud for the caller's topics. */
  | { readonly type: 'upstream'; readonly live: boolean }
  | { readonly type: 'heartbeat'; readonly seq: number }
  | { readonly type: 'pong' }
  /** The hub closes this socket soon: open another one with `resume` before. */
  | { readonly type: 'closing'; readonly reason: 'draining' | 'expiring'; readonly inSeconds: number }
  | { readonly type: 'error'; readonly id?: number; readonly code: HubErrorCode; readonly detail: string };

/** The mistake in a frame; `internal_error` is a fault of the relay. */
export type HubErrorCode = 'invalid_frame' | 'rate_limited' | 'internal_error';

/** The envelope of an event (Genesys Cloud notification service, version 2). */
export interface HubEvent {
  readonly topicName: string;
  readonly version?: string;
  readonly eventBody: unknown;
  readonly metadata?: { readonly CorrelationId?: string };
}

/** Whether an answer is a usable ticket. */
export function isTicketResponse(value: unknown): value is TicketResponse {
  if (typeof value !== 'object' || value === null) return false;
  const { ticket, expires_in: expiresIn }: { ticket?: unknown; expires_in?: unknown } = value;
  return (
    typeof ticket === 'string' && /^[A-Za-z0-9_-]+$/.test(ticket) && typeof expiresIn === 'number' && expiresIn > 0
  );
}
