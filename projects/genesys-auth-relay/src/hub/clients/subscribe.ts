import type { HubPosition, TopicState } from 'genesys-auth-protocol';
import { safeText } from '../../reply/safe-text.ts';
import type { Registry, WantedTopic } from '../registry.ts';
import type { HubClient } from './client.ts';
import { eventText } from './dialect.ts';
import { createGaps } from './gaps.ts';
import { textFrame } from './frame.ts';
import type { Topic } from '../topics/topic.ts';
import type { EventMemory } from './memory.ts';
import { type PermissionParts, type RequestedTopic, readRequestedTopics } from './requested-topics.ts';

/** Dependencies of a subscription. */
export interface SubscribeParts extends PermissionParts {
  readonly registry: Registry;
  readonly memory: EventMemory;
  readonly epoch: string;
  readonly counters: { gaps: number };
  readonly limits: { readonly topics: number; readonly answerMs: number };
  /** Schedules the update of the feed with the changed topics. */
  readonly changed: () => void;
  readonly wait: (topic: WantedTopic, ms: number) => Promise<void>;
  /** Milliseconds on the monotonic clock. */
  readonly now: () => number;
}

/** The result of a subscription. */
export interface Subscribed {
  readonly states: readonly TopicState[];
  /** The topic keys of each subscribed alias, by its name in lower case. */
  readonly lists: ReadonlyMap<string, readonly string[]>;
  /** Reports gaps. Call it after the answer is sent. */
  readonly finish: () => void;
}

/** Why Genesys Cloud refuses every one of these topics; `undefined` if it permits one. */
function refusalOf(topics: readonly Topic[], registry: Registry): string | undefined {
  const rejected = topics.flatMap(({ key }) => {
    const status = registry.topics.get(key)?.status;
    return status?.state === 'rejected' ? status.reason : [];
  });
  return rejected.length === topics.length ? rejected[0] : undefined;
}

function statesOf(requested: readonly RequestedTopic[], registry: Registry): readonly TopicState[] {
  // Several spellings of an alias share one list of topics.
  const refusals = new Map<readonly Topic[], string | undefined>();
  return requested.map(({ asked, topics, rejection: why }) => {
    // It is harmless in JSON, but the answer must not repeat a megabyte.
    const topic = asked.length > 200 ? safeText(asked, 200) : asked;
    if (!refusals.has(topics)) refusals.set(topics, refusalOf(topics, registry));
    const reason = why ?? refusals.get(topics);
    return reason === undefined ? { topic, state: 'permitted' } : { topic, state: 'rejected', reason };
  });
}

/**
 * Subscribes a client. The answer waits, for a limited time, until the topics are live. Events after the answer are complete;
 * otherwise the client gets a gap.
 *
 * @returns `undefined` when the client has disconnected meanwhile
 */
export async function subscribe(
  client: HubClient,
  asked: readonly string[],
  resume: HubPosition | undefined,
  parts: SubscribeParts
): Promise<Subscribed | undefined> {
  const { registry, memory, limits } = parts;
  const { requested, topics, lists } = await readRequestedTopics(client, asked, parts);
  // The client may have disconnected during the request for the list of an alias. It would never be removed from a topic again.
  if (client.gone) return undefined;

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
  // Synchronously after the client was added, so that no event comes in between.
  for (const event of before ?? []) {
    const topic = replayed.has(event.key) && registry.topics.get(event.key);
    if (topic) client.deliver(textFrame(eventText[client.dialect](event.seq, event.text)), topic.name);
  }
  parts.changed();
  const open = added.filter(({ status }) => status.state === 'new' || status.state === 'down');
  await Promise.all(open.map((topic) => parts.wait(topic, limits.answerMs)));

  return {
    states: statesOf(requested, registry),
    lists,
    // After the answer, in one frame: live topics report their gap now, the others when they are live.
    finish: () => {
      const gaps = createGaps(() => registry.seq, parts.counters);
      const refusedKeys: string[] = [];
      for (const topic of added) {
        if (!topic.clients.has(client)) continue;
        if (topic.status.state === 'live') {
          if (missed.has(topic)) gaps.add(client, topic.name, 'resume');
        } else if (topic.status.state === 'rejected') {
          refusedKeys.push(topic.key);
        } else registry.addPendingGap(client, topic, missed.has(topic) ? 'resume' : 'upstream');
      }
      registry.leave(client, refusedKeys, parts.now());
      gaps.flush();
    }
  };
}
