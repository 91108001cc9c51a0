/** A short name for topics. `{queueId}` and `{userId}` stand for each queue or user of the organization. */
interface Alias {
  readonly topic: string;
  readonly placeholder: '{queueId}' | '{userId}';
}

/**
 * Channel names that occur in published examples but not in Genesys Cloud, with the topics they must mean. Compared in lower case.
 */
export const ALIASES: Readonly<Record<string, Alias>> = {
  'routing/queuemetrics': { topic: 'v2.analytics.queues.{queueId}.observations', placeholder: '{queueId}' },
  'routing/queueconversations': { topic: 'v2.routing.queues.{queueId}.conversations', placeholder: '{queueId}' },
  'routing/queueusers': { topic: 'v2.routing.queues.{queueId}.users', placeholder: '{queueId}' },
  'users/presence': { topic: 'v2.users.{userId}.presence', placeholder: '{userId}' },
  'users/routingstatus': { topic: 'v2.users.{userId}.routingStatus', placeholder: '{userId}' },
  'users/conversations': { topic: 'v2.users.{userId}.conversations', placeholder: '{userId}' },
  'users/activity': { topic: 'v2.users.{userId}.activity', placeholder: '{userId}' }
};

const ID = /^[A-Za-z0-9-]{1,64}$/;

/** The meaning of an alias: these topics, or one topic for each queue or user. */
export type AliasMeaning =
  { readonly topics: readonly string[] } | { readonly topic: string; readonly each: 'queue' | 'user' };

/**
 * Reads an alias: `routing/queueMetrics` for all queues, `routing/queueMetrics/{id}` for one.
 *
 * @returns `undefined` if the name is not an alias
 */
export function readAlias(text: string): AliasMeaning | undefined {
  const parts = text.split('/');
  const name = parts.slice(0, 2).join('/').toLowerCase();
  const alias = Object.hasOwn(ALIASES, name) ? ALIASES[name] : undefined;
  if (alias === undefined || parts.length > 3) return undefined;
  const id = parts[2];
  if (id === undefined) return { topic: alias.topic, each: alias.placeholder === '{queueId}' ? 'queue' : 'user' };
  return ID.test(id) ? { topics: [alias.topic.replace(alias.placeholder, id)] } : undefined;
}

/** Inserts an id into the topic of an alias. */
export const fillAlias = (topic: string, id: string): string => topic.replace(/\{(?:queue|user)Id\}/, id);
