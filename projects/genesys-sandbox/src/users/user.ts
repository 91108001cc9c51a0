import { idOf } from '../centre/ids.ts';
import type { SandboxOrganization } from './organization.ts';

/** A role of the organization, with the permissions it gives. */
export interface SandboxRole {
  readonly id: string;
  readonly name: string;
  /** Such as `routing:queue:view`. */
  readonly permissions: readonly string[] | 'all';
}

/** Somebody who can sign in. The login page takes any password. */
export interface SandboxUser {
  /** Address to sign in with. */
  readonly email: string;
  readonly name: string;
  /** Default: the role of an agent, see {@link SANDBOX_ROLES}. The user's permissions are those of all roles. */
  readonly roles?: readonly SandboxRole[];
  /** Ids of groups. */
  readonly groups?: readonly string[];
  /** Division of the user; default `Home`. */
  readonly division?: { readonly id: string; readonly name: string };
  /** Home organization; default the sandbox's own. A user of another organization is not an agent of the contact centre. */
  readonly organization?: SandboxOrganization;
}

/** A user as the sandbox knows them, every default filled in. */
export interface SandboxAccount {
  readonly id: string;
  readonly email: string;
  readonly name: string;
  readonly roles: readonly SandboxRole[];
  readonly groups: readonly string[];
  readonly division: { readonly id: string; readonly name: string };
  readonly organization: SandboxOrganization;
}

const AGENT_PERMISSIONS = [
  'conversation:communication:view',
  'directory:user:view',
  'presence:presenceDefinition:view',
  'routing:queue:view'
];

/** The roles of the users that a sandbox has by default. */
export const SANDBOX_ROLES: { readonly agent: SandboxRole; readonly supervisor: SandboxRole } = {
  agent: { id: idOf('role:Agent'), name: 'Agent', permissions: AGENT_PERMISSIONS },
  supervisor: {
    id: idOf('role:Supervisor'),
    name: 'Supervisor',
    permissions: [...AGENT_PERMISSIONS, 'analytics:conversationAggregate:view', 'analytics:queueObservation:view']
  }
};

/** The permissions of all roles of a user. */
export function permissionsOf({ roles }: SandboxAccount): readonly string[] | 'all' {
  const lists = roles.map(({ permissions }) => permissions);
  const named = lists.filter((permissions) => permissions !== 'all');
  return named.length < lists.length ? 'all' : [...new Set(named.flat())];
}

/** Every option of a user; the type makes sure that none is forgotten. */
const USER_OPTIONS: Readonly<Record<keyof SandboxUser, true>> = {
  email: true,
  name: true,
  roles: true,
  groups: true,
  division: true,
  organization: true
};

/** Throws a `TypeError` that names the option when a user makes no sense. */
export function checkUsers(users: readonly SandboxUser[]): void {
  const emails = new Set<string>();
  users.forEach((user, index) => {
    const at = `users[${index}]`;
    const unknown = Object.keys(user).find((name) => !Object.hasOwn(USER_OPTIONS, name));
    if (unknown !== undefined)
      throw new TypeError(`${at}.${unknown} is not an option of a user: use ${Object.keys(USER_OPTIONS).join(', ')}.`);
    if (!/^[^\s@:]+@[^\s@:]+$/.test(user.email)) throw new TypeError(`${at}.email must be an e-mail address.`);
    if (emails.has(user.email.toLowerCase()))
      throw new TypeError(`${at}.email is the address of another user as well.`);
    emails.add(user.email.toLowerCase());
    if (user.name === '') throw new TypeError(`${at}.name must not be empty.`);
  });
}
