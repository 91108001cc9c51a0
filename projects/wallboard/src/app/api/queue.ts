import { count, list, number, record, text } from './json';

/** What a queue promises: this share of contacts answered within this time. */
export interface ServiceTarget {
  /** Share between 0 and 1. */
  readonly ratio: number;
  /** Answer time in milliseconds. */
  readonly withinMs: number;
}

/** A queue as the board needs it. */
export interface Queue {
  readonly id: string;
  readonly name: string;
  /** How many agents are members, on queue or not. */
  readonly members: number;
  readonly target: ServiceTarget;
}

/** One page of `GET /api/v2/routing/queues`. */
export interface QueuePage {
  readonly queues: readonly Queue[];
  readonly pageNumber: number;
  readonly pageCount: number;
}

/** What Genesys Cloud presets for a new voice queue. */
export const DEFAULT_TARGET: ServiceTarget = { ratio: 0.8, withinMs: 20_000 };

/** Reads one page of queues; an entity without id or name is left out. */
export function readQueuePage(answer: unknown): QueuePage {
  const page = record(answer);
  return {
    queues: list(page['entities']).flatMap(readQueue),
    pageNumber: count(page['pageNumber']),
    pageCount: count(page['pageCount'])
  };
}

function readQueue(value: unknown): Queue[] {
  const entity = record(value);
  const id = text(entity['id']);
  const name = text(entity['name']);
  if (id === undefined || name === undefined) return [];
  return [{ id, name, members: count(entity['memberCount']), target: readTarget(entity['mediaSettings']) }];
}

/** A queue may have a target per media type; the board shows one: the call's, else the first there is. */
function readTarget(mediaSettings: unknown): ServiceTarget {
  const settings = record(mediaSettings);
  for (const media of [settings['call'], ...Object.values(settings)]) {
    const level = record(record(media)['serviceLevel']);
    const ratio = number(level['percentage']);
    const withinMs = number(level['durationMs']);
    if (ratio !== undefined && ratio > 0 && ratio <= 1 && withinMs !== undefined && withinMs > 0) {
      return { ratio, withinMs };
    }
  }
  return DEFAULT_TARGET;
}
