import { GenesysAuthError, type GenesysAuthErrorDetails } from './error';

/**
 * The Genesys API refused a request for a missing permission. A permission (`routing:queue:view`) is not a scope: an
 * administrator assigns it by a role of the OAuth client. Code `permission_missing`; the response is the `cause`.
 */
export class GenesysPermissionError extends GenesysAuthError {
  override readonly name = 'GenesysPermissionError';
  declare readonly code: 'permission_missing';
  /** The permissions that the API named; it may have named none. */
  readonly permissions: readonly string[];
  /** Whether any one of {@link permissions} would do, or all of them are missing. */
  readonly rule: 'any' | 'all';
  /** The divisions that the API named, in one of which the permission has to be held. Often it names none. */
  readonly divisions: readonly string[];

  constructor(
    permissions: readonly string[],
    rule: 'any' | 'all',
    divisions: readonly string[],
    message: string,
    details: GenesysAuthErrorDetails
  ) {
    super('permission_missing', message, details);
    this.permissions = permissions;
    this.rule = rule;
    this.divisions = divisions;
  }
}
