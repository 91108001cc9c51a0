import { queryAggregates } from '../analytics/aggregates.ts';
import { queryObservations } from '../analytics/observations.ts';
import type { ContactCentre } from '../centre/centre.ts';
import { type Operation, anyOf, toRead } from './operation.ts';

/** The analytics queries. */
export function analyticsOperations(centre: () => ContactCentre): Operation[] {
  return [
    {
      method: 'POST',
      path: '/analytics/queues/observations/query',
      scopes: toRead('analytics'),
      permissions: anyOf('analytics:queueObservation:view'),
      handle: ({ request }) => queryObservations(centre(), request.body)
    },
    {
      method: 'POST',
      path: '/analytics/conversations/aggregates/query',
      scopes: toRead('analytics'),
      permissions: anyOf('analytics:conversationAggregate:view'),
      handle: ({ request }) => queryAggregates(centre(), request.body)
    }
  ];
}
