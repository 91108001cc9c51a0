import { count, instant, list, record, text } from './json';

/** What happens on a queue right now. */
export interface QueueLoad {
  readonly waiting: number;
  /** When the contact that waits longest arrived, in epoch milliseconds; `null` when none waits. */
  readonly waitingSince: number | null;
  readonly interacting: number;
  readonly onQueue: number;
  readonly idle: number;
  /** Who the agents on queue are, by user id, and whether idle; `null` when the answer did not name them all. */
  readonly agents: ReadonlyMap<string, boolean> | null;
  /** Contacts by medium, which events tell one at a time; the figures above are their sums. */
  readonly media: ReadonlyMap<string, MediaLoad>;
}

/** The contacts of one medium. */
export interface MediaLoad {
  readonly waiting: number;
  /** When those who wait arrived, in epoch milliseconds, the oldest first; it may name fewer than wait. */
  readonly arrivals: readonly number[];
  readonly interacting: number;
}

/** No contacts of a medium. */
export const NONE: MediaLoad = { waiting: 0, arrivals: [], interacting: 0 };

/** A queue of which nothing was observed: Genesys leaves empty queues out of the answer. */
export const QUIET: QueueLoad = {
  waiting: 0,
  waitingSince: null,
  interacting: 0,
  onQueue: 0,
  idle: 0,
  agents: new Map(),
  media: new Map()
};

/** Body of `POST /api/v2/analytics/queues/observations/query` for these queues. */
export function loadQuery(queueIds: readonly string[]): object {
  return {
    filter: {
      type: 'or',
      predicates: queueIds.map((value) => ({ type: 'dimension', dimension: 'queueId', operator: 'matches', value }))
    },
    metrics: ['oWaiting', 'oInteracting', 'oOnQueueUsers'],
    detailMetrics: ['oWaiting', 'oOnQueueUsers']
  };
}

/**
 * Reads the answer of {@link loadQuery}, by queue id.
 *
 * Contacts come in one group per media type and are added up. Agents come in a group without media type, one figure per
 * routing status (`qualifier`), which together are all agents on queue.
 */
export function readLoads(answer: unknown): ReadonlyMap<string, QueueLoad> {
  const loads = new Map<string, QueueLoad>();
  for (const result of list(record(answer)['results']).map(record)) {
    const group = record(result['group']);
    const queueId = text(group['queueId']);
    if (queueId === undefined) continue;
    const data = list(result['data']).map(record);
    const contacts = data.filter(({ metric }) => metric === 'oWaiting' || metric === 'oInteracting');
    const load = data.reduce(addAgentsOf, loads.get(queueId) ?? QUIET);
    const mediaType = text(group['mediaType']) ?? '';
    loads.set(queueId, contacts.length === 0 ? load : withMedia(load, mediaType, contacts.reduce(addMetric, NONE)));
  }
  return loads;
}

const IDLE = 'IDLE';

/** The load with other contacts of one medium. */
export function withMedia(load: QueueLoad, mediaType: string, contacts: MediaLoad): QueueLoad {
  const media = new Map([...load.media, [mediaType, contacts]]);
  const all = [...media.values()];
  return {
    ...load,
    media,
    waiting: all.reduce((sum, { waiting }) => sum + waiting, 0),
    interacting: all.reduce((sum, { interacting }) => sum + interacting, 0),
    waitingSince: earliest(all.map(({ arrivals }) => arrivals[0] ?? null))
  };
}

function addMetric(contacts: MediaLoad, data: Readonly<Record<string, unknown>>): MediaLoad {
  const found = count(record(data['stats'])['count']);
  switch (data['metric']) {
    case 'oWaiting': {
      const arrivals = list(data['observations']).flatMap((observation) => observedAt(observation) ?? []);
      return { ...contacts, waiting: found, arrivals: arrivals.sort((a, b) => a - b) };
    }
    case 'oInteracting':
      return { ...contacts, interacting: found };
    default:
      return contacts;
  }
}

function addAgentsOf(load: QueueLoad, data: Readonly<Record<string, unknown>>): QueueLoad {
  if (data['metric'] !== 'oOnQueueUsers') return load;
  const found = count(record(data['stats'])['count']);
  return {
    ...load,
    onQueue: load.onQueue + found,
    idle: load.idle + (data['qualifier'] === IDLE ? found : 0),
    agents: addAgents(load.agents, data, found)
  };
}

/** Adds agents by name. A list that is cut short, or shorter than its count, names nobody: half a list misleads. */
function addAgents(
  known: QueueLoad['agents'],
  data: Readonly<Record<string, unknown>>,
  found: number
): QueueLoad['agents'] {
  const ids = list(data['observations']).flatMap((observation) => text(record(observation)['userId']) ?? []);
  if (known === null || data['truncated'] === true || ids.length !== found) return null;
  return new Map([...known, ...ids.map((id) => [id, data['qualifier'] === IDLE] as const)]);
}

function observedAt(observation: unknown): number | null {
  return instant(record(observation)['observationDate']) ?? null;
}

function earliest(moments: readonly (number | null)[]): number | null {
  const known = moments.filter((moment) => moment !== null);
  return known.length === 0 ? null : Math.min(...known);
}
