/** What an API description or a table says about one operation: the input of the encoder. */
export interface OperationFacts {
  /** HTTP method in upper case. */
  readonly method: string;
  /** Path template, for example `/api/v2/routing/queues/{queueId}`. */
  readonly path: string;
  /** Any one of these scopes is enough. Empty where a valid token of any scope is. */
  readonly scopes: readonly string[];
  /** What the operation takes instead of an OAuth token, or `none` for nothing; absent for OAuth. */
  readonly otherAuth?: string;
  /** Whether all of {@link permissions} are needed or any one of them. */
  readonly permissionRule?: 'ANY' | 'ALL';
  /** Permissions of the form `domain:entity:action`. */
  readonly permissions: readonly string[];
  readonly deprecated: boolean;
}
