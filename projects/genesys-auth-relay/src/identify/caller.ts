import type { IdentityType } from 'genesys-auth-protocol';

/** An identified caller. */
export interface Caller {
  /** Name of the caller across all identities: two issuers may use the same subject. All loopback callers have the same one. */
  readonly key: string;
  /** Name of the caller at the identity source. */
  readonly subject: string;
  readonly identity: IdentityType;
  readonly roles: readonly string[];
  /** Fingerprint of the API key, or of the settings of the identity, that identified the caller. It changes when these do. */
  readonly source: string;
  /** When the credential expires, in milliseconds since the epoch. */
  readonly notAfter?: number;
  /** Name of the session of a signed-in user. */
  readonly session?: string;
  /** Scopes of the user's own token, if calls are sent with it. An empty list: Genesys Cloud did not report them. */
  readonly tokenScopes?: readonly string[];
}
