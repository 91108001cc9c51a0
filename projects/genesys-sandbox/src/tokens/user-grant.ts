import type { SandboxClient } from '../options.ts';
import type { SandboxOrganization } from '../users/organization.ts';
import type { SandboxAccount } from '../users/user.ts';

/**
 * What one sign-in gave a client. The code, the access tokens and the refresh tokens of that sign-in share this object, so
 * they can be revoked together.
 */
export interface UserGrant {
  readonly client: SandboxClient;
  readonly user: SandboxAccount;
  /** The organization the token acts in: the user's own, or the target that the request named. */
  readonly organization: SandboxOrganization;
  /** The client's scopes. They are fixed when the user signs in. */
  readonly scopes: readonly string[];
}
