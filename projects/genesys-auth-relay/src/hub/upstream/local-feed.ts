import type { Feed, FeedSink } from '../feed.ts';
import { type Line, type LineParts, createLine } from './line.ts';

/** Limit of the notification service. */
export const TOPICS_PER_CHANNEL = 1000;

/** Limits of a feed. */
export interface FeedLimits {
  /** Maximum number of open channels. Each takes 1,000 topics. */
  readonly channels: number;
}

/** Listens to Genesys Cloud directly, with as few channels as the topics need. */
export function createLocalFeed(parts: LineParts, limits: FeedLimits, sink: FeedSink): Feed {
  const lines: { readonly line: Line; readonly topics: Map<string, string> }[] = [];
  const placed = new Map<string, number>();

  function place(key: string, name: string): number | undefined {
    let index = lines.findIndex(({ topics }) => topics.size < TOPICS_PER_CHANNEL);
    if (index === -1) {
      if (lines.length >= limits.channels) return undefined;
      index = lines.push({ line: createLine(parts, sink), topics: new Map() }) - 1;
    }
    lines[index]?.topics.set(key, name);
    placed.set(key, index);
    return index;
  }

  return {
    want(topics) {
      const changed = new Set<number>();
      for (const [key, index] of placed) {
        if (topics.has(key)) continue;
        placed.delete(key);
        lines[index]?.topics.delete(key);
        changed.add(index);
      }
      const full: string[] = [];
      for (const [key, name] of topics) {
        if (placed.has(key)) continue;
        const index = place(key, name);
        if (index === undefined) full.push(key);
        else changed.add(index);
      }
      for (const index of changed) {
        const entry = lines[index];
        entry?.line.want(new Map(entry.topics));
      }
      const reason = `the relay has ${limits.channels} channels of ${TOPICS_PER_CHANNEL} topics, and they are full`;
      if (full.length > 0) sink.status(full, { state: 'rejected', reason });
    },
    list: (what) => parts.api.list(what),
    channels: () => lines.filter(({ line }) => line.open).length,
    async close() {
      await Promise.all(lines.map(({ line }) => line.close()));
    }
  };
}
