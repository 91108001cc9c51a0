import { asList, asObject, oneOf, optionalText } from '../analytics/reading.ts';
import type { Agent } from '../centre/agents.ts';
import type { ContactCentre } from '../centre/centre.ts';
import { presenceOf, routingStatusOf } from '../events/user-state.ts';
import { GenesysError } from '../http/errors.ts';
import type { SandboxAccount } from '../users/user.ts';
import type { Users } from '../users/users.ts';
import { type ApiCall, type Operation, ANY_TOKEN, toRead } from './operation.ts';
import { listing } from './paging.ts';
import { parameter } from './queues.ts';

const PATH = '/api/v2/users';
const SEARCH_TYPES = ['EXACT', 'TERM', 'TERMS', 'CONTAINS', 'STARTS_WITH'] as const;

/** The users of the organization: `GET /api/v2/users`, `/{userId}`, and `POST /users/search`. They are the agents of the centre. */
export function directoryOperations(centre: () => ContactCentre, accounts: Users): Operation[] {
  const users = (call: ApiCall): Directory => new Directory(centre(), accounts, call.query.get('expand') ?? '');
  return [
    {
      method: 'GET',
      path: '/users',
      scopes: toRead('users'),
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
      scopes: toRead('users'),
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
      scopes: toRead('users'),
      permissions: ANY_TOKEN,
      handle: (call) => search(users(call), asObject(call.request.body, 'body'))
    }
  ];
}

/** The agents as users, as they are at one moment. */
class Directory {
  readonly agents: readonly Agent[];
  readonly #centre: ContactCentre;
  readonly #accounts: Users;
  readonly #expand: readonly string[];

  constructor(centre: ContactCentre, accounts: Users, expand: string) {
    this.#centre = centre;
    this.#accounts = accounts;
    this.#expand = expand.split(',');
    this.agents = [...centre.floor.agents];
  }

  user(agent: Agent) {
    return userEntity(this.#accounts.ofAgent(agent.plan.index), stateOf(this.#centre, agent, this.#expand));
  }
}

/** A user as the API shows it, with what the request asked for on top. */
export function userEntity(user: SandboxAccount, expanded: object) {
  const { id, email, name, division } = user;
  return {
    id,
    name,
    division: { id: division.id, name: division.name, selfUri: `/api/v2/authorization/divisions/${division.id}` },
    chat: { jabberId: `${id}@sandbox.example` },
    email,
    primaryContactInfo: [{ address: email, mediaType: 'EMAIL', type: 'PRIMARY' }],
    addresses: [],
    state: 'active',
    username: email,
    version: 1,
    acdAutoAnswer: false,
    ...expanded,
    selfUri: `${PATH}/${id}`
  };
}

/** Presence and routing status of an agent, as far as `expand` asks for them. */
export function stateOf(centre: ContactCentre, agent: Agent, expand: readonly string[]): object {
  return {
    ...(expand.includes('presence') && { presence: presenceOf(centre, agent) }),
    ...(expand.includes('routingStatus') && {
      routingStatus: { userId: agent.plan.id, ...routingStatusOf(centre, agent) }
    })
  };
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
