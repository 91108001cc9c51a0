import { TOPIC_NAMES } from './topic-names.ts';

/** Longest topic id of a subscription, in characters. */
export const MAX_TOPIC_LENGTH = 200;

/** A subscription's topic, read. */
export interface Topic {
  /** As the subscriber wrote it. */
  readonly id: string;
  /** The topics it stands for, in Genesys' own spelling: several for a combined one. */
  readonly names: readonly string[];
}

/**
 * Reads a topic id, in any case. A combined one (`v2.users.{id}?presence&routingStatus`) stands for several topics.
 *
 * @returns `undefined` if Genesys Cloud knows no such topic
 */
export function readTopic(id: string): Topic | undefined {
  if (id.length > MAX_TOPIC_LENGTH) return undefined;
  const question = id.indexOf('?');
  if (question < 0) {
    const name = spell(id);
    return name === undefined ? undefined : { id, names: [name] };
  }
  const names = id
    .slice(question + 1)
    .split('&')
    .map((part) => spell(`${id.slice(0, question)}.${part}`));
  const known = names.filter((name) => name !== undefined);
  return known.length === names.length ? { id, names: [...new Set(known)] } : undefined;
}

/** The key under which two spellings of a topic are the same. */
export const topicKey = (name: string): string => name.toLowerCase();

interface Template {
  readonly pattern: RegExp;
  readonly parts: readonly string[];
}

/** By number of segments, so that a lookup tries few of them. Names without ids stand before those with. */
const templates = new Map<number, Template[]>();
for (const name of [...TOPIC_NAMES].sort((a, b) => count(a) - count(b))) {
  const parts = ['v2', ...name.split('.')];
  const source = parts.map((part) => (part === '{id}' ? '([a-z\\d_-]+)' : part)).join('\\.');
  const list = templates.get(parts.length) ?? [];
  list.push({ pattern: new RegExp(`^${source}$`, 'i'), parts });
  templates.set(parts.length, list);
}

function count(name: string): number {
  return name.split('{id}').length;
}

/** The topic in Genesys' spelling, ids in lower case. */
function spell(id: string): string | undefined {
  const segments = id.split('.');
  for (const { pattern, parts } of templates.get(segments.length) ?? []) {
    if (!pattern.test(id)) continue;
    return parts.map((part, index) => (part === '{id}' ? (segments[index] ?? '').toLowerCase() : part)).join('.');
  }
  return undefined;
}
