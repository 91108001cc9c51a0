export { type ContactCentreSnapshot, type QueueSnapshot } from './centre/snapshot.ts';
export {
  type ActiveFault,
  type EventTarget,
  type Fault,
  type FaultType,
  type FaultWindow,
  type RequestTarget,
  type SocketTarget
} from './faults/fault.ts';
export { type SandboxFaults } from './faults/faults.ts';
export { type SandboxRequest } from './http/request-log.ts';
export { type SandboxChannel } from './notifications/service.ts';
export {
  type SandboxClient,
  type SandboxClock,
  type SandboxOptions,
  type SandboxRateLimit,
  SANDBOX_CLIENT,
  SANDBOX_PUBLIC_CLIENT,
  SANDBOX_SIGN_IN_CLIENT
} from './options.ts';
export { type Sandbox, createSandbox } from './sandbox.ts';
export { type SandboxSignIn } from './sign-in/settings.ts';
export { type SandboxAccount, type SandboxRole, type SandboxUser, SANDBOX_ROLES } from './users/user.ts';
export type { SandboxOrganization } from './users/organization.ts';
