import type { QueueObservationsBody } from 'ngx-genesys-auth/notifications';
import { instant } from './json';
import { type QueueLoad, NONE, withMedia } from './load';

/**
 * The load after an event of `v2.analytics.queues.{id}.observations`: contacts of one medium, or the queue's agents. Events name
 * neither contacts nor agents: the longest wait is calculated (contacts are served in the order they came), and the names
 * of the agents stay those of the last look.
 */
export function applyEvent(load: QueueLoad, { group, data = [] }: QueueObservationsBody): QueueLoad {
  return data.reduce((before, { interval, metrics = [] }) => {
    const [from, to] = interval.split('/');
    // The aggregates of the half hour come on the same topic.
    if (from !== to) return before;
    const at = instant(from) ?? Date.now();
    return group.mediaType === undefined ? agents(before, metrics) : contacts(before, group.mediaType, metrics, at);
  }, load);
}

type Metrics = NonNullable<NonNullable<QueueObservationsBody['data']>[number]['metrics']>;

function contacts(load: QueueLoad, mediaType: string, metrics: Metrics, at: number): QueueLoad {
  const figure = (name: string): number | undefined => metrics.find(({ metric }) => metric === name)?.stats.count;
  const before = load.media.get(mediaType) ?? NONE;
  const waiting = figure('oWaiting') ?? before.waiting;
  return withMedia(load, mediaType, {
    waiting,
    arrivals: queueUp(before.arrivals, before.waiting, waiting, at),
    interacting: figure('oInteracting') ?? before.interacting
  });
}

/** Whoever is gone was first in line; whoever is new came now. */
function queueUp(arrivals: readonly number[], before: number, now: number, at: number): readonly number[] {
  if (now === 0) return [];
  if (now < before) return arrivals.slice(before - now);
  return [...arrivals, ...Array.from({ length: now - before }, () => at)];
}

function agents(load: QueueLoad, metrics: Metrics): QueueLoad {
  const onQueue = metrics.filter(({ metric }) => metric === 'oOnQueueUsers');
  if (onQueue.length === 0) return load;
  const count = (figures: Metrics): number => figures.reduce((sum, { stats }) => sum + (stats.count ?? 0), 0);
  return { ...load, onQueue: count(onQueue), idle: count(onQueue.filter(({ qualifier }) => qualifier === 'IDLE')) };
}
