import type { HubFigures, RelayObserver } from '../runtime/observer.ts';

const NAMES = ['clients', 'topics', 'channels', 'events', 'duplicates', 'deliveries', 'gaps'] as const;

/**
 * Builds the function that reports the figures of a hub to the observer. It reports differences since the last report, because one
 * observer may watch several hubs, and hubs start and stop.
 */
export function createFiguresReport(observer: RelayObserver): (now: HubFigures) => void {
  const reported = new Map<keyof HubFigures, number>();
  return (now) => {
    const change = { clients: 0, topics: 0, channels: 0, events: 0, duplicates: 0, deliveries: 0, gaps: 0 };
    for (const name of NAMES) {
      change[name] = now[name] - (reported.get(name) ?? 0);
      reported.set(name, now[name]);
    }
    observer.hub?.(change);
  };
}
