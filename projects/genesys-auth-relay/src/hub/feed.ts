/**
 * Maximum size of an event in bytes. An event is written whole while a client's buffer has room, so up to this many bytes more
 * than `bufferBytes` may wait for a client.
 */
export const MAX_EVENT_BYTES = 1_048_576;

/** The status of a topic between the relay and Genesys Cloud. */
export type TopicStatus =
  /** Events are delivered. */
  | { readonly state: 'live' }
  /** Events are not delivered at the moment. */
  | { readonly state: 'down' }
  /** Genesys Cloud refuses the topic. */
  | { readonly state: 'rejected'; readonly reason: string };

/** Receives what a feed reports. */
export interface FeedSink {
  /**
   * Reports an event.
   *
   * @param key topic, in lower case
   * @param envelope the JSON of the event, unchanged
   * @param id its correlation id, or an empty text
   * @returns whether the event is not a duplicate and a client has subscribed to it
   */
  event(key: string, envelope: string, id: string): boolean;
  /** Reports topics whose status has changed, all in one call. */
  status(keys: readonly string[], status: TopicStatus): void;
}

/** The source of events: Genesys Cloud, or an instance of this relay that listens to it for all instances. */
export interface Feed {
  /** Replaces the wanted topics. Keys are topic keys, values their names at Genesys Cloud. */
  want(topics: ReadonlyMap<string, string>): void;
  /** Ids of all queues or users, for aliases. */
  list(what: 'queue' | 'user'): Promise<readonly string[]>;
  /** How many Genesys channels this instance has open. */
  channels(): number;
  close(): Promise<void>;
}
