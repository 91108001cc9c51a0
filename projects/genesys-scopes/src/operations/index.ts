import type { Operation } from './decode.ts';
import { type Explanation, explainFrom } from './explain.ts';
import { type OperationIndex, openOperationIndex } from './operation-index.ts';
import type { OperationRef } from './minimal.ts';
import type { OperationPermissions } from './permissions.ts';
import { OPERATION_DATA } from './operations.data.ts';

let built: OperationIndex | undefined;

/** The index of the Platform API that this package ships; built when it is first asked for, in a few milliseconds. */
export function operationIndex(): OperationIndex {
  return (built ??= openOperationIndex(OPERATION_DATA));
}

/**
 * The operation that a request calls.
 *
 * Host, query, hash and one trailing slash do not count, nor does case in the words of a path: a request is recognised
 * however it is spelt. A literal segment wins over a parameter: `/api/v2/users/me` is not `/api/v2/users/{userId}`.
 *
 * @param method HTTP method, in any case
 * @param url absolute URL, or path from `/api/v2/` on; a path template is taken as well
 * @returns `undefined` if the Platform API has no such operation
 * @example findOperation('GET', 'https://api.mypurecloud.de/api/v2/routing/queues/17?expand=x')?.path
 */
export function findOperation(method: string, url: string | URL): Operation | undefined {
  return operationIndex().find(method, url);
}

/**
 * The scopes that a request needs: any one of them is enough.
 *
 * @returns the scopes, sorted; empty where no particular scope is needed; `undefined` if the Platform API has no such
 *   operation
 * @example requiredScopes('GET', '/api/v2/routing/queues') // ['routing', 'routing:readonly']
 */
export function requiredScopes(method: string, url: string | URL): readonly string[] | undefined {
  return operationIndex().requiredScopes(method, url);
}

/**
 * The smallest set of scopes with which all the operations may be called; among sets of the same size the one with most
 * `:readonly` scopes.
 *
 * @param operations operations by method and URL
 * @returns scopes in canonical order
 * @throws {@link UnknownOperationError} `unknown_operation` for one that the Platform API does not have
 * @example minimalScopes(['GET /api/v2/routing/queues', 'GET /api/v2/users/me']) // ['routing:readonly', 'user-basic-info']
 */
export function minimalScopes(operations: Iterable<OperationRef>): string[] {
  return operationIndex().minimalScopes(operations);
}

let permissions: Promise<ReadonlyMap<Operation, OperationPermissions>> | undefined;

async function loadPermissions(): Promise<ReadonlyMap<Operation, OperationPermissions>> {
  const [{ decodePermissions }, { PERMISSION_DATA }] = await Promise.all([
    import('./permissions.ts'),
    import('./permissions.data.ts')
  ]);
  return decodePermissions(PERMISSION_DATA.permissions, operationIndex().operations);
}

/**
 * Explains a scope of Genesys Cloud (what it is for, which operations it opens) or an operation (which scopes and
 * permissions it needs). Descriptions and permissions are loaded when this is first called.
 *
 * @param what a scope name, or an operation: `GET /api/v2/users/me`, or `{ method, url }`
 * @returns `undefined` if it is neither a scope of Genesys Cloud nor an operation of the Platform API
 * @example await explain('POST /api/v2/analytics/queues/observations/query')
 */
export function explain(what: OperationRef): Promise<Explanation | undefined> {
  return explainFrom(operationIndex(), () => (permissions ??= loadPermissions()), what);
}

export { type Explanation, type OperationExplanation, type ScopeExplanation } from './explain.ts';
export { type OperationPermissions } from './permissions.ts';
export { type Operation } from './decode.ts';
export { type OperationData } from './format.ts';
export { type OperationRef, UnknownOperationError } from './minimal.ts';
export { type OperationIndex, createOperationIndex } from './operation-index.ts';
