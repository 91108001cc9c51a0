/** A topic of the Genesys notification service, read. */
export interface Topic {
  /** As the service is asked for it. */
  readonly name: string;
  /** What topics are compared by: the service itself does not tell upper from lower case. */
  readonly key: string;
}

/** The service's own limit for one topic, a combined one included. */
const MAX_LENGTH = 200;
/** More topics than this in one combined topic are a mistake, or an attack on memory. */
const MAX_COMBINED = 20;
const PLAIN = /^v2(?:\.[A-Za-z0-9_-]+)+$/;
const COMBINED = /^(v2(?:\.[A-Za-z0-9_-]+)+)\?([A-Za-z0-9_.-]+(?:&[A-Za-z0-9_.-]+)*)$/;

const topicOf = (name: string): Topic => ({ name, key: name.toLowerCase() });

/**
 * Reads a topic. A combined one (`v2.users.{id}?presence&routingStatus`) becomes its parts, as its events come under their
 * names.
 *
 * @returns the topics, or `undefined` if it is none
 */
export function readTopic(text: string): readonly Topic[] | undefined {
  if (text.length > MAX_LENGTH) return undefined;
  if (PLAIN.test(text)) return [topicOf(text)];
  const [, base, parts] = COMBINED.exec(text) ?? [];
  if (base === undefined || parts === undefined) return undefined;
  const names = parts.split('&');
  if (names.length > MAX_COMBINED) return undefined;
  const topics = names.map((part) => topicOf(`${base}.${part}`));
  return topics.every(({ name }) => PLAIN.test(name)) ? topics : undefined;
}
