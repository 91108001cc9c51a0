import type { ContactCentre } from '../centre/centre.ts';
import { type Conversation, type QueueState, conversationId, sessionId } from '../centre/conversation.ts';
import { type MediaType, MEDIA_TYPES } from '../centre/plan.ts';
import { readFilter } from './filter.ts';
import {
  type ConversationMetric,
  type ObservationData,
  CONVERSATION_METRICS,
  DETAIL_METRICS,
  METRICS,
  USER_METRICS
} from './observation-metrics.ts';
import { presenceIds, userData } from './observed-users.ts';
import { asObject, namesOf } from './reading.ts';

const MAX_OBSERVATIONS = 100;

/** Answers `POST /api/v2/analytics/queues/observations/query` for a body. */
export function queryObservations(centre: ContactCentre, body: unknown): object {
  const query = asObject(body, 'body');
  const matches = readFilter(query['filter'], ['mediaType', 'queueId']);
  const metrics = namesOf(query['metrics'], 'metrics', METRICS, true);
  const detailed = new Set<string>(namesOf(query['detailMetrics'], 'detailMetrics', DETAIL_METRICS, false));
  const conversationMetrics = CONVERSATION_METRICS.filter((metric) => metrics.includes(metric));
  const userMetrics = USER_METRICS.filter((metric) => metrics.includes(metric));

  const results: object[] = [];
  for (const queue of centre.floor.queues) {
    const queueId = queue.plan.id;
    const media = MEDIA_TYPES.filter((mediaType) =>
      matches((dimension) => (dimension === 'queueId' ? queueId : mediaType))
    );
    if (media.length === 0) continue;
    if (conversationMetrics.length > 0)
      for (const mediaType of media)
        results.push({
          group: { queueId, mediaType },
          data: conversationMetrics.flatMap((metric) =>
            conversationData(centre, queue, mediaType, metric, detailed.has(metric))
          )
        });
    if (userMetrics.length > 0)
      results.push({
        group: { queueId },
        data: userMetrics.flatMap((metric) => userData(centre, queue, metric, detailed.has(metric)))
      });
  }
  if (results.length === 0) return {};
  return { systemToOrganizationMappings: presenceIds(), results };
}

/** One metric about conversations of a queue and medium, as the query and the events tell it. */
export function conversationData(
  centre: ContactCentre,
  queue: QueueState,
  media: MediaType,
  metric: ConversationMetric,
  detailed: boolean
): ObservationData[] {
  const source = {
    oAlerting: queue.alerting,
    oInteracting: queue.interacting,
    oLongestInteracting: queue.interacting,
    oLongestWaiting: queue.waiting,
    oWaiting: queue.waiting
  }[metric];
  const conversations = [...source].filter((conversation) => conversation.media === media);
  const began = (conversation: Conversation): number =>
    centre.beganAt(
      metric === 'oInteracting' || metric === 'oLongestInteracting' ? conversation.since : conversation.offeredAt
    );

  if (metric === 'oLongestInteracting' || metric === 'oLongestWaiting') {
    if (conversations.length === 0) return [];
    // The moment it began, not how long it has been going on.
    return [{ metric, stats: { calculatedMetricValue: Math.min(...conversations.map(began)) } }];
  }
  const stats = { count: conversations.length };
  if (!detailed) return [{ metric, stats }];
  const oldestFirst = conversations.toSorted((a, b) => began(a) - began(b));
  return [
    {
      metric,
      stats,
      truncated: conversations.length > MAX_OBSERVATIONS,
      observations: oldestFirst.slice(0, MAX_OBSERVATIONS).map((conversation) => observation(conversation, began))
    }
  ];
}

function observation(conversation: Conversation, began: (conversation: Conversation) => number): object {
  return {
    observationDate: new Date(began(conversation)).toISOString(),
    conversationId: conversationId(conversation),
    sessionId: sessionId(conversation),
    routingPriority: 0,
    direction: 'inbound',
    requestedRoutings: ['Standard'],
    ...(conversation.agent === undefined ? {} : { usedRouting: 'Standard', userId: conversation.agent.plan.id })
  };
}
