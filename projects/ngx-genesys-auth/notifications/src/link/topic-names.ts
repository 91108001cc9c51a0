/** The key under which two spellings of a topic are the same: Genesys Cloud's ids and names come in any case. */
export const topicKey = (topic: string): string => topic.toLowerCase();

/**
 * The topics whose events a topic brings: several for a combined one (`v2.users.{id}?presence&station`), whose events come
 * under the expanded names.
 */
export function expand(topic: string): readonly string[] {
  const question = topic.indexOf('?');
  if (question < 0) return [topicKey(topic)];
  const base = topic.slice(0, question);
  return topic
    .slice(question + 1)
    .split('&')
    .map((part) => topicKey(`${base}.${part}`));
}
