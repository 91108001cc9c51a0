import type { HubPosition, TopicState } from 'genesys-auth-protocol';
import { isCovered } from 'genesys-scopes';
import { safeText } from '../../reply/safe-text.ts';
import type { Feed } from '../feed.ts';
import type { Registry, WantedTopic } from '../registry.ts';
import { fillAlias, readAlias } from '../topics/aliases.ts';
import type { TopicScopes } from '../topics/topic-scopes.ts';
import { type Topic, readTopic } from '../topics/topic.ts';
import type { HubClient } from './client.ts';
import { eventText } from './dialect.ts';
import { createGaps } from './gaps.ts';
import { textFrame } from './frame.ts';
import type { EventMemory } from './memory.ts';

/** What a subscription needs. */
export interface SubscribeParts {
  readonly registry: Registry;
  readonly memory: EventMemory;
  readonly feed: () => Feed;
  readonly scopeOf: TopicScopes;
  readonly epoch: string;
  readonly counters: { gaps: number };
  readonly limits: { readonly topics: number; readonly answerMs: number };
  /** Tells the feed, soon, that the topics have changed. */
  readonly changed: () => void;
  readonly wait: (topic: WantedTopic, ms: number) => Promise<void>;
  /** Milliseconds on the monotonic clock. */
  readonly now: () => number;
}

/** What came of a subscription. */
export interface Subscribed {
  readonly states: readonly TopicState[];
  /** The keys behind each name that was asked for: an alias stands for many. */
  readonly keys: ReadonlyMap<string, readonly string[]>;
  /** Reports gaps that the answer has to precede. */
  readonly finish: () => void;
}

interface Wish {
  readonly asked: string;
  readonly topics: readonly Topic[];
  readonly refused?: string;
}

const refused = (asked: string, reason: string): Wish => ({ asked, topics: [], refused: reason });

/** Decides whether a client may have a topic: the scope `notifications`, and the scope that its events are worth. */
export function whyNot({ entitlement }: HubClient, { key }: Topic, scopeOf: TopicScopes): string | undefined {
  if (!isCovered('notifications', entitlement.scopes)) return "none of your roles has the scope 'notifications'";
  const scope = scopeOf(key);
  if (scope === undefined) return 'no rule of this relay says which scope this topic needs: notifications.topicScopes';
  return isCovered(scope, entitlement.scopes) ? undefined : `none of your roles has the scope '${scope}'`;
}

async function read(asked: string, client: HubClient, { feed, scopeOf }: SubscribeParts): Promise<Wish> {
  const alias = readAlias(asked);
  const names = alias === undefined ? undefined : 'topics' in alias ? alias.topics : undefined;
  if (alias !== undefined && 'each' in alias) {
    const sample = readTopic(fillAlias(alias.topic, 'x'))?.[0];
    const reason = sample && whyNot(client, sample, scopeOf);
    if (reason !== undefined) return refused(asked, reason);
    try {
      const ids = await feed().list(alias.each);
      return { asked, topics: ids.flatMap((id) => readTopic(fillAlias(alias.topic, id)) ?? []) };
    } catch {
      return refused(asked, `the list of ${alias.each}s cannot be read at the moment`);
    }
  }
  const topics = (names ?? [asked]).flatMap((name) => readTopic(name) ?? []);
  if (topics.length === 0) return refused(asked, 'this is no topic: v2.{name} with dots, at most 200 characters');
  const reason = topics.map((topic) => whyNot(client, topic, scopeOf)).find((text) => text !== undefined);
  return reason === undefined ? { asked, topics } : refused(asked, reason);
}

function stateOf({ asked, topics, refused: why }: Wish, registry: Registry): TopicState {
  // It stands in JSON, where every character is harmless, but nobody wants a megabyte of it back.
  const topic = asked.length > 200 ? safeText(asked, 200) : asked;
  if (why !== undefined) return { topic, state: 'rejected', reason: why };
  const rejected = topics.flatMap(({ key }) => {
    const status = registry.topics.get(key)?.status;
    return status?.state === 'rejected' ? status.reason : [];
  });
  const [reason] = rejected;
  return rejected.length === topics.length && reason !== undefined
    ? { topic, state: 'rejected', reason }
    : { topic, state: 'permitted' };
}

/**
 * Subscribes a client. The answer waits, for a bounded time, until the topics are live: what comes after it is complete, or a
 * gap says otherwise.
 */
export async function subscribe(
  client: HubClient,
  asked: readonly string[],
  resume: HubPosition | undefined,
  parts: SubscribeParts
): Promise<Subscribed | 'too_many_topics' | 'gone'> {
  const { registry, memory, limits } = parts;
  if (asked.length > limits.topics) return 'too_many_topics';
  const wishes = await Promise.all(asked.map((topic) => read(topic, client, parts)));
  // The list behind an alias took its time. Who is put on a topic after it has left is never taken off.
  if (client.gone) return 'gone';
  const topics = new Map(wishes.flatMap((wish) => wish.topics.map((topic) => [topic.key, topic] as const)));
  const more = [...topics.keys()].filter((key) => !client.topics.has(key)).length;
  if (client.topics.size + more > limits.topics) return 'too_many_topics';

  const before = resume?.epoch === parts.epoch ? memory.after(resume.seq) : undefined;
  const added: WantedTopic[] = [];
  const replayed = new Set<string>();
  const missed = new Set<WantedTopic>();
  for (const topic of topics.values()) {
    const wanted = registry.topic(topic);
    if (client.topics.has(topic.key)) continue;
    added.push(wanted);
    client.topics.add(topic.key);
    wanted.clients.add(client);
    wanted.idleSince = Infinity;
    if (resume === undefined) continue;
    const complete =
      before !== undefined &&
      wanted.status.state === 'live' &&
      wanted.liveFrom <= resume.seq &&
      resume.seq <= registry.seq;
    if (complete) replayed.add(topic.key);
    else missed.add(wanted);
  }
  // In the turn in which the client was added, so that nothing new comes in between.
  for (const event of before ?? []) {
    const topic = replayed.has(event.key) && registry.topics.get(event.key);
    if (topic) client.deliver(textFrame(eventText[client.dialect](event.seq, event.text)), topic.name);
  }
  parts.changed();
  const open = added.filter(({ status }) => status.state === 'new' || status.state === 'down');
  await Promise.all(open.map((topic) => parts.wait(topic, limits.answerMs)));

  return {
    states: wishes.map((wish) => stateOf(wish, registry)),
    keys: new Map(wishes.map((wish) => [wish.asked, wish.topics.map(({ key }) => key)])),
    // After the answer, and in one: what is live now tells its gap, what is not owes one.
    finish: () => {
      const gaps = createGaps(() => registry.seq, parts.counters);
      const refusedKeys: string[] = [];
      for (const topic of added) {
        if (!topic.clients.has(client)) continue;
        if (topic.status.state === 'live') {
          if (missed.has(topic)) gaps.add(client, topic.name, 'resume');
        } else if (topic.status.state === 'rejected') {
          refusedKeys.push(topic.key);
        } else registry.owe(client, topic, missed.has(topic) ? 'resume' : 'upstream');
      }
      registry.leave(client, refusedKeys, parts.now());
      gaps.flush();
    }
  };
}
