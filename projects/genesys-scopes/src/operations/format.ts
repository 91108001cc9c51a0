// The compact form of an operation index. It is text, because text compresses best and parses fastest.
//
// `scopeSets`    what operations need, separated by `|`: scopes separated by commas (any one of them is enough), nothing
//                (a token of any scope is), or `!` and what is taken instead of an OAuth token.
// `operations`   one entry a path, separated by `;`, sorted by segment:
//                a letter: how many leading segments are those of the path before (`a` none, `b` one, ...), the other
//                segments joined by `/` (`*queueId` for `{queueId}`), a space, and for each operation one letter of
//                METHOD_LETTERS with the number of its scope set; without a number it is the set of the operation
//                before, which is always one of the same first segment. A lower-case letter adds the `:readonly` scope to a set of one scope.
// `permissions`  one entry a path as in `operations`, separated by `;`, operations separated by `|`: `~` if deprecated,
//                `&` if all permissions are needed, and the permissions separated by commas. Leading parts of a
//                permission that are those of the one before are left out; `=` marks one that has not three parts.

/** An operation index in its compact form, as `genesys-scopes update` writes it. */
export interface OperationData {
  /** Version of this form. */
  readonly format: 1;
  readonly scopeSets: string;
  readonly operations: string;
  /** Loaded apart where it is not needed. */
  readonly permissions?: string;
}

/** The letter of each HTTP method. */
export const METHOD_LETTERS = {
  GET: 'G',
  POST: 'P',
  PUT: 'U',
  PATCH: 'A',
  DELETE: 'D',
  HEAD: 'H',
  OPTIONS: 'O',
  TRACE: 'T'
} as const;

/** What every path of the Platform API starts with. */
export const API_PREFIX = '/api/v2/';

/** Code of the letter that stands for no leading segment in common. */
export const FIRST_DEPTH = 97;
