import type { Agent } from '../centre/agents.ts';
import type { ContactCentre } from '../centre/centre.ts';
import { presenceOf, routingStatusOf } from '../events/user-state.ts';
import { GenesysError } from '../http/errors.ts';
import { type ApiCall, type Operation, ANY_TOKEN, anyOf } from './operation.ts';
import { listing } from './paging.ts';
import { parameter } from './queues.ts';

/** What the events of users and queue members are caught up with. */
export function userOperations(centre: () => ContactCentre): Operation[] {
  const agentOf = ({ request }: ApiCall): Agent => {
    const id = parameter(request.params, 'userId').toLowerCase();
    const agent = centre().floor.agents.find(({ plan }) => plan.id === id);
    if (agent === undefined) throw GenesysError.notFound();
    return agent;
  };
  return [
    {
      method: 'GET',
      path: '/users/:userId/presences/purecloud',
      permissions: ANY_TOKEN,
      handle: (call) => {
        const agent = agentOf(call);
        const selfUri = `/api/v2/users/${agent.plan.id}/presences/purecloud`;
        return { id: agent.plan.id, ...presenceOf(centre(), agent), selfUri };
      }
    },
    {
      method: 'GET',
      path: '/users/:userId/routingstatus',
      permissions: ANY_TOKEN,
      handle: (call) => {
        const agent = agentOf(call);
        return { userId: agent.plan.id, ...routingStatusOf(centre(), agent) };
      }
    },
    {
      method: 'GET',
      path: '/routing/queues/:queueId/members',
      permissions: anyOf('routing:queue:view', 'routing:queue:edit', 'routing:queueMember:manage'),
      handle: ({ request, query }) => {
        const id = parameter(request.params, 'queueId').toLowerCase();
        const now = centre();
        const queue = now.floor.queues.find(({ plan }) => plan.id === id);
        if (queue === undefined) throw GenesysError.notFound();
        const path = `/api/v2/routing/queues/${id}/members`;
        return listing(
          queue.members.map((agent) => member(now, agent, path)),
          path,
          query
        );
      }
    }
  ];
}

function member(centre: ContactCentre, agent: Agent, path: string): object {
  const { id, index } = agent.plan;
  const name = `Agent ${index + 1}`;
  return {
    id,
    name,
    user: { id, name, selfUri: `/api/v2/users/${id}` },
    ringNumber: 1,
    joined: true,
    memberBy: 'user',
    routingStatus: { userId: id, ...routingStatusOf(centre, agent) },
    selfUri: `${path}/${id}`
  };
}
