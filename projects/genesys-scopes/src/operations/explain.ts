import type { ScopeInfo } from '../catalogue/index.ts';
import { covers } from '../coverage.ts';
import type { Operation } from './decode.ts';
import type { OperationIndex } from './operation-index.ts';
import { type OperationRef, parseRef } from './minimal.ts';
import type { OperationPermissions } from './permissions.ts';

/** What {@link explain} knows about a scope. */
export interface ScopeExplanation extends ScopeInfo {
  readonly kind: 'scope';
  /** Operations that may be called with this scope. */
  readonly operations: readonly Operation[];
  /** Those of them that its `:readonly` part does not allow; all of them where there is no such part. */
  readonly onlyWithThis: readonly Operation[];
}

/** What {@link explain} knows about an operation. */
export interface OperationExplanation extends Operation, OperationPermissions {
  readonly kind: 'operation';
  /** The scopes that are enough, each with its description. */
  readonly scopeInfos: readonly ScopeInfo[];
}

/** See {@link explain}. */
export type Explanation = ScopeExplanation | OperationExplanation;

const allowed = ({ scopes }: Operation, granted: string): boolean => scopes.some((scope) => covers(granted, scope));

/** Explains a scope or an operation from an index; `permissionsOf` tells the permissions of its operations. */
export async function explainFrom(
  index: OperationIndex,
  permissionsOf: () => Promise<ReadonlyMap<Operation, OperationPermissions>>,
  what: OperationRef
): Promise<Explanation | undefined> {
  const { describeScope } = await import('../catalogue/index.ts');
  const info = typeof what === 'string' ? describeScope(what) : undefined;
  if (info) {
    const operations = index.operations.filter((operation) => allowed(operation, info.name));
    const onlyWithThis = operations.filter(
      (operation) => !allowed(operation, `${info.area}:readonly`) || info.readonly
    );
    return { kind: 'scope', ...info, operations, onlyWithThis };
  }
  const { method, url } = parseRef(what);
  const operation = index.find(method, url);
  if (!operation) return undefined;
  const permissions = (await permissionsOf()).get(operation) ?? { rule: undefined, permissions: [], deprecated: false };
  const scopeInfos = operation.scopes.flatMap((scope) => describeScope(scope) ?? []);
  return { kind: 'operation', ...operation, ...permissions, scopeInfos };
}
