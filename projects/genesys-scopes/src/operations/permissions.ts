import type { Operation } from './decode.ts';

/** What an operation asks of roles, beside the scope. */
export interface OperationPermissions {
  /** Whether all of {@link permissions} are needed or any one; `undefined` where none is. */
  readonly rule: 'ANY' | 'ALL' | undefined;
  /** Permissions of the form `domain:entity:action`. */
  readonly permissions: readonly string[];
  /** Whether Genesys has announced the end of the operation. */
  readonly deprecated: boolean;
}

/**
 * Reads the compact permissions of an index.
 *
 * @param text the compact form, see format.ts
 * @param operations the operations of the same index, in its order
 */
export function decodePermissions(
  text: string,
  operations: readonly Operation[]
): ReadonlyMap<Operation, OperationPermissions> {
  const entries = text.split(/[;|]/);
  const result = new Map<Operation, OperationPermissions>();
  let before: string[] = [];
  for (const [index, operation] of operations.entries()) {
    const [, deprecated, all, names = ''] = /^(~?)(&?)(.*)$/s.exec(entries[index] ?? '') ?? [];
    const permissions = (names === '' ? [] : names.split(',')).map((name) => {
      const odd = name.startsWith('=');
      const parts = name.slice(odd ? 1 : 0).split(':');
      if (!odd) parts.unshift(...before.slice(0, 3 - parts.length));
      before = parts;
      return parts.join(':');
    });
    const rule = permissions.length === 0 ? undefined : all === '&' ? 'ALL' : 'ANY';
    result.set(operation, { rule, permissions, deprecated: deprecated === '~' });
  }
  return result;
}
