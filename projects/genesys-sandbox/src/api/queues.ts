import type { ContactCentre } from '../centre/centre.ts';
import type { QueuePlan } from '../centre/plan.ts';
import { GenesysError } from '../http/errors.ts';
import { type Operation, ANY_TOKEN, allOf, anyOf, toRead } from './operation.ts';
import { ownSignIn } from './own-user.ts';
import { listing } from './paging.ts';

const PATH = '/api/v2/routing/queues';
const UUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i;

/** `GET /api/v2/routing/queues`, `/me` and `/{queueId}`. */
export function queueOperations(centre: () => ContactCentre): Operation[] {
  return [
    {
      method: 'GET',
      path: '/routing/queues',
      scopes: toRead('routing'),
      permissions: anyOf('routing:queue:view'),
      handle: ({ query }) =>
        listing(
          select(centre(), query).map((queue) => entity(centre(), queue)),
          PATH,
          query
        )
    },
    {
      method: 'GET',
      path: '/routing/queues/me',
      scopes: toRead('routing'),
      permissions: ANY_TOKEN,
      handle: (call) => {
        const { id } = ownSignIn(call).user;
        const indexes = centre().plan.agents.find((agent) => agent.id === id)?.queues ?? [];
        const own = select(centre(), new URLSearchParams()).filter(({ index }) => indexes.includes(index));
        const entities = own.map((queue) => ({ ...entity(centre(), queue), joined: true }));
        return listing(entities, `${PATH}/me`, call.query);
      }
    },
    {
      method: 'GET',
      path: '/routing/queues/:queueId',
      scopes: toRead('routing'),
      permissions: allOf('routing:queue:view'),
      handle: ({ request }) => {
        const id = parameter(request.params, 'queueId');
        const queue = centre().plan.queues.find((candidate) => candidate.id === id.toLowerCase());
        if (queue === undefined) throw GenesysError.notFound();
        return entity(centre(), queue);
      }
    }
  ];
}

function select(centre: ContactCentre, query: URLSearchParams): QueuePlan[] {
  const order = query.get('sortOrder') ?? 'asc';
  if (order !== 'asc' && order !== 'desc') throw GenesysError.invalidParameter(order, 'sortOrder', 'asc, desc');
  const name = query.get('name')?.toLowerCase();
  const ids = idList(query, 'id');
  const divisions = idList(query, 'divisionId');
  const sign = order === 'asc' ? 1 : -1;
  return centre.plan.queues
    .filter(
      (queue) =>
        (name === undefined || name === '' || nameMatches(queue.name.toLowerCase(), name)) &&
        (ids.length === 0 || ids.includes(queue.id)) &&
        (divisions.length === 0 || divisions.includes(queue.division.id))
    )
    .sort((a, b) => sign * (a.name < b.name ? -1 : 1));
}

/** Genesys takes `*` as a wildcard here and a bare name as the beginning of one. */
function nameMatches(name: string, wanted: string): boolean {
  const parts = wanted.split('*');
  let from = 0;
  return parts.every((part, index) => {
    const at = name.indexOf(part, from);
    from = at + part.length;
    return index === 0 ? at === 0 : at >= 0;
  });
}

function idList(query: URLSearchParams, name: string): string[] {
  const ids = query
    .getAll(name)
    .flatMap((value) => value.split(','))
    .map((id) => id.trim().toLowerCase())
    .filter((id) => id !== '');
  if (ids.every((id) => UUID.test(id))) return ids;
  throw new GenesysError(400, 'invalid.id', 'A non-UUID value was specified for an ID field.');
}

/** A parameter of the path. */
export function parameter(params: unknown, name: string): string {
  const value: unknown = typeof params === 'object' && params !== null ? Reflect.get(params, name) : undefined;
  return typeof value === 'string' ? value : '';
}

function entity(centre: ContactCentre, queue: QueuePlan): object {
  const members = centre.memberCount(queue);
  const media = {
    enableAutoAnswer: false,
    alertingTimeoutSeconds: 30,
    serviceLevel: { percentage: queue.serviceLevel.percentage, durationMs: queue.serviceLevel.durationMs }
  };
  return {
    id: queue.id,
    name: queue.name,
    division: queue.division,
    description: queue.description,
    dateCreated: '2025-01-13T08:00:00.000Z',
    dateModified: '2025-06-02T09:30:00.000Z',
    memberCount: members,
    userMemberCount: members,
    joinedMemberCount: members,
    mediaSettings: { call: media, callback: media, chat: media, email: media, message: media },
    scoringMethod: 'TimestampAndPriority',
    acwSettings: { wrapupPrompt: 'MANDATORY_TIMEOUT', timeoutMs: 60_000 },
    skillEvaluationMethod: 'ALL',
    enableTranscription: false,
    enableManualAssignment: false,
    selfUri: `${PATH}/${queue.id}`
  };
}
