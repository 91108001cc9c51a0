import type { HubClient } from './client.ts';

/** The topics of each client that are down. A client is notified when its first topic goes down and when its last one is live again. */
export interface Outages {
  add(client: HubClient, key: string): void;
  remove(client: HubClient, key: string): void;
}

/** Builds the list, with no topic down. */
export function createOutages(): Outages {
  const down = new Map<HubClient, Set<string>>();
  return {
    add(client, key) {
      const keys = down.get(client);
      if (keys !== undefined) {
        keys.add(key);
        return;
      }
      down.set(client, new Set([key]));
      client.send({ type: 'upstream', live: false });
    },
    remove(client, key) {
      const keys = down.get(client);
      if (keys?.delete(key) !== true || keys.size > 0) return;
      down.delete(client);
      client.send({ type: 'upstream', live: true });
    }
  };
}
