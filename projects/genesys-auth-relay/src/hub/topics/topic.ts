/** A parsed topic of the Genesys notification service. */
export interface Topic {
  /** The name that is sent to the service. */
  readonly name: string;
  /** Topics are compared by their key, because the service ignores case. */
  readonly key: string;
}

/** The service's limit for the length of a topic, also of a combined one. */
const MAX_LENGTH = 200;
/** More topics than this in one combined topic are a mistake, or an attack on memory. */
const MAX_COMBINED = 20;
const PLAIN = /^v2(?:\.[A-Za-z0-9_-]+)+$/;
const COMBINED = /^(v2(?:\.[A-Za-z0-9_-]+)+)\?([A-Za-z0-9_.-]+(?:&[A-Za-z0-9_.-]+)*)$/;

const topicOf = (name: string): Topic => ({ name, key: name.toLowerCase() });

/**
 * Reads a topic. A combined one (`v2.users.{id}?presence&routingStatus`) is split into its parts, because its events have their
 * names.
 *
 * @returns the topics, or `undefined` if the text is not a topic
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
