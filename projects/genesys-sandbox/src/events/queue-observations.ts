import { queryAggregates } from '../analytics/aggregates.ts';
import { conversationData } from '../analytics/observations.ts';
import { presenceId } from '../analytics/observed-users.ts';
import { type Agent, PRESENCES, ROUTING_STATUSES } from '../centre/agents.ts';
import type { ContactCentre } from '../centre/centre.ts';
import type { QueueState } from '../centre/conversation.ts';
import type { MediaType } from '../centre/plan.ts';

const HALF_HOUR_MS = 1_800_000;
const INTERVAL_METRICS = ['nOffered', 'oServiceLevel', 'tAbandon', 'tAcw', 'tAlert', 'tAnswered', 'tHandle', 'tWait'];

/** What is going on in a queue by a medium, at present: `oAlerting`, `oInteracting`, `oWaiting`. */
export function conversationsNow(centre: ContactCentre, queue: QueueState, mediaType: MediaType): object {
  const metrics = (['oAlerting', 'oInteracting', 'oWaiting'] as const).flatMap((metric) =>
    conversationData(centre, queue, mediaType, metric, false)
  );
  return { group: { mediaType, queueId: queue.plan.id }, data: [{ interval: moment(centre), metrics }] };
}

/** How the queue's agents are at present. Every qualifier is there: a figure that fell to 0 says so. */
export function agentsNow(centre: ContactCentre, queue: QueueState): object {
  const count = (matches: (agent: Agent) => boolean): number => queue.members.filter(matches).length;
  const figure = (metric: string, matches: (agent: Agent) => boolean, qualifier?: string): object => ({
    metric,
    ...(qualifier === undefined ? {} : { qualifier }),
    stats: { count: count(matches) }
  });
  const onQueue = (agent: Agent): boolean => agent.presence === 'ON_QUEUE';
  const metrics = [
    figure('oActiveUsers', (agent) => agent.presence !== 'OFFLINE'),
    figure('oMemberUsers', () => true),
    ...PRESENCES.filter((presence) => presence !== 'ON_QUEUE').map((presence) =>
      figure('oOffQueueUsers', (agent) => agent.presence === presence, presence)
    ),
    ...ROUTING_STATUSES.map((status) =>
      figure('oOnQueueUsers', (agent) => onQueue(agent) && agent.routing === status, status)
    ),
    ...PRESENCES.map((presence) =>
      figure('oUserPresences', (agent) => agent.presence === presence, presenceId(presence))
    ),
    ...ROUTING_STATUSES.map((status) => figure('oUserRoutingStatuses', (agent) => agent.routing === status, status))
  ];
  return { group: { queueId: queue.plan.id }, data: [{ interval: moment(centre), metrics }] };
}

/** How the queue was served by a medium in the current half hour; `undefined` if nothing has happened in it. */
export function halfHour(centre: ContactCentre, queue: QueueState, mediaType: MediaType): object | undefined {
  const from = Math.floor(centre.now / HALF_HOUR_MS) * HALF_HOUR_MS;
  const predicates = [
    { dimension: 'queueId', value: queue.plan.id },
    { dimension: 'mediaType', value: mediaType }
  ];
  const answer = queryAggregates(centre, {
    interval: `${new Date(from).toISOString()}/${new Date(from + HALF_HOUR_MS).toISOString()}`,
    groupBy: ['queueId'],
    filter: { type: 'and', predicates },
    metrics: INTERVAL_METRICS
  });
  return answer.results?.[0];
}

function moment(centre: ContactCentre): string {
  const now = new Date(centre.now).toISOString();
  return `${now}/${now}`;
}
