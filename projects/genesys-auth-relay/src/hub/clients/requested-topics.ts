import { isCovered } from 'genesys-scopes';
import type { Feed } from '../feed.ts';
import { fillAlias, readAlias } from '../topics/aliases.ts';
import type { TopicScopes } from '../topics/topic-scopes.ts';
import { type Topic, readTopic } from '../topics/topic.ts';
import type { HubClient } from './client.ts';

/** What decides whether a requested topic is permitted. */
export interface PermissionParts {
  readonly feed: () => Feed;
  readonly scopeOf: TopicScopes;
  readonly limits: { readonly topics: number };
}

/** One requested name, with its topics, or the reason why it is refused. */
export interface RequestedTopic {
  readonly asked: string;
  readonly topics: readonly Topic[];
  readonly rejection?: string;
}

const rejection = (asked: string, reason: string): RequestedTopic => ({ asked, topics: [], rejection: reason });

const tooMany = (limit: number) =>
  `a client may have ${limit} topics: subscribe to fewer, or raise notifications.topicsPerClient`;

/** Decides whether a client may have a topic. It needs the scope `notifications`, and the scope of the topic's events. */
function whyNot({ entitlement }: HubClient, { key }: Topic, scopeOf: TopicScopes): string | undefined {
  if (!isCovered('notifications', entitlement.scopes)) return "none of your roles has the scope 'notifications'";
  const scope = scopeOf(key);
  if (scope === undefined) return 'no rule of this relay says which scope this topic needs: notifications.topicScopes';
  return isCovered(scope, entitlement.scopes) ? undefined : `none of your roles has the scope '${scope}'`;
}

async function read(
  asked: string,
  client: HubClient,
  { feed, scopeOf, limits }: PermissionParts
): Promise<RequestedTopic> {
  const alias = readAlias(asked);
  const names = alias === undefined ? undefined : 'topics' in alias ? alias.topics : undefined;
  if (alias !== undefined && 'each' in alias) {
    const sample = readTopic(fillAlias(alias.topic, 'x'))?.[0];
    const reason = sample && whyNot(client, sample, scopeOf);
    if (reason !== undefined) return rejection(asked, reason);
    try {
      const ids = await feed().list(alias.each);
      // Checked before thousands of names are built for each spelling of the alias.
      if (ids.length > limits.topics) return rejection(asked, tooMany(limits.topics));
      return { asked, topics: ids.flatMap((id) => readTopic(fillAlias(alias.topic, id)) ?? []) };
    } catch {
      return rejection(asked, `the list of ${alias.each}s cannot be read at the moment`);
    }
  }
  const topics = (names ?? [asked]).flatMap((name) => readTopic(name) ?? []);
  if (topics.length === 0) return rejection(asked, 'this is not a topic: v2.{name} with dots, at most 200 characters');
  const reason = topics.map((topic) => whyNot(client, topic, scopeOf)).find((text) => text !== undefined);
  return reason === undefined ? { asked, topics } : rejection(asked, reason);
}

/** Resolves the names that a client requests, in order, up to its limit of topics. */
export async function readRequestedTopics(
  client: HubClient,
  asked: readonly string[],
  parts: PermissionParts
): Promise<{
  readonly requested: readonly RequestedTopic[];
  readonly topics: ReadonlyMap<string, Topic>;
  /** The topic keys of each alias, by its name in lower case. */
  readonly lists: ReadonlyMap<string, readonly string[]>;
}> {
  const limit = parts.limits.topics;
  const requested: RequestedTopic[] = [];
  // An alias means many topics and has many spellings: each alias is expanded once.
  const aliases = new Map<string, RequestedTopic>();
  const topics = new Map<string, Topic>();
  let room = limit - client.topics.size;
  for (const name of asked) {
    const meaning = readAlias(name);
    const alias = meaning !== undefined && 'each' in meaning ? name.toLowerCase() : undefined;
    const known = alias === undefined ? undefined : aliases.get(alias);
    if (known !== undefined) {
      requested.push({ ...known, asked: name });
      continue;
    }
    const wanted = await read(name, client, parts);
    const more = wanted.topics.filter(({ key }) => !client.topics.has(key) && !topics.has(key));
    const fits = more.length <= room;
    const result = fits ? wanted : rejection(name, tooMany(limit));
    requested.push(result);
    if (alias !== undefined) aliases.set(alias, result);
    if (!fits) continue;
    room -= more.length;
    for (const topic of wanted.topics) topics.set(topic.key, topic);
  }
  const lists = [...aliases].map(([alias, { topics: list }]) => [alias, list.map(({ key }) => key)] as const);
  return { requested, topics, lists: new Map(lists.filter(([, keys]) => keys.length > 0)) };
}
