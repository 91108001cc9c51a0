import { type Agent, type Presence, PRESENCES, ROUTING_STATUSES } from '../centre/agents.ts';
import type { ContactCentre } from '../centre/centre.ts';
import { presenceId } from '../analytics/observed-users.ts';
import { asObject, oneOf, optionalText } from '../analytics/reading.ts';
import { presenceOf, routingStatusOf } from '../events/user-state.ts';
import { GenesysError } from '../http/errors.ts';
import type { Users } from '../users/users.ts';
import { type ApiCall, type Operation, ANY_TOKEN, anyOf, toRead } from './operation.ts';
import { listing } from './paging.ts';
import { parameter } from './queues.ts';

/** Presence and routing status of a user, and the members of a queue: what an app reads before it follows the events. */
export function userOperations(centre: () => ContactCentre, users: Users): Operation[] {
  const agentOf = ({ request }: ApiCall): Agent => {
    const id = parameter(request.params, 'userId').toLowerCase();
    const agent = centre().floor.agents.find(({ plan }) => plan.id === id);
    if (agent === undefined) throw GenesysError.notFound();
    return agent;
  };
  const ownAgentOf = (call: ApiCall): Agent => {
    const agent = agentOf(call);
    if (call.live.grant?.user.id === agent.plan.id) return agent;
    throw new GenesysError(403, 'not.authorized', 'You are not authorized to perform the requested action.');
  };
  const userRoutingStatus = (agent: Agent): object => ({ userId: agent.plan.id, ...routingStatusOf(centre(), agent) });
  const userPresence = (agent: Agent): object => {
    const selfUri = `/api/v2/users/${agent.plan.id}/presences/purecloud`;
    return { id: agent.plan.id, ...presenceOf(centre(), agent), selfUri };
  };
  return [
    {
      method: 'GET',
      path: '/users/:userId/presences/:sourceId',
      scopes: toRead('presence'),
      permissions: ANY_TOKEN,
      handle: (call) => {
        checkSource(call);
        return userPresence(agentOf(call));
      }
    },
    {
      method: 'PATCH',
      path: '/users/:userId/presences/:sourceId',
      scopes: ['presence'],
      permissions: ANY_TOKEN,
      handle: (call) => {
        checkSource(call);
        const agent = ownAgentOf(call);
        const { presence, message } = readPresence(call.request.body);
        centre().floor.choosePresence(agent, presence, message);
        return userPresence(agent);
      }
    },
    {
      method: 'GET',
      path: '/users/:userId/routingstatus',
      scopes: toRead('users'),
      permissions: ANY_TOKEN,
      handle: (call) => userRoutingStatus(agentOf(call))
    },
    {
      method: 'PUT',
      path: '/users/:userId/routingstatus',
      scopes: ['users'],
      permissions: ANY_TOKEN,
      handle: (call) => {
        const agent = ownAgentOf(call);
        checkRoutingStatus(call.request.body);
        centre().floor.respondAgain(agent);
        return userRoutingStatus(agent);
      }
    },
    {
      method: 'GET',
      path: '/routing/queues/:queueId/members',
      scopes: toRead('routing'),
      permissions: anyOf('routing:queue:view', 'routing:queue:edit', 'routing:queueMember:manage'),
      handle: ({ request, query }) => {
        const id = parameter(request.params, 'queueId').toLowerCase();
        const now = centre();
        const queue = now.floor.queues.find(({ plan }) => plan.id === id);
        if (queue === undefined) throw GenesysError.notFound();
        const path = `/api/v2/routing/queues/${id}/members`;
        return listing(
          queue.members.map((agent) => member(now, agent, users.ofAgent(agent.plan.index).name, path)),
          path,
          query
        );
      }
    }
  ];
}

/** The sandbox has one source of presences, Genesys Cloud itself. */
function checkSource({ request }: ApiCall): void {
  if (parameter(request.params, 'sourceId').toLowerCase() !== 'purecloud') throw GenesysError.notFound();
}

function readPresence(body: unknown): { readonly presence: Presence; readonly message: string } {
  const given = asObject(body, 'body');
  const id = optionalText(asObject(given['presenceDefinition'], 'presenceDefinition')['id'])?.toLowerCase() ?? '';
  const presence = PRESENCES.find((candidate) => presenceId(candidate) === id);
  if (presence === undefined) throw GenesysError.constraint('presenceDefinition.id is not the id of a presence');
  const message = optionalText(given['message']) ?? '';
  if (message.length > 500) throw GenesysError.constraint('message can have at most 500 characters');
  return { presence, message };
}

/** Genesys Cloud has not published which statuses a user can set. Apps set `IDLE`. */
function checkRoutingStatus(body: unknown): void {
  const status = oneOf(asObject(body, 'body')['status'], 'status', [...ROUTING_STATUSES, 'COMMUNICATING']);
  if (status !== 'IDLE') throw GenesysError.constraint('status can only be set to IDLE');
}

function member(centre: ContactCentre, agent: Agent, name: string, path: string): object {
  const { id } = agent.plan;
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
