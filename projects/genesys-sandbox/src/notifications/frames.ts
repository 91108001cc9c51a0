import { randomUUID } from 'node:crypto';
import type { Channel } from './channel.ts';

/** What Genesys Cloud sends on a channel. */
export interface EventFrame {
  readonly topicName: string;
  readonly version: '2';
  readonly eventBody: unknown;
  readonly metadata: { readonly CorrelationId: string };
}

/** An event in Genesys' envelope. */
export function eventFrame(topicName: string, eventBody: unknown, correlationId: string = randomUUID()): EventFrame {
  return { topicName, version: '2', eventBody, metadata: { CorrelationId: correlationId } };
}

/** Sent every 30 seconds. */
export const HEARTBEAT = { topicName: 'channel.metadata', eventBody: { message: 'WebSocket Heartbeat' } };
/** The answer to `{"message":"ping"}`. */
export const PONG = { topicName: 'channel.metadata', eventBody: { message: 'pong' } };

/** Announces that the socket is going to be closed: time to connect another one. */
export function socketClosing(channel: Channel, organizationId: string, seconds: number): EventFrame {
  return eventFrame('v2.system.socket_closing', {
    ...common(channel, organizationId),
    message: `Websocket closing in ${seconds} seconds`
  });
}

/** Tells the first socket of a channel that a second one has come. */
export function noLongerSubscribed(channel: Channel, organizationId: string): EventFrame {
  return eventFrame(`v2.system.no_longer_subscribed.${channel.id}`, {
    ...common(channel, organizationId),
    systemTopicType: 'no_longer_subscribed',
    reason: 'another_channel_subscribed',
    message: 'Another connection uses this channel'
  });
}

/** Tells that the token behind the channel is dead. */
export function tokenRevoked(channel: Channel, organizationId: string): EventFrame {
  return eventFrame(`v2.system.token_revoked.${channel.id}`, {
    ...common(channel, organizationId),
    systemTopicType: 'token_revoked',
    reason: 'user_tokens_revoked',
    message: 'The token of this channel was revoked'
  });
}

function common(channel: Channel, organizationId: string): object {
  const { client, grant } = channel.owner;
  return {
    channelId: channel.id,
    organizationId,
    ...(grant === undefined ? {} : { userId: grant.user.id }),
    oauthClientId: client.id,
    oauthClientOrgId: organizationId
  };
}
