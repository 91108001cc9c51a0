import type { GapReason } from 'genesys-auth-protocol';
import type { HubClient } from './client.ts';

/** Gaps of many topics that end together. Each client gets one frame for each reason. */
export interface Gaps {
  add(client: HubClient, topic: string, reason: GapReason): void;
  flush(): void;
}

/** @param seq position that the frames carry */
export function createGaps(seq: () => number, counters: { gaps: number }): Gaps {
  const open = new Map<HubClient, Map<GapReason, string[]>>();
  return {
    add(client, topic, reason) {
      const reasons = open.get(client) ?? new Map<GapReason, string[]>();
      open.set(client, reasons);
      reasons.set(reason, [...(reasons.get(reason) ?? []), topic]);
    },
    flush() {
      for (const [client, reasons] of open) {
        // One interruption is one gap, even if it has several causes.
        const [reason = 'upstream'] = reasons.keys();
        counters.gaps += 1;
        client.send({ type: 'gap', seq: seq(), topics: [...reasons.values()].flat(), reason });
      }
      open.clear();
    }
  };
}
