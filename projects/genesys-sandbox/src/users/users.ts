import { idOf } from '../centre/ids.ts';
import type { CentrePlan } from '../centre/plan.ts';
import type { SandboxOrganization } from './organization.ts';
import { type SandboxAccount, type SandboxUser, SANDBOX_ROLES } from './user.ts';

/** Everybody who can sign in: the agents of the contact centre, and users of other organizations. */
export class Users {
  readonly all: readonly SandboxAccount[];
  readonly #byAgent: ReadonlyMap<number, SandboxAccount>;
  readonly #byEmail: ReadonlyMap<string, SandboxAccount>;

  /** @throws `TypeError` when there are more users than agents */
  constructor(options: readonly SandboxUser[], plan: CentrePlan, organization: SandboxOrganization) {
    const division = plan.queues[0]?.division ?? { id: idOf('division:Home'), name: 'Home' };
    const account = (id: string, user: SandboxUser): SandboxAccount => ({
      id,
      email: user.email,
      name: user.name,
      roles: user.roles ?? [SANDBOX_ROLES.agent],
      groups: user.groups ?? [],
      division: user.division ?? division,
      organization: user.organization ?? organization
    });
    const isForeign = (user: SandboxUser): boolean => (user.organization?.id ?? organization.id) !== organization.id;
    const own = options.filter((user) => !isForeign(user));
    if (own.length > plan.agents.length)
      throw new TypeError(`users can have at most ${plan.agents.length} users of the sandbox's organization.`);
    const agents = plan.agents.map(({ id, index }) => account(id, own[index] ?? defaultUser(index)));
    const foreign = options.filter(isForeign).map((user) => account(idOf(`user:${user.email}`), user));
    this.all = [...agents, ...foreign];
    this.#byAgent = new Map(agents.map((agent, index) => [index, agent]));
    // A later entry replaces an earlier one: a user that was configured wins over an agent with the same default address.
    this.#byEmail = new Map([...agents.slice(own.length), ...agents.slice(0, own.length), ...foreign].map(keyed));
  }

  /** The agent with this index, as a user. */
  ofAgent(index: number): SandboxAccount {
    const user = this.#byAgent.get(index);
    if (user === undefined) throw new RangeError('There is no such agent.');
    return user;
  }

  /** Finds a user by address, in any case. */
  byEmail(email: string): SandboxAccount | undefined {
    return this.#byEmail.get(email.trim().toLowerCase());
  }

  /** Finds an organization by name, in any case. */
  organization(name: string): SandboxOrganization | undefined {
    const wanted = name.trim().toLowerCase();
    return this.all.find(({ organization }) => organization.name.toLowerCase() === wanted)?.organization;
  }
}

const keyed = (user: SandboxAccount): [string, SandboxAccount] => [user.email.toLowerCase(), user];

function defaultUser(index: number): SandboxUser {
  const roles = index === 1 ? [SANDBOX_ROLES.agent, SANDBOX_ROLES.supervisor] : [SANDBOX_ROLES.agent];
  return { email: `agent.${index + 1}@sandbox.example`, name: `Agent ${index + 1}`, roles };
}
