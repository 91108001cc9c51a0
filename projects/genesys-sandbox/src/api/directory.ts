import { asList, asObject, oneOf, optionalText } from '../analytics/reading.ts';
import type { Agent } from '../centre/agents.ts';
import type { ContactCentre } from '../centre/centre.ts';
import { presenceOf, routingStatusOf } from '../events/user-state.ts';
import { GenesysError } from '../http/errors.ts';
import { type ApiCall, type Operation, ANY_TOKEN } from './operation.ts';
import { listing } from './paging.ts';
import { parameter } from './queues.ts';

const PATH = '/api/v2/users';
const SEARCH_TYPES = ['EXACT', 'TERM', 'TERMS', 'CONTAINS', 'STARTS_WITH'] as const;

/** The users of the organisation: `GET /api/v2/users`, `/{userId}`, and `POST /users/search`. They are the agents of the centre. */
export function directoryOperations(centre: () => ContactCentre): Operation[] {
  const users = (call: ApiCall): Directory => new Directory(centre(), call.query.get('expand') ?? '');
  return [
    {
      method: 'GET',
      path: '/users',
      permissions: ANY_TOKEN,
      handle: (call) => {
        const order = oneOf(call.query.get('sortOrder')?.toLowerCase() ?? 'asc', 'sortOrder', ['asc', 'desc']);
        const ids = call.query.getAll('id').flatMap((value) => value.toLowerCase().split(','));
        const directory = users(call);
        const agents = directory.agents.filter(({ plan }) => ids.length === 0 || ids.includes(plan.id));
        const sorted = order === 'asc' ? agents : agents.reverse();
        return listing(
          sorted.map((agent) => directory.user(agent)),
          PATH,
          call.query
        );
      }
    },
    {
      method: 'GET',
      path: '/users/:userId',
      permissions: ANY_TOKEN,
      handle: (call) => {
        const id = parameter(call.request.params, 'userId').toLowerCase();
        const directory = users(call);
        const agent = directory.agents.find(({ plan }) => plan.id === id);
        if (agent === undefined) throw GenesysError.notFound();
        return directory.user(agent);
      }
    },
    {
      method: 'POST',
      path: '/users/search',
      permissions: ANY_TOKEN,
      handle: (call) => search(users(call), asObject(call.request.body, 'body'))
    }
  ];
}

/** The agents as users, as they are at one moment. */
class Directory {
  readonly agents: readonly Agent[];
  readonly #centre: ContactCentre;
  readonly #expand: readonly string[];

  constructor(centre: ContactCentre, expand: string) {
    this.#centre = centre;
    this.#expand = expand.split(',');
    this.agents = [...centre.floor.agents];
  }

  user(agent: Agent) {
    const { id, index } = agent.plan;
    const email = `agent.${index + 1}@sandbox.example`;
    return {
      id,
      name: `Agent ${index + 1}`,
      division: this.#centre.plan.queues[0]?.division,
      chat: { jabberId: `${id}@sandbox.example` },
      email,
      primaryContactInfo: [{ address: email, mediaType: 'EMAIL', type: 'PRIMARY' }],
      addresses: [],
      state: 'active',
      username: email,
      version: 1,
      acdAutoAnswer: false,
      ...(this.#expand.includes('presence') && { presence: presenceOf(this.#centre, agent) }),
      ...(this.#expand.includes('routingStatus') && {
        routingStatus: { userId: id, ...routingStatusOf(this.#centre, agent) }
      }),
      selfUri: `${PATH}/${id}`
    };
  }
}

/** A user must meet every entry of `query`: one of its fields holds one of its values. */
function search(directory: Directory, body: Readonly<Record<string, unknown>>): object {
  const criteria = asList(body['query'] ?? []).map((entry) => criterion(asObject(entry, 'query')));
  const found = directory.agents
    .map((agent) => directory.user(agent))
    .filter((user) => criteria.every((fits) => fits({ id: user.id, name: user.name, email: user.email })));
  const page = new URLSearchParams();
  for (const name of ['pageSize', 'pageNumber'])
    if (body[name] !== undefined) page.set(name, JSON.stringify(body[name]));
  const { entities, total, pageCount, pageSize, pageNumber } = listing(found, PATH, page);
  return { total, pageCount, pageSize, pageNumber, types: ['users'], results: entities };
}

function criterion(entry: Readonly<Record<string, unknown>>): (user: Readonly<Record<string, string>>) => boolean {
  const type = oneOf(entry['type'] ?? 'EXACT', 'type', SEARCH_TYPES);
  const fields = asList(entry['fields'] ?? ['name']).map((field) => optionalText(field) ?? '');
  const values = asList(entry['values'] ?? [entry['value']]).map((value) => (optionalText(value) ?? '').toLowerCase());
  const fits = (text: string, value: string): boolean => {
    if (type === 'CONTAINS') return text.includes(value);
    return type === 'STARTS_WITH' ? text.startsWith(value) : text === value;
  };
  return (user) =>
    fields.some((field) => {
      const text = user[field]?.toLowerCase();
      return text !== undefined && values.some((value) => fits(text, value));
    });
}
