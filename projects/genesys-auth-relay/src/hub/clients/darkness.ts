import type { HubClient } from './client.ts';

/** Tracks which topics of a client are down. The client is notified when the first one goes down and when the last one is back. */
export interface Darkness {
  fall(client: HubClient, key: string): void;
  lift(client: HubClient, key: string): void;
}

/** Builds the tracker, with no topic down. */
export function createDarkness(): Darkness {
  const dark = new Map<HubClient, Set<string>>();
  return {
    fall(client, key) {
      const keys = dark.get(client);
      if (keys !== undefined) {
        keys.add(key);
        return;
      }
      dark.set(client, new Set([key]));
      client.send({ type: 'upstream', live: false });
    },
    lift(client, key) {
      const keys = dark.get(client);
      if (keys?.delete(key) !== true || keys.size > 0) return;
      dark.delete(client);
      client.send({ type: 'upstream', live: true });
    }
  };
}
