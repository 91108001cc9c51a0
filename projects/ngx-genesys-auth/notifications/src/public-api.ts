export { type CaughtUp } from './catch-up';
export { directChannel } from './direct/source';
export {
  GenesysNotificationError,
  type GenesysNotificationErrorCode,
  type GenesysNotificationErrorDetails
} from './error';
export {
  type ConversationBody,
  type ConversationPart,
  type EventBodyOf,
  type GenesysEvent,
  type GenesysStatistics,
  type QueueObservationsBody,
  type UserActivityBody,
  type UserPresenceBody,
  type UserRoutingStatusBody
} from './event';
export { relayHub } from './hub/source';
export { type NotificationState } from './link/link';
export { type GenesysNotificationsOptions, provideGenesysNotifications } from './options';
export { type GenesysGap, GenesysNotifications } from './service';
export {
  type ConnectionListener,
  GENESYS_WEBSOCKET,
  type GapReason,
  type NotificationConnection,
  type NotificationSource,
  type NotificationSourceFactory,
  type WebSocketFactory
} from './source';
