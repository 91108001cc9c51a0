/**
 * Bytes of the largest event that the hub takes. An event is written whole while a client's buffer has room, so a client that
 * reads may have this much more waiting than `bufferBytes`.
 */
export const MAX_EVENT_BYTES = 1_048_576;

/** How a topic stands between the relay and Genesys Cloud. */
export type TopicStatus =
  /** Events come through. */
  | { readonly state: 'live' }
  /** They do not, at the moment. */
  | { readonly state: 'down' }
  /** Genesys Cloud refuses the topic. */
  | { readonly state: 'rejected'; readonly reason: string };

/** Who is told what a feed hears. */
export interface FeedSink {
  /**
   * An event came.
   *
   * @param key topic, in lower case
   * @param envelope as it came, JSON
   * @param id its correlation id, or an empty text
   * @returns whether it is new: it has not come before, and somebody wants it
   */
  event(key: string, envelope: string, id: string): boolean;
  /** The status of topics changed, of all of them in one call. */
  status(keys: readonly string[], status: TopicStatus): void;
}

/** Where events come from: Genesys Cloud itself, or an instance of this relay that listens to it for all. */
export interface Feed {
  /** Says which topics are wanted from now on, by key; the values are their names as Genesys Cloud knows them. */
  want(topics: ReadonlyMap<string, string>): void;
  /** Ids of all queues or users, for aliases. */
  list(what: 'queue' | 'user'): Promise<readonly string[]>;
  /** How many Genesys channels this instance holds. */
  channels(): number;
  close(): Promise<void>;
}
