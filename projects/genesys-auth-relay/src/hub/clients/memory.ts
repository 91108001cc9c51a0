/** An event that the hub keeps for clients that reconnect. */
export interface KeptEvent {
  readonly seq: number;
  /** Topic of the event, in lower case. */
  readonly key: string;
  /** The JSON of the event, unchanged. */
  readonly text: string;
}

/** The last events of this instance, so that a client that reconnects soon misses nothing. */
export interface EventMemory {
  add(event: KeptEvent): void;
  /**
   * The events after a position, oldest first.
   *
   * @returns `undefined` when some of them are no longer in memory
   */
  after(seq: number): readonly KeptEvent[] | undefined;
}

/**
 * Builds the memory: a ring buffer with a maximum number of events and of bytes.
 *
 * @param maxEvents maximum number of events
 * @param maxBytes maximum number of bytes of all events together, in UTF-8
 */
export function createMemory(maxEvents: number, maxBytes: number): EventMemory {
  const places: (KeptEvent | undefined)[] = new Array<KeptEvent | undefined>(maxEvents).fill(undefined);
  let first = 0;
  let count = 0;
  let bytes = 0;
  /** Position of the last event that is no longer in memory. */
  let forgotten = 0;

  const dropOldest = (): void => {
    const oldest = places[first];
    places[first] = undefined;
    first = (first + 1) % maxEvents;
    count -= 1;
    bytes -= Buffer.byteLength(oldest?.text ?? '');
    forgotten = oldest?.seq ?? forgotten;
  };

  return {
    add(event) {
      if (maxEvents === 0) {
        forgotten = event.seq;
        return;
      }
      if (count === maxEvents) dropOldest();
      places[(first + count) % maxEvents] = event;
      count += 1;
      bytes += Buffer.byteLength(event.text);
      while (bytes > maxBytes && count > 0) dropOldest();
    },
    after(seq) {
      if (seq < forgotten) return undefined;
      const found: KeptEvent[] = [];
      for (let index = 0; index < count; index += 1) {
        const event = places[(first + index) % maxEvents];
        if (event !== undefined && event.seq > seq) found.push(event);
      }
      return found;
    }
  };
}
