/**
 * What can go wrong with live events.
 *
 * - `topic_rejected`: Genesys Cloud or the relay refuses the topic: unknown, without permission, or one too many. The topic's
 *   Observable ends with it; everything else goes on
 * - `channel_refused`: a channel could not be made, or its subscriptions not written: the `cause` says why
 * - `connection_failed`: the WebSocket could not be opened (network, proxy, content security policy)
 * - `connection_lost`: it closed
 * - `connection_silent`: nothing came any more, not even a heartbeat: a half-open connection
 * - `signed_out`: `clear()` closed it; it is opened again when a token is obtained
 * - `ticket_refused`: the relay gave no ticket for its hub: the `cause` says why
 * - `protocol`: the relay's hub said something that this version does not understand
 */
export type GenesysNotificationErrorCode =
  | 'topic_rejected'
  | 'channel_refused'
  | 'connection_failed'
  | 'connection_lost'
  | 'connection_silent'
  | 'signed_out'
  | 'ticket_refused'
  | 'protocol';

/** More about a {@link GenesysNotificationError}. */
export interface GenesysNotificationErrorDetails {
  /** What to do about it. */
  readonly hint: string;
  /** The error underneath, for example an `HttpErrorResponse`. */
  readonly cause?: unknown;
  /** The topic it is about. */
  readonly topic?: string;
  /** Permissions that Genesys Cloud named as missing. */
  readonly missingPermissions?: readonly string[];
  /** Seconds after which the server asks to be called again. */
  readonly retryAfterSeconds?: number | undefined;
  /** Trying again soon would bring the same. */
  readonly permanent?: boolean;
}

/** A failure of live events. Connections are tried again by themselves; only a topic can end with one. */
export class GenesysNotificationError extends Error {
  /** Always `GenesysNotificationError`. */
  override readonly name = 'GenesysNotificationError';
  /** Stable code, made to be branched on. */
  readonly code: GenesysNotificationErrorCode;
  /** What to do about it. */
  readonly hint: string;
  /** The topic it is about, for `topic_rejected`. */
  readonly topic: string | undefined;
  /** The permissions that Genesys Cloud named as missing, for `topic_rejected`. */
  readonly missingPermissions: readonly string[];
  /** Seconds after which the server asks to be called again, if it said so. */
  readonly retryAfterSeconds: number | undefined;
  /** Whether trying again soon would bring the same: the next attempt is a minute away, for `signed_out` after the next sign-in. */
  readonly permanent: boolean;

  constructor(code: GenesysNotificationErrorCode, message: string, details: GenesysNotificationErrorDetails) {
    super(message, 'cause' in details ? { cause: details.cause } : undefined);
    this.code = code;
    this.hint = details.hint;
    this.topic = details.topic;
    this.missingPermissions = details.missingPermissions ?? [];
    this.retryAfterSeconds = details.retryAfterSeconds;
    this.permanent = details.permanent ?? false;
  }
}
