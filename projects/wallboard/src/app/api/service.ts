import { count, instant, list, record, text } from './json';

/** How the contacts that a queue received in one slot of time were served. */
export interface ServiceSlot {
  /** Start of the slot, in epoch milliseconds. */
  readonly start: number;
  readonly offered: number;
  readonly abandoned: number;
  /** Contacts answered within the target time. */
  readonly inTime: number;
  /** Contacts that count for the service level. */
  readonly measured: number;
}

/** Slots by queue id, each list in the order of time. */
export type ServiceHistory = ReadonlyMap<string, readonly ServiceSlot[]>;

const SLOT_MS = 30 * 60_000;
const HOURS = 8;

/** How far back the board looks, for people. */
export const SERVICE_PERIOD = `last ${HOURS} h`;

/**
 * Body of `POST /api/v2/analytics/conversations/aggregates/query` for these queues: the last 8 hours in half-hour slots.
 * One answer gives both, the service level now and its trend.
 *
 * @param now epoch milliseconds
 */
export function serviceQuery(queueIds: readonly string[], now: number): object {
  const end = Math.ceil((now + 1) / SLOT_MS) * SLOT_MS;
  const start = end - HOURS * 60 * 60_000;
  return {
    interval: `${new Date(start).toISOString()}/${new Date(end).toISOString()}`,
    granularity: 'PT30M',
    groupBy: ['queueId'],
    filter: { type: 'or', predicates: queueIds.map((value) => ({ dimension: 'queueId', value })) },
    metrics: ['nOffered', 'tAbandon', 'oServiceLevel']
  };
}

/** Reads the answer of {@link serviceQuery}; the media types of a queue are added up per slot. */
export function readService(answer: unknown): ServiceHistory {
  const byQueue = new Map<string, Map<number, ServiceSlot>>();
  for (const result of list(record(answer)['results']).map(record)) {
    const queueId = text(record(result['group'])['queueId']);
    if (queueId === undefined) continue;
    const slots = byQueue.get(queueId) ?? new Map<number, ServiceSlot>();
    byQueue.set(queueId, slots);
    for (const data of list(result['data']).map(record)) {
      const start = instant(text(data['interval'])?.split('/')[0]);
      if (start === undefined) continue;
      slots.set(
        start,
        list(data['metrics'])
          .map(record)
          .reduce(addMetric, slots.get(start) ?? empty(start))
      );
    }
  }
  return new Map([...byQueue].map(([id, slots]) => [id, inOrder(slots.values())]));
}

/** Adds the slots of several queues up, slot by slot. */
export function mergeSlots(histories: Iterable<readonly ServiceSlot[]>): readonly ServiceSlot[] {
  const merged = new Map<number, ServiceSlot>();
  for (const slot of [...histories].flat())
    merged.set(slot.start, add(merged.get(slot.start) ?? empty(slot.start), slot));
  return inOrder(merged.values());
}

/** All slots as one. */
export function sumSlots(slots: readonly ServiceSlot[]): ServiceSlot {
  return slots.reduce(add, empty(slots[0]?.start ?? 0));
}

/** Share answered within the target time, between 0 and 1; `null` when nothing was measured. */
export function serviceLevel(slot: ServiceSlot): number | null {
  return slot.measured > 0 ? Math.min(1, slot.inTime / slot.measured) : null;
}

function addMetric(slot: ServiceSlot, data: Readonly<Record<string, unknown>>): ServiceSlot {
  const stats = record(data['stats']);
  switch (data['metric']) {
    case 'nOffered':
      return { ...slot, offered: slot.offered + count(stats['count']) };
    case 'tAbandon':
      return { ...slot, abandoned: slot.abandoned + count(stats['count']) };
    case 'oServiceLevel':
      return {
        ...slot,
        inTime: slot.inTime + count(stats['numerator']),
        measured: slot.measured + count(stats['denominator'])
      };
    default:
      return slot;
  }
}

function add(a: ServiceSlot, b: ServiceSlot): ServiceSlot {
  return {
    start: a.start,
    offered: a.offered + b.offered,
    abandoned: a.abandoned + b.abandoned,
    inTime: a.inTime + b.inTime,
    measured: a.measured + b.measured
  };
}

function empty(start: number): ServiceSlot {
  return { start, offered: 0, abandoned: 0, inTime: 0, measured: 0 };
}

function inOrder(slots: Iterable<ServiceSlot>): readonly ServiceSlot[] {
  return [...slots].sort((a, b) => a.start - b.start);
}
