import { GenesysError, shown } from '../http/errors.ts';
import { type Channel, MAX_TOPICS, type Subscription } from './channel.ts';
import { missingFor } from './permissions.ts';
import { MAX_TOPIC_LENGTH, readTopic, topicKey } from './topic.ts';

/** A topic that does not exist, and why it is refused. */
export interface RefusedTopic {
  readonly id: string;
  readonly reason: string;
}

/**
 * Adds topics to a channel, all or none, and makes it live another 24 hours.
 *
 * @param ignoreErrors takes topics without the permissions as well, as rejected ones, and leaves out those that do not exist
 * @returns the topics that were left out
 * @throws 400 for a topic that does not exist or one too many, 403 for missing permissions
 */
export function addTopics(
  channel: Channel,
  ids: readonly string[],
  ignoreErrors: boolean,
  now: number
): readonly RefusedTopic[] {
  const { subscriptions, refused } = judge(channel, ids, ignoreErrors);
  write(channel, new Map([...channel.subscriptions, ...subscriptions]), now);
  return refused;
}

/** The same, in place of the topics the channel had. */
export function replaceTopics(
  channel: Channel,
  ids: readonly string[],
  ignoreErrors: boolean,
  now: number
): readonly RefusedTopic[] {
  const { subscriptions, refused } = judge(channel, ids, ignoreErrors);
  write(channel, subscriptions, now);
  return refused;
}

/** Takes topics off a channel; those it does not have do no harm. */
export function removeTopics(channel: Channel, ids: readonly string[], now: number): void {
  for (const id of ids) channel.subscriptions.delete(topicKey(id));
  channel.renew(now);
}

function write(channel: Channel, subscriptions: ReadonlyMap<string, Subscription>, now: number): void {
  if (subscriptions.size > MAX_TOPICS)
    throw new GenesysError(
      400,
      'notification.subscription.too.many.subscriptions',
      `A channel can have at most ${MAX_TOPICS} subscriptions.`
    );
  channel.subscriptions.clear();
  for (const [key, subscription] of subscriptions) channel.subscriptions.set(key, subscription);
  channel.renew(now);
}

function judge(
  channel: Channel,
  ids: readonly string[],
  ignoreErrors: boolean
): { readonly subscriptions: ReadonlyMap<string, Subscription>; readonly refused: readonly RefusedTopic[] } {
  const refused: RefusedTopic[] = [];
  const subscriptions = new Map<string, Subscription>();
  const missing = new Set<string>();
  for (const id of ids) {
    const topic = readTopic(id);
    if (topic === undefined) {
      const reason =
        id.length > MAX_TOPIC_LENGTH
          ? `A topic can have at most ${MAX_TOPIC_LENGTH} characters.`
          : `Invalid notification topic: [${shown(id)}]`;
      if (!ignoreErrors) throw new GenesysError(400, 'notification.invalid.topic', reason);
      refused.push({ id: shown(id), reason });
      continue;
    }
    const missingPermissions = missingFor(topic.names, channel.owner.permissions);
    missingPermissions.forEach((permission) => missing.add(permission));
    subscriptions.set(topicKey(id), { topic, missingPermissions });
  }
  if (missing.size > 0 && !ignoreErrors)
    throw new GenesysError(
      403,
      'missing.permissions',
      `Unable to perform the requested action. You are missing the following permission(s): [${[...missing].join(', ')}]`
    );
  return { subscriptions, refused };
}
