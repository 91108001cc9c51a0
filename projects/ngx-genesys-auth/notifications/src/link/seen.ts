import type { GenesysEvent } from '../event';

/** So many events are remembered: far more than come between an event and its double. */
const REMEMBERED = 1024;

/**
 * Tells events that came before: the same topic, correlation id and body. The id alone would not do, as one cause may have
 * several effects; nor the body alone, as the same may happen twice. An event without an id is always new.
 */
export class Seen {
  readonly #events = new Map<string, unknown[]>();

  /** Whether it came before; remembers it. */
  has({ topicName, metadata, eventBody }: GenesysEvent): boolean {
    const id = metadata?.CorrelationId;
    if (!id) return false;
    const key = `${id} ${topicName}`;
    const bodies = this.#events.get(key);
    if (bodies) {
      const text = JSON.stringify(eventBody);
      if (bodies.some((body) => JSON.stringify(body) === text)) return true;
      bodies.push(eventBody);
      return false;
    }
    this.#events.set(key, [eventBody]);
    for (const oldest of this.#events.keys()) {
      if (this.#events.size <= REMEMBERED) break;
      this.#events.delete(oldest);
    }
    return false;
  }
}
