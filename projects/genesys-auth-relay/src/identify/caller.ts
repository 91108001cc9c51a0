import type { IdentityType } from 'genesys-auth-protocol';

/** Who is calling. */
export interface Caller {
  /** Unique over all identity sources: two issuers may name two people alike. */
  readonly key: string;
  /** The name the identity source gives. */
  readonly subject: string;
  readonly identity: IdentityType;
  readonly roles: readonly string[];
  /** Fingerprint of what identified the caller: the API key, or the settings of the identity. It changes when these do. */
  readonly source: string;
  /** When the credential ends, in milliseconds since the epoch, if it does. */
  readonly notAfter?: number;
  /** Name of the session of a signed-in user. */
  readonly session?: string;
  /** Scopes of the user's own token, where it goes with each call. None of them: Genesys Cloud did not say. */
  readonly tokenScopes?: readonly string[];
}
