export { type ContactCentreSnapshot, type QueueSnapshot } from './centre/snapshot.ts';
export { type SandboxRequest } from './http/request-log.ts';
export {
  type SandboxClient,
  type SandboxClock,
  type SandboxOptions,
  type SandboxOrganization,
  type SandboxRateLimit,
  SANDBOX_CLIENT
} from './options.ts';
export { type Sandbox, createSandbox } from './sandbox.ts';
