import type { RelayConfigInput } from 'genesys-auth-relay';

/** Scopes the board cannot do without. */
export const SCOPES = ['analytics:readonly', 'notifications', 'organization:readonly', 'routing:readonly'] as const;
/** A scope that the relay knows but the role does not have: the board shows it as missing, and works without it. */
export const OPTIONAL_SCOPES = ['users:readonly'] as const;

/**
 * The relay of the demo: whoever works at this machine is a developer, and a developer may read queues and figures.
 *
 * @param genesys the token endpoint, the API and the OAuth client
 */
export function demoRelay(genesys: RelayConfigInput['genesys']): RelayConfigInput {
  return {
    mode: 'proxy',
    genesys,
    scopes: [...SCOPES, ...OPTIONAL_SCOPES],
    identities: [{ type: 'loopback', roles: ['developer'] }],
    roles: { developer: { scopes: [...SCOPES], defaultScopes: [...SCOPES] } },
    // A board listens to all its queues: up to as many as the hub's three channels of Genesys Cloud hold.
    notifications: { topicsPerClient: 3000 },
    log: { level: 'warn' }
  };
}
