import type { TopicStatus } from '../feed.ts';

/**
 * The messages between instances of the hub. The leader puts its term (see `Held`) and a sequence number (`n`) into each of its
 * messages, so that a lost one is noticed.
 */
export type FleetMessage =
  /** An event, passed on by the instance that listens for all. */
  | {
      readonly kind: 'event';
      readonly term: number;
      readonly n: number;
      readonly key: string;
      readonly id: string;
      readonly envelope: string;
    }
  /** How topics stand, said by that instance: on every change, and now and then all of them. */
  | {
      readonly kind: 'status';
      readonly term: number;
      readonly n: number;
      /** Whether it names all topics: what is missing is not listened to. */
      readonly isFull: boolean;
      readonly topics: readonly (readonly [key: string, status: TopicStatus])[];
    }
  /** Topics an instance wants, by key and name: on every change, and now and then. */
  | { readonly kind: 'want'; readonly topics: readonly (readonly [key: string, name: string])[] }
  /** An instance is new, or was away: the others repeat which topics they want, and the leader repeats how its topics stand. */
  | { readonly kind: 'hello' }
  /** Every tick: the instance is there. Its sender listens for it as well, to see whether the bus works. */
  | { readonly kind: 'beat' }
  /** The instance leaves; if it was the one that listens, another takes over at once. */
  | { readonly kind: 'bye' };

/** Writes a message. The envelope of an event stays as it is: it is the bulk, and it is JSON already. */
export function writeMessage(from: string, message: FleetMessage): string {
  if (message.kind !== 'event') return `${from}\n${JSON.stringify(message)}`;
  return `${from}\n!${JSON.stringify([message.term, message.n, message.key, message.id])}\n${message.envelope}`;
}

/** Reads a message that was sealed by an instance, so that only its form has to be looked at. */
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
