import type { TopicStatus } from '../feed.ts';

/**
 * The messages between instances of the hub. The leader puts its term (see `Held`) and a sequence number (`n`) into each of its
 * messages, so that a lost one is noticed.
 */
export type FleetMessage =
  /** An event, forwarded by the leader. */
  | {
      readonly kind: 'event';
      readonly term: number;
      readonly n: number;
      readonly key: string;
      readonly id: string;
      readonly envelope: string;
    }
  /** The status of topics, from the leader: the changed ones at once, and all of them at intervals. */
  | {
      readonly kind: 'status';
      readonly term: number;
      readonly n: number;
      /** Whether it names all topics. The leader does not listen to topics that are missing then. */
      readonly isFull: boolean;
      readonly topics: readonly (readonly [key: string, status: TopicStatus])[];
    }
  /** Topics an instance wants, by key and name: on every change, and at intervals. */
  | { readonly kind: 'want'; readonly topics: readonly (readonly [key: string, name: string])[] }
  /**
   * An instance has started or reconnected: the others repeat the topics they want, and the leader repeats the status of its
   * topics.
   */
  | { readonly kind: 'hello' }
  /** Sent every tick: the instance is alive. Its sender listens for it as well, to check whether the bus works. */
  | { readonly kind: 'beat' }
  /** The instance stops. If it was the leader, another one takes over at once. */
  | { readonly kind: 'bye' };

/** Writes a message. The envelope of an event is copied unchanged: it is large, and it is already JSON. */
export function writeMessage(from: string, message: FleetMessage): string {
  if (message.kind !== 'event') return `${from}\n${JSON.stringify(message)}`;
  return `${from}\n!${JSON.stringify([message.term, message.n, message.key, message.id])}\n${message.envelope}`;
}

/** Reads a message. An instance has sealed it, so only its form has to be checked. */
export function readMessage(text: string): { readonly from: string; readonly message: FleetMessage } | undefined {
  const first = text.indexOf('\n');
  if (first === -1) return undefined;
  const from = text.slice(0, first);
  try {
    if (text[first + 1] !== '!') return { from, message: JSON.parse(text.slice(first + 1)) as FleetMessage };
    const second = text.indexOf('\n', first + 1);
    const [term, n, key, id] = JSON.parse(text.slice(first + 2, second)) as [number, number, string, string];
    return { from, message: { kind: 'event', term, n, key, id, envelope: text.slice(second + 1) } };
  } catch {
    return undefined;
  }
}
