import { isCovered } from 'genesys-scopes';
import type { Feed } from '../feed.ts';
import { fillAlias, readAlias } from '../topics/aliases.ts';
import type { TopicScopes } from '../topics/topic-scopes.ts';
import { type Topic, readTopic } from '../topics/topic.ts';
import type { HubClient } from './client.ts';

/** What decides whether a requested topic is permitted. */
export interface WishParts {
  readonly feed: () => Feed;
  readonly scopeOf: TopicScopes;
  readonly limits: { readonly topics: number };
}

/** One requested name, with its topics, or the reason why it is refused. */
export interface Wish {
  readonly asked: string;
  readonly topics: readonly Topic[];
  readonly refused?: string;
}

const refused = (asked: string, reason: string): Wish => ({ asked, topics: [], refused: reason });

const tooMany = (limit: number) =>
  `a client may have ${limit} topics: subscribe to fewer, or raise notifications.topicsPerClient`;

/** Decides whether a client may have a topic. It needs the scope `notifications`, and the scope of the topic's events. */
function whyNot({ entitlement }: HubClient, { key }: Topic, scopeOf: TopicScopes): string | undefined {
  if (!isCovered('notifications', entitlement.scopes)) return "none of your roles has the scope 'notifications'";
  const scope = scopeOf(key);
  if (scope === undefined) return 'no rule of this relay says which scope this topic needs: notifications.topicScopes';
  return isCovered(scope, entitlement.scopes) ? undefined : `none of your roles has the scope '${scope}'`;
}

async function read(asked: string, client: HubClient, { feed, scopeOf, limits }: WishParts): Promise<Wish> {
  const alias = readAlias(asked);
  const names = alias === undefined ? undefined : 'topics' in alias ? alias.topics : undefined;
  if (alias !== undefined && 'each' in alias) {
    const sample = readTopic(fillAlias(alias.topic, 'x'))?.[0];
    const reason = sample && whyNot(client, sample, scopeOf);
    if (reason !== undefined) return refused(asked, reason);
    try {
      const ids = await feed().list(alias.each);
      // Checked before thousands of names are built for each spelling of the alias.
      if (ids.length > limits.topics) return refused(asked, tooMany(limits.topics));
      return { asked, topics: ids.flatMap((id) => readTopic(fillAlias(alias.topic, id)) ?? []) };
    } catch {
      return refused(asked, `the list of ${alias.each}s cannot be read at the moment`);
    }
  }
  const topics = (names ?? [asked]).flatMap((name) => readTopic(name) ?? []);
  if (topics.length === 0) return refused(asked, 'this is not a topic: v2.{name} with dots, at most 200 characters');
  const reason = topics.map((topic) => whyNot(client, topic, scopeOf)).find((text) => text !== undefined);
  return reason === undefined ? { asked, topics } : refused(asked, reason);
}

/** Resolves the names that a client requests, in order, up to its limit of topics. */
export async function readWishes(
  client: HubClient,
  asked: readonly string[],
  parts: WishParts
): Promise<{
  readonly wishes: readonly Wish[];
  readonly topics: ReadonlyMap<string, Topic>;
  /** The topic keys of each alias, by its name in lower case. */
  readonly lists: ReadonlyMap<string, readonly string[]>;
}> {
  const limit = parts.limits.topics;
  const wishes: Wish[] = [];
  // An alias means many topics and has many spellings: each alias is expanded once.
  const aliases = new Map<string, Wish>();
  const topics = new Map<string, Topic>();
  let room = limit - client.topics.size;
  for (const name of asked) {
    const meaning = readAlias(name);
    const alias = meaning !== undefined && 'each' in meaning ? name.toLowerCase() : undefined;
    const known = alias === undefined ? undefined : aliases.get(alias);
    if (known !== undefined) {
      wishes.push({ ...known, asked: name });
      continue;
    }
    const wish = await read(name, client, parts);
    const more = wish.topics.filter(({ key }) => !client.topics.has(key) && !topics.has(key));
    const fits = more.length <= room;
    const result = fits ? wish : refused(name, tooMany(limit));
    wishes.push(result);
    if (alias !== undefined) aliases.set(alias, result);
    if (!fits) continue;
    room -= more.length;
    for (const topic of wish.topics) topics.set(topic.key, topic);
  }
  const lists = [...aliases].map(([alias, wish]) => [alias, wish.topics.map(({ key }) => key)] as const);
  return { wishes, topics, lists: new Map(lists.filter(([, keys]) => keys.length > 0)) };
}
