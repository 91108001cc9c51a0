import type { RelayConfigInput } from 'genesys-auth-relay';

/** Scopes the board cannot do without. */
export const SCOPES = ['analytics:readonly', 'notifications', 'organization:readonly', 'routing:readonly'] as const;
/** A scope that the relay knows but the role does not have: the board shows it as missing, and works without it. */
export const OPTIONAL_SCOPES = ['users:readonly'] as const;
/** Scopes of the page of a signed-in agent. A wall display does not have them. */
export const USER_SCOPES = ['conversations:readonly', 'presence', 'user-basic-info'] as const;

/** How users sign in to the demo: a client with the grant type Code Authorization, and whose users may sign in. */
export interface DemoSignIn extends Pick<NonNullable<RelayConfigInput['signIn']>, 'client' | 'organizations'> {
  /** The origin of the page and the relay. */
  readonly origin: string;
  /** Where the relay is mounted. */
  readonly prefix: string;
}

/**
 * The relay of the demo. A browser without a signed-in user is a wall display: it may read queues and figures. The relay calls
 * the API for a signed-in user with the user's token, and allows the scopes of an agent.
 *
 * @param genesys the token endpoint, the API and the OAuth client
 * @param signIn without it, whoever works at this machine is a developer and sees the wall display
 */
export function demoRelay(genesys: RelayConfigInput['genesys'], signIn?: DemoSignIn): RelayConfigInput {
  const developer = { scopes: [...SCOPES], defaultScopes: [...SCOPES] };
  const agent = { scopes: [...SCOPES, ...OPTIONAL_SCOPES, ...USER_SCOPES] };
  return {
    mode: 'proxy',
    genesys,
    scopes: agent.scopes,
    ...(signIn === undefined
      ? { identities: [{ type: 'loopback', roles: ['developer'] }], roles: { developer } }
      : { signIn: demoSignIn(signIn), roles: { developer, agent } }),
    // A board listens to all its queues: up to as many as the hub's three channels of Genesys Cloud hold.
    notifications: { topicsPerClient: 3000 },
    log: { level: 'warn' }
  };
}

function demoSignIn({ client, organizations, origin, prefix }: DemoSignIn): NonNullable<RelayConfigInput['signIn']> {
  return {
    client,
    organizations,
    redirectUri: `${origin}${prefix}/sign-in/callback`,
    appUrl: `${origin}/`,
    roles: { agent: { everyone: true } },
    signedOutRoles: ['developer'],
    // A wall display shows the events of all divisions to everybody, so the hub need not hide them from users.
    hubIgnoresDivisions: true,
    // The demo is on http://localhost.
    dev: true
  };
}
