import { type ApiCall, type Operation, ANY_TOKEN } from '../api/operation.ts';
import { parameter } from '../api/queues.ts';
import { asList, asObject, optionalText } from '../analytics/reading.ts';
import { GenesysError } from '../http/errors.ts';
import type { SandboxClock } from '../options.ts';
import { sameOwner } from '../tokens/token-store.ts';
import type { Channel, Subscription } from './channel.ts';
import type { Channels } from './channels.ts';
import { permissionsFor } from './permissions.ts';
import { type RefusedTopic, addTopics, removeTopics, replaceTopics } from './subscribe.ts';
import { TOPIC_NAMES } from './topic-names.ts';

const CHANNELS = '/notifications/channels';
const SUBSCRIPTIONS = `${CHANNELS}/:channelId/subscriptions`;

/**
 * The notification API.
 *
 * @param streamingOrigin where channels are connected to, such as `ws://127.0.0.1:4211`
 */
export function notificationOperations(
  channels: Channels,
  clock: SandboxClock,
  streamingOrigin: () => string
): Operation[] {
  const shown = (channel: Channel): object => ({
    connectUri: `${streamingOrigin()}/channels/${channel.id}`,
    id: channel.id,
    expires: new Date(channel.expiresAt).toISOString()
  });
  const own = (call: ApiCall): Channel => {
    const channel = channels.find(parameter(call.request.params, 'channelId'));
    // The channel of another user or client does not exist for the caller.
    if (channel === undefined || !sameOwner(channel.owner, call.live)) throw GenesysError.notFound();
    return channel;
  };
  const subscribe =
    (write: typeof addTopics) =>
    (call: ApiCall): object => {
      const channel = own(call);
      const refused = write(channel, topicsOf(call.request.body), flag(call.query, 'ignoreErrors'), clock.now());
      return listed(channel, refused);
    };
  const operation = (method: Operation['method'], path: string, handle: Operation['handle']): Operation => ({
    method,
    path,
    scopes: ['notifications'],
    permissions: ANY_TOKEN,
    handle
  });

  return [
    operation('POST', CHANNELS, ({ live, token }) => shown(channels.create(live, token))),
    operation('GET', CHANNELS, ({ live, token, query }) => {
      channels.sweep();
      const all = oneOfQuery(query, 'includechannels', ['token', 'oauthclient']) === 'oauthclient';
      const mine = channels.of(live).filter((channel) => all || channel.token === token);
      // Channels of other tokens are counted, not named.
      return { entities: mine.map((channel) => (channel.token === token ? shown(channel) : { id: '' })) };
    }),
    operation('GET', `${CHANNELS}/:channelId`, (call) => shown(own(call))),
    operation('DELETE', `${CHANNELS}/:channelId`, (call) => {
      channels.remove(own(call), 1000, 'channel deleted');
    }),
    operation('GET', SUBSCRIPTIONS, (call) => listed(own(call))),
    operation('POST', SUBSCRIPTIONS, subscribe(addTopics)),
    operation('PUT', SUBSCRIPTIONS, subscribe(replaceTopics)),
    operation('DELETE', SUBSCRIPTIONS, (call) => {
      const channel = own(call);
      removeTopics(channel, [...channel.subscriptions.keys()], clock.now());
    }),
    operation('GET', '/notifications/availabletopics', () => ({
      entities: TOPIC_NAMES.map((name) => ({
        id: `v2.${name}`,
        visibility: 'Public',
        transports: ['Websocket'],
        enforced: permissionsFor(`v2.${name}`).length > 0,
        requiresPermissions: permissionsFor(`v2.${name}`)
      }))
    }))
  ];
}

/** The topics of a channel, after those that this request asked for and that do not exist. */
function listed(channel: Channel, refused: readonly RefusedTopic[] = []): object {
  const missing = refused.map(({ id, reason }) => ({
    id,
    state: 'Rejected',
    rejectionReason: reason,
    missingPermissions: []
  }));
  return { entities: [...missing, ...[...channel.subscriptions.values()].map(entity)] };
}

function entity({ topic, missingPermissions }: Subscription): object {
  const rejected = missingPermissions.length > 0;
  return {
    id: topic.id,
    state: rejected ? 'Rejected' : 'Permitted',
    ...(rejected ? { rejectionReason: 'Missing permissions' } : {}),
    missingPermissions,
    selfUri: `/api/v2/notifications/availabletopics/${encodeURIComponent(topic.id)}`
  };
}

function topicsOf(body: unknown): string[] {
  if (body === undefined || body === null) throw GenesysError.constraint('body is required');
  return asList(body).map((entry) => {
    const id = optionalText(asObject(entry, 'topic')['id']);
    if (id === undefined || id === '') throw GenesysError.constraint('id is required');
    return id;
  });
}

function flag(query: URLSearchParams, name: string): boolean {
  return oneOfQuery(query, name, ['false', 'true']) === 'true';
}

/** The parameter's value, the first of `allowed` if it is not given. */
function oneOfQuery(query: URLSearchParams, name: string, allowed: readonly string[]): string | undefined {
  const value = query.get(name) ?? allowed[0] ?? '';
  if (allowed.includes(value)) return value;
  throw GenesysError.invalidParameter(value, name, allowed.join(', '));
}
