import { SANDBOX_ROLES, type SandboxUser } from 'genesys-sandbox';

/** Supervisors may see the figures of all queues, so the board works for them as it does for a wall display. */
const roles = [SANDBOX_ROLES.supervisor];

/** Agents of the sandbox who have a name. They sign in with any password. */
export const DEMO_USERS: readonly SandboxUser[] = [
  { email: 'ann@sandbox.example', name: 'Ann Archer', roles },
  { email: 'ben@sandbox.example', name: 'Ben Baker', roles }
];
