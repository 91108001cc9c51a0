import {
  type Operation,
  type OperationData,
  type OperationIndex,
  createOperationIndex,
  operationIndex
} from '../operations/index.ts';
import { type OperationPermissions, decodePermissions } from '../operations/permissions.ts';
import { UsageError, messageOf } from './io.ts';
import { readFile, resolve } from './node.ts';

/** An index and the permissions of its operations. */
export interface LoadedIndex {
  readonly index: OperationIndex;
  readonly permissionsOf: () => Promise<ReadonlyMap<Operation, OperationPermissions>>;
}

function isData(value: unknown): value is OperationData {
  if (typeof value !== 'object' || value === null) return false;
  const { format, scopeSets, operations, permissions = '' } = value as Record<keyof OperationData, unknown>;
  return format === 1 && [scopeSets, operations, permissions].every((part) => typeof part === 'string');
}

/** Reads an index that `update` wrote, or the one of the package. */
export async function loadIndex(file: string | undefined, cwd: string): Promise<LoadedIndex> {
  if (file === undefined) {
    const { PERMISSION_DATA } = await import('../operations/permissions.data.ts');
    const index = operationIndex();
    return {
      index,
      permissionsOf: () => Promise.resolve(decodePermissions(PERMISSION_DATA.permissions, index.operations))
    };
  }
  try {
    const data: unknown = JSON.parse(await readFile(resolve(cwd, file), 'utf8'));
    if (!isData(data)) throw new Error('it is not a file that `genesys-scopes update` wrote');
    const index = createOperationIndex(data);
    const { permissions = '' } = data;
    return { index, permissionsOf: () => Promise.resolve(decodePermissions(permissions, index.operations)) };
  } catch (error) {
    throw new UsageError(`Cannot read the index ${file}: ${messageOf(error)}`);
  }
}
